import { parseArgs } from "node:util";

/** Options as parseArgs has them. */
export type Options = Record<string, { type: "string" | "boolean"; default?: string | boolean }>;

type Values<T extends Options> = ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>>["values"];

/** The command was called wrongly: exit code 2. */
export class UsageError extends Error {}

/** The user ended it: exit code 130. */
export class Interrupted extends Error {}

/** What a command is called with. */
export interface Command<T extends Options> {
  /** As it is typed: `npm run status`. */
  called: string;
  help: string;
  options: T;
  /** Answers the exit code: 0 as it should be, 1 not. */
  run(values: Values<T>, positionals: string[]): Promise<number>;
}

/** Runs a command of the command line; failures are said in words, and with `--json` as `{"error": …}` too. */
export function command<const T extends Options>({ called, help, options, run }: Command<T>): void {
  const finish = async (): Promise<number> => {
    const { values, positionals } = parseArgs({ options: { ...options, help: { type: "boolean", default: false } }, allowPositionals: true });
    if ((values as { help?: boolean }).help) {
      process.stdout.write(help);
      return 0;
    }
    return run(values as Values<T>, positionals);
  };
  finish().then(
    code => { process.exitCode = code; },
    (error: Error & { code?: string }) => {
      const usage = error instanceof UsageError || error.code?.startsWith("ERR_PARSE_ARGS");
      if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify({ error: error.message })}\n`);
      process.stderr.write(`${error.message}\n${usage ? `${called} -- --help says how it is called.\n` : ""}`);
      process.exitCode = usage ? 2 : error instanceof Interrupted ? 130 : 1;
    },
  );
}

/** A table in plain text. Cells that are numbers with a unit go to the right. */
export function table(head: string[], rows: string[][]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map(row => row[column]!.length)));
  const right = head.map((_, column) => rows.length > 0 && rows.every(row => /^[\d.–-]/.test(row[column]!) || row[column] === ""));
  return all.map(row => row.map((cell, column) => (right[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join("  ").trimEnd()).map(line => `${line}\n`).join("");
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}

/** "1 min 5 s", "0.8 s". */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return seconds < 60 ? `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
