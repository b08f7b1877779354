import { parseArgs } from "node:util";
import { fromContract, fromFolder, localFolder, table, UsageError, verify, type Target } from "../components/verify";

const help = `Proves that a monitoring server works: sends a log line, a metric and a trace through its gateway, finds
each again, follows the links between them, tries to get in without a token, and asks the server about its
targets, rules, memory and alert path.

  npm run verify                                    the server on this machine
  npm run verify -- --contract contract.json --push-token-file push --read-token-file read
                                                    any server, by its contract

  --folder <folder>            folder of a server on this machine (default: ${localFolder()})
  --contract <file>            contract of the server, as its stack exports it (JSON)
  --push-token-file <file>     file with the token of a push client
  --read-token-file <file>     file with the token of a read client
  --push-client, --read-client whose tokens they are, where the contract names several
  --ca <file>                  certificate of the server's authority (PEM), instead of the contract's
  --timeout <seconds>          longest wait of any check (default: 10 to 150, by check)
  --require-all                a service that the server's machine cannot run is a failure
  --json                       the outcomes as JSON
  --help

Ends with 0 if everything passed, 1 if something failed, 2 if it was called wrongly.
Tokens are read from files, so that no list of processes shows them.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      folder: { type: "string" },
      contract: { type: "string" },
      "push-token-file": { type: "string" },
      "read-token-file": { type: "string" },
      "push-client": { type: "string" },
      "read-client": { type: "string" },
      ca: { type: "string" },
      timeout: { type: "string" },
      "require-all": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const target = targetOf(values);
  const progress = process.stderr.isTTY && !values.json ? showProgress() : undefined;
  const outcomes = await verify(target, {
    requireAll: values["require-all"],
    ...(values.timeout !== undefined && { timeout: secondsOf(values.timeout) }),
    ...(progress && { onProgress: progress.report }),
  });
  progress?.end();
  const asJson = () => `${JSON.stringify({ server: target.contract.url, outcomes }, null, 2)}\n`;
  process.stdout.write(values.json ? asJson() : table(outcomes, (process.stdout.isTTY && process.stdout.columns) || Infinity));
  return outcomes.some(outcome => outcome.result === "failed") ? 1 : 0;
}

function targetOf(values: { [option: string]: string | boolean | undefined }): Target {
  const text = (option: string) => values[option] as string | undefined;
  const ofContract = ["push-token-file", "read-token-file", "push-client", "read-client"].filter(option => values[option] !== undefined);
  if (values.contract === undefined) {
    if (ofContract.length) throw new UsageError(`--${ofContract[0]} belongs to --contract <file>. The server on this machine is verified with its own tokens.`);
    return fromFolder(text("folder") ?? localFolder(), text("ca"));
  }
  if (values.folder !== undefined) throw new UsageError("--contract and --folder are mutually exclusive, and both are given.");
  const pushTokenFile = text("push-token-file");
  const readTokenFile = text("read-token-file");
  if (pushTokenFile === undefined || readTokenFile === undefined)
    throw new UsageError("--contract needs --push-token-file and --read-token-file: verify sends and queries with a client's credentials.");
  const whose = { pushClient: text("push-client"), readClient: text("read-client") };
  return fromContract({ contract: text("contract")!, pushTokenFile, readTokenFile, ...whose, caFile: text("ca") });
}

function secondsOf(value: string): number {
  const seconds = Number(value);
  if (!(seconds > 0)) throw new UsageError(`--timeout: ${value} is no number of seconds above 0.`);
  return seconds;
}

/** One line on the terminal, written over and over. */
function showProgress() {
  let line = "";
  const began = Date.now();
  const draw = () => {
    const text = `${Math.round((Date.now() - began) / 1000)} s  ${line}`;
    process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
  };
  const timer = setInterval(draw, 1000);
  return {
    report(underWay: string[], done: number, all: number) {
      line = `${done} of ${all} checks done; waiting for ${underWay.join(", ")}`;
      draw();
    },
    end() {
      clearInterval(timer);
      process.stderr.write("\r\x1b[K");
    },
  };
}

main().then(
  code => {
    process.exitCode = code;
  },
  (error: Error & { code?: string }) => {
    const usage = error instanceof UsageError || error.code?.startsWith("ERR_PARSE_ARGS");
    process.stderr.write(`${error.message}\n${usage ? "npm run verify -- --help says how it is called.\n" : ""}`);
    process.exitCode = usage ? 2 : 1;
  },
);
