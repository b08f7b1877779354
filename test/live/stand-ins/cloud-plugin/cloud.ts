/**
 * Part of the stand-in for the clouds: what exists in them. A folder with one file a thing, which tests may read and alter
 * while the plugins run, and the calls that were made.
 */
import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type Properties = Record<string, unknown>;

/** Something in a cloud. Resources have the type of their token; other things (an object in a bucket, a public image) a word of the stand-in's. */
export interface Thing {
  type: string;
  id: string;
  inputs: Properties;
  outputs: Properties;
}

/** A call of a cloud's API, previews excepted. */
export interface Call {
  operation: "create" | "read" | "update" | "delete" | "invoke" | "restart";
  type: string;
  id: string;
}

/** Tells the plugins where the cloud is. */
export const folderVariable = "PULUMI_LGTM_TEST_CLOUD";

export const objectType = "object";

export class Cloud {
  constructor(readonly folder: string) {
    mkdirSync(join(folder, "things"), { recursive: true });
  }

  all(type?: string): Thing[] {
    const files = readdirSync(this.path("things")).filter(name => name.endsWith(".json"));
    return files.flatMap(name => read<Thing>(this.path("things", name)) ?? []).filter(thing => type === undefined || thing.type === type);
  }

  find(type: string, id: string): Thing | undefined {
    return read(this.file(type, id));
  }

  /** Makes or alters a thing, as somebody else would in the cloud. */
  put(thing: Partial<Thing> & Pick<Thing, "type" | "id">): Thing {
    const whole = { inputs: {}, outputs: {}, ...thing };
    const path = this.file(whole.type, whole.id);
    // In one step: others may read it at any time.
    writeFileSync(`${path}.${process.pid}`, JSON.stringify(whole, null, 2));
    renameSync(`${path}.${process.pid}`, path);
    return whole;
  }

  remove(type: string, id: string): void {
    rmSync(this.file(type, id), { force: true });
  }

  putObject(bucket: string, key: string, text: string): void {
    this.put({ type: objectType, id: `${bucket}/${key}`, inputs: { bucket, key, text } });
  }

  object(bucket: string, key: string): string | undefined {
    return this.find(objectType, `${bucket}/${key}`)?.inputs["text"] as string | undefined;
  }

  objectsOf(bucket: string): Thing[] {
    return this.all(objectType).filter(({ inputs }) => inputs["bucket"] === bucket);
  }

  record(call: Call): void {
    appendFileSync(this.path("calls.jsonl"), `${JSON.stringify(call)}\n`);
  }

  calls(): Call[] {
    try {
      return readFileSync(this.path("calls.jsonl"), "utf8").split("\n").filter(Boolean).map(line => JSON.parse(line) as Call);
    } catch {
      return [];
    }
  }

  /** A setting of the test, such as what the guest reports; undefined when there is none. */
  setting<T>(name: string): T | undefined {
    return read(this.path(`${name}.json`));
  }

  set(name: string, value: unknown): void {
    writeFileSync(this.path(`${name}.json`), JSON.stringify(value));
  }

  private file(type: string, id: string): string {
    return this.path("things", `${hash(`${type} ${id}`, 24)}.json`);
  }

  private path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }
}

/** Undefined where there is no such file: another plugin may have removed it just now. */
function read<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Hexadecimal digits that are always the same for the same text. */
export function hash(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}

/** An address within a range of documentation or of the private ones, always the same for the same text. */
export function addressOf(text: string, firstThree: string): string {
  return `${firstThree}.${10 + (parseInt(hash(text, 4), 16) % 200)}`;
}
