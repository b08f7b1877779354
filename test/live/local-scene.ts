import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { internalPorts } from "../../components/server/ports";
import type { ServerSpec } from "../../components/server/spec";
import { freePorts } from "./harness/free-ports";

/** What `npm start -- --json` prints. */
export interface Outcome {
  changed: boolean;
  seconds: number;
  runtime: string;
  missing: Record<string, string>;
  status: { services: Record<string, { running: boolean }> };
}

/** A server on this machine with a state folder and ports of its own, worked with by the commands that people type. */
export interface LocalScene {
  home: string;
  folder: string;
  config: string;
  spec: ServerSpec;
  env: NodeJS.ProcessEnv;
  /** Path of a command's program. */
  tool(name: string): string;
  configure(more: object, local?: object): void;
  run(tool: string, ...args: string[]): { code: number; text: string; out: string };
  /** Starts it and expects that it runs. */
  start(): Outcome;
  remove(): void;
}

export async function localScene(local: object, more: NodeJS.ProcessEnv = {}): Promise<LocalScene> {
  // Short: the sockets of the services are in it.
  const home = mkdtempSync(join(tmpdir(), "lgtm-"));
  const config = join(home, "config.yaml");
  const numbers = await freePorts(Object.keys(internalPorts).length + 1);
  const scene: LocalScene = {
    home,
    folder: join(home, "pulumi-lgtm", "local"),
    config,
    spec: { ports: { https: numbers.pop()! }, internalPorts: Object.fromEntries(Object.keys(internalPorts).map((name, i) => [name, numbers[i]!])) },
    env: { ...process.env, PULUMI_LGTM_HOME: home, PULUMI_LGTM_HEALTH_SECONDS: "180", ...more },
    tool: name => join(dirname(dirname(__dirname)), "tools", `${name}.js`),
    configure: (spec, settings = local) => writeFileSync(config, stringify({ config: { "pulumi-lgtm:server": { ...scene.spec, ...spec }, "pulumi-lgtm:local": settings } })),
    run(tool, ...args) {
      const done = spawnSync(process.execPath, [scene.tool(tool), "--config", config, ...args], { env: scene.env, encoding: "utf8", timeout: 600_000 });
      return { code: done.status ?? -1, text: done.stdout + done.stderr, out: done.stdout };
    },
    start() {
      const { code, text, out } = scene.run("start", "--json");
      assert.equal(code, 0, text);
      return JSON.parse(out) as Outcome;
    },
    remove() {
      scene.run("stop", "--delete-data");
      rmSync(home, { recursive: true, force: true });
    },
  };
  scene.configure({});
  return scene;
}

export async function until(what: string, seen: () => boolean): Promise<void> {
  for (const end = Date.now() + 90_000; Date.now() < end; await sleep(300)) if (seen()) return;
  assert.fail(`Not within 90 s: ${what}.`);
}

export function listen(port: number): Promise<Server> {
  return new Promise(resolve => {
    const server = createServer().listen(port, "127.0.0.1", () => resolve(server));
  });
}
