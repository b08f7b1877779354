import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";

const help = `Carries an existing Compose stack of Grafana, Loki, Tempo and Prometheus over to a monitoring server: dashboards
and users, logs, traces and metrics. What the old server sends to goes on sending there; nothing of it is changed.

  npm run move-in -- --from ubuntu@old.example.com                              what is there; touches nothing
  npm run move-in -- --from ubuntu@old.example.com --to ubuntu@mon.example.com  carries it over

  --only <parts>        of grafana, loki, prometheus, tempo, with commas between them (default: all)
  --ssh-config <file>   for ssh, instead of your own
  --help

Both are reached with ssh, as root or as a user with sudo without a password. Each of the old services is stopped
while it is copied, and started again. It can be run again later: logs, traces and metrics are added to what is there.
Ends with 0 if everything was carried over, 1 if something was not, 2 if it was called wrongly.
`;

/** Big data first, so that a second run before the switch has little left; dashboards last. */
const parts = ["prometheus", "tempo", "loki", "grafana"] as const;
type Part = (typeof parts)[number];
type Found = Partial<Record<Part, { container?: string; image?: string; paths?: string[]; bytes?: number; refused?: string }>>;

/** Beside the compiled tools are no other files: this is in the checkout. */
const program = join(__dirname, "..", "..", "tools", "move-in");
const there = "/tmp/lgtm-move-in";
/** `python3` as root, whoever signs in. */
const asRoot = `$([ "$(id -u)" = 0 ] || echo sudo -n) python3 -B ${there}`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { from: { type: "string" }, to: { type: "string" }, only: { type: "string" }, "ssh-config": { type: "string" }, help: { type: "boolean" } } });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  if (!values.from) return wrong("--from: missing. Say where the old server is, such as ubuntu@198.51.100.7.");
  const wanted = values.only?.split(",").map(part => part.trim()) ?? [...parts];
  const unknown = wanted.find(part => !parts.some(known => known === part));
  if (unknown !== undefined) return wrong(`--only: there is no ${unknown}. Allowed: ${parts.join(", ")}.`);
  const ssh = (host: string, command: string) => ["ssh", ...(values["ssh-config"] ? ["-F", values["ssh-config"]] : []), "-o", "BatchMode=yes", host, command];

  await put(ssh, values.from);
  const text = await output(ssh(values.from, `${asRoot} find`));
  const found = JSON.parse(text) as Found;
  for (const part of parts) if (wanted.includes(part)) console.log(shown(part, found[part]));
  const carried = parts.filter(part => wanted.includes(part) && found[part] && !found[part].refused);
  if (!values.to) return 0;
  if (!carried.length) throw new Error("There is nothing to carry over.");

  await put(ssh, values.to);
  await output(ssh(values.to, `cat > ${there}/found.json`), text);
  let failed = wanted.filter(part => found[part as Part]?.refused).length;
  for (const part of carried) {
    console.log(`\n${part}`);
    if (!(await pipe(ssh(values.from, `${asRoot} out ${part}`), ssh(values.to, `${asRoot} into ${part} --found ${there}/found.json`)))) failed++;
  }
  for (const host of [values.from, values.to]) await output(ssh(host, `rm -rf ${there}`));
  console.log(failed ? "\nNot everything was carried over: see above." : "\nEverything was carried over. Look at it before you take the old server away.");
  return failed ? 1 : 0;
}

function shown(part: Part, about: Found[Part]): string {
  if (!about) return `${part.padEnd(11)} no container`;
  if (about.refused) return `${part.padEnd(11)} NOT carried over: ${about.refused}`;
  return `${part.padEnd(11)} ${about.image} in ${about.container}, ${about.paths![0]}, ${((about.bytes ?? 0) / 1e6).toFixed(1)} MB`;
}

/** The program, on a server. */
async function put(ssh: (host: string, command: string) => string[], host: string): Promise<void> {
  const tar = start(["tar", "-C", program, "--exclude", "__pycache__", "-cf", "-", "."], ["ignore", "pipe", "inherit"]);
  const unpack = start(ssh(host, `rm -rf ${there} && mkdir -m 700 ${there} && tar -C ${there} --no-same-owner -xf -`), [tar.stdout!, "ignore", "inherit"]);
  if ((await Promise.all([ended(tar), ended(unpack)])).some(code => code !== 0)) throw new Error(`${host} cannot be reached with ssh, or has no tar.`);
}

/** What a command prints; throws where it fails. */
async function output(command: string[], input = ""): Promise<string> {
  const child = start(command, ["pipe", "pipe", "inherit"]);
  let text = "";
  child.stdout!.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stdin!.end(input);
  const code = await ended(child);
  if (code !== 0) throw new Error(`${command.slice(-2).join(": ")} ended with ${code}.`);
  return text;
}

/** Whether both succeed. The second reads what the first writes, with nothing kept on this machine. */
async function pipe(from: string[], to: string[]): Promise<boolean> {
  const source = start(from, ["ignore", "pipe", "inherit"]);
  const target = start(to, [source.stdout!, "inherit", "inherit"]);
  return (await Promise.all([ended(source), ended(target)])).every(code => code === 0);
}

type Stdio = ("ignore" | "pipe" | "inherit" | NodeJS.ReadableStream)[];

function start([name, ...args]: string[], stdio: Stdio): ChildProcess {
  return spawn(name!, args, { stdio: stdio as never });
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", code => resolve(code ?? 1));
  });
}

function wrong(message: string): number {
  console.error(message);
  return 2;
}

main().then(
  code => (process.exitCode = code),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
