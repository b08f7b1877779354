import type { Machine } from "../../../components/server/guest/machine";
import { installFiles, stage0Unit } from "../../../components/server/guest/userdata";
import { serverRoot } from "../../../components/server/compose";
import { sha256 } from "../../../components/server/bundle";
import { storePaths, type ReleaseStatus } from "../../../components/server/release";
import { eventually } from "./command";
import { deliver, outcome, type Delivery, type Store } from "./releases";
import type { Server } from "./server";

/** A machine whose store and secrets are folders of its own, as one that is deployed to over SSH. */
export const folderMachine: Machine = {
  format: 1,
  root: serverRoot,
  store: { kind: "folder", path: `${serverRoot}/store` },
  secrets: { kind: "folder", path: `${serverRoot}/secrets` },
  dataDisk: null,
};

/** Installs stage 0 as a deployment over SSH does. `environment` reaches `apply`, for shorter time limits than real ones. */
export async function install(server: Server, machine: Machine, environment: Record<string, string> = {}): Promise<void> {
  for (const { path, mode, text } of installFiles(machine)) await server.copyIn(path, text, mode);
  if (machine.store.kind === "folder") await server.exec(`mkdir -p '${machine.store.path}'`);
  await setLimits(server, environment);
  await server.exec(`systemctl enable --now ${stage0Unit}`);
}

/** Sets the environment of stage 0 and apply; a running one is started anew. */
export async function setLimits(server: Server, environment: Record<string, string>): Promise<void> {
  const lines = Object.entries(environment).map(([name, value]) => `Environment=${name}=${value}\n`);
  await server.copyIn(`/etc/systemd/system/${stage0Unit}.d/test.conf`, `[Service]\n${lines.join("")}`);
  await server.exec(`systemctl daemon-reload && systemctl try-restart ${stage0Unit}`);
}

/** One container of the server as its engine sees it. */
export interface Box {
  id: string;
  startedAt: string;
  running: boolean;
  memory: number;
  memorySwap: number;
  env: string[];
}

/** The folder of a server that is its store. Objects appear in one step, as in a bucket. */
export function folderStore(server: Server, folder = `${serverRoot}/store`): Store {
  return {
    async put(path, content) {
      const target = `${folder}/${path}`;
      await server.copyIn(`${target}.new`, content);
      await server.exec(`mv '${target}.new' '${target}'`);
    },
    async get(path) {
      const { code, stdout } = await server.tryExec(`cat '${folder}/${path}'`);
      return code === 0 ? stdout : undefined;
    },
  };
}

/** Secrets of a server whose secret store is a folder. */
export async function putSecrets(server: Server, secrets: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(secrets)) await server.copyIn(`${serverRoot}/secrets/${name}`, value, "600");
}

/** A random token, different for each name and never the same in two runs. */
export function token(name: string): string {
  return sha256(`${name} ${process.pid} ${Date.now()} ${Math.random()}`);
}

/** Points the server at a release and waits until it says how that ended. */
export async function rollOut(store: Store, it: Delivery, seconds = 420): Promise<ReleaseStatus> {
  await deliver(store, it);
  return ended(store, it.release, seconds);
}

/** Forgets how a release ended, so that {@link ended} waits for the next time. */
export async function forgetStatus(server: Server, release: string): Promise<void> {
  await server.exec(`rm -f '${serverRoot}/store/${storePaths.status(release)}'`);
}

export function ended(store: Store, release: string, seconds = 420): Promise<ReleaseStatus> {
  return eventually(`release ${release.slice(0, 12)} ended`, () => outcome(store, release), { seconds });
}

/** Runs stage 0 once in the foreground, with the watching one stopped for as long. Returns its exit code and what it printed. */
export async function once(server: Server): Promise<{ code: number; said: string }> {
  await server.exec(`systemctl stop ${stage0Unit}`);
  const { code, stdout, stderr } = await server.tryExec(`env $(systemctl show -p Environment --value ${stage0Unit}) python3 -B ${serverRoot}/stage0/stage0.py --machine ${serverRoot}/machine.json --once`);
  await server.exec(`systemctl start ${stage0Unit}`);
  return { code, said: stdout + stderr };
}

/** All containers of the services, by service. */
export async function boxes(server: Server): Promise<Record<string, Box>> {
  const names = (await server.exec("docker ps -a --filter label=com.docker.compose.project=lgtm --format '{{.Names}}'")).split("\n").filter(Boolean);
  if (!names.length) return {};
  type Inspected = { Id: string; Name: string; State: { StartedAt: string; Running: boolean }; HostConfig: { Memory: number; MemorySwap: number }; Config: { Env: string[] } };
  const found = JSON.parse(await server.exec(`docker inspect ${names.join(" ")}`)) as Inspected[];
  return Object.fromEntries(
    found.map(box => [
      box.Name.replace(/^\/lgtm-/, ""),
      { id: box.Id, startedAt: box.State.StartedAt, running: box.State.Running, memory: box.HostConfig.Memory, memorySwap: box.HostConfig.MemorySwap, env: box.Config.Env },
    ]),
  );
}

/** Names of services whose container is another one, or started anew. */
export function touched(before: Record<string, Box>, after: Record<string, Box>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(name => before[name]?.id !== after[name]?.id || before[name]?.startedAt !== after[name]?.startedAt).sort();
}

/** Waits until every service answers 200 on its health address. */
export async function healthy(server: Server, it: Delivery, seconds = 300): Promise<void> {
  for (const service of it.plan.services) {
    await eventually(`${service.name} is healthy`, async () => (await server.tryExec(`curl -fsS -m 5 -o /dev/null '${service.health}'`)).code === 0, { seconds });
  }
}

/** HTTP status of a request through the gateway, its certificate checked against the server's own authority. */
export async function gateway(server: Server, path: string, bearer: string, body?: string): Promise<{ status: number; text: string }> {
  const data = body === undefined ? "" : `-H 'Content-Type: application/json' --data-binary @-`;
  const ca = `${serverRoot}/data/caddy/certificates/pki/authorities/local/root.crt`;
  const line = `curl -sS -m 20 --cacert ${ca} -H 'Authorization: Bearer ${bearer}' -w '\\n%{http_code}' ${data} 'https://localhost${path}'`;
  const text = await server.exec(line, { input: body ?? "" });
  const cut = text.lastIndexOf("\n");
  return { status: Number(text.slice(cut + 1)), text: text.slice(0, Math.max(cut, 0)) };
}

/** Sends a log line through the gateway. Returns the HTTP status. */
export async function pushLine(server: Server, bearer: string, line: string): Promise<number> {
  const streams = [{ stream: { job: "live-test", environment: "test" }, values: [[`${Date.now()}000000`, line]] }];
  return (await gateway(server, "/loki/api/v1/push", bearer, JSON.stringify({ streams }))).status;
}

/** Waits until a query through the gateway finds the line. */
export async function findLine(server: Server, bearer: string, line: string, stream = '{job="live-test"}'): Promise<void> {
  const query = encodeURIComponent(`${stream} |= "${line}"`);
  await eventually(`Loki has the line ${line}`, async () => (await gateway(server, `/read/loki/loki/api/v1/query_range?query=${query}&since=6h`, bearer)).text.includes(line), { seconds: 90 });
}

/** What stage 0 and apply wrote, for the message of a test that fails. */
export async function journal(server: Server, lines = 60): Promise<string> {
  return (await server.tryExec(`journalctl -u ${stage0Unit} --no-pager -o cat | tail -${lines}; docker ps -a; for x in $(docker ps -aq); do docker logs --tail 5 $x 2>&1; done`)).stdout;
}
