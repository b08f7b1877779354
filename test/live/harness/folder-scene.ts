import assert from "node:assert/strict";
import { after } from "node:test";
import { folderMachine, folderStore, install, journal, putSecrets, rollOut, token } from "./guest";
import type { Delivery, Store } from "./releases";
import { suite } from "./requirements";
import { startServer, type Server } from "./server";
import { ensureImages } from "./service-images";

/** A server that is deployed to as over SSH, its secrets in place, stage 0 waiting for its first release. */
export interface FolderScene {
  server: Server;
  store: Store;
  tokens: { push: string; read: string };
}

/** Tests on one such server, in their order. It is removed after the last. */
export function folderScene(name: string): ReturnType<typeof suite<FolderScene>> {
  const ends: (() => Promise<unknown>)[] = [];
  after(async () => {
    for (const end of ends.reverse()) await end();
  });
  return suite(async () => {
    const server = await startServer({ name, images: await ensureImages() });
    ends.push(() => server.stop());
    const tokens = { push: token("push"), read: token("read") };
    await putSecrets(server, { "push-default": tokens.push, "read-default": tokens.read });
    await install(server, folderMachine);
    return { server, store: folderStore(server), tokens };
  });
}

/** Rolls a release out that must be applied. */
export async function applied({ server, store }: FolderScene, next: Delivery): Promise<Delivery> {
  const status = await rollOut(store, next);
  assert.equal(status.result, "applied", `${status.message}\n${status.lastLines.join("\n")}\n${await journal(server)}`);
  return next;
}
