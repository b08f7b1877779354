import { eventually } from "./command";
import { bridgeAddress, startEmulator, type Emulator } from "./emulators";
import { freePort } from "./free-ports";
import type { Store } from "./releases";
import { ensureStoreServers, storeServers } from "./store-servers";

/** Stand-in for Google Cloud Storage: gcp-storage-emulator, kept in memory. It asks nobody for a token. */
export interface Gcs extends Store, Emulator {
  endpoint: string;
  bucket: string;
}

export async function startGcs(bucket: string): Promise<Gcs> {
  await ensureStoreServers();
  const host = bridgeAddress();
  const port = await freePort();
  const emulator = startEmulator(storeServers.gcs, ["start", `--host=${host}`, `--port=${port}`, "--in-memory", `--default-bucket=${bucket}`]);
  const endpoint = `http://${host}:${port}`;
  await eventually("gcp-storage-emulator answers", async () => (await fetch(`${endpoint}/storage/v1/b/${bucket}`)).ok, { seconds: 60 });
  return {
    ...emulator,
    endpoint,
    bucket,
    async put(path, content) {
      const answer = await fetch(`${endpoint}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(path)}`, { method: "POST", headers: { "content-type": "application/octet-stream" }, body: content });
      if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
    },
    async get(path) {
      const answer = await fetch(`${endpoint}/storage/v1/b/${bucket}/o/${encodeURIComponent(path)}?alt=media`);
      return answer.ok ? answer.text() : undefined;
    },
  };
}
