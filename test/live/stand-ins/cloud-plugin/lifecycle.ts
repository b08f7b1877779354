/** Part of the stand-in for the clouds: what a provider does with a resource, by the table of its type. */
import { randomBytes } from "node:crypto";
import { argumentsOf } from "./arguments";
import { changesOf, covers, type Change } from "./changes";
import type { Properties, Thing } from "./cloud";
import { names, unknown, valuesAt, type Package, type Place, type ResourceType } from "./resource-type";

export interface Failure {
  property: string;
  reason: string;
}

export interface Difference {
  changes: (Change & { replaces: boolean })[];
  deleteBeforeReplace: boolean;
}

/** Where a made-up name is noted in the inputs, as the providers do. */
const madeUp = "__defaults";

export class Lifecycle {
  constructor(private readonly of: Package, private readonly place: Place) {}

  check(token: string, name: string, olds: Properties, news: Properties): { inputs: Properties; failures: Failure[] } {
    const row = this.of.resources[token];
    if (!row) return { inputs: news, failures: [{ property: "", reason: `this stand-in does not know ${token}` }] };
    const { required, optional } = argumentsOf(this.of.declarations(token));
    const inputs = named(row, name, olds, news);
    const failures = [
      ...Object.keys(news).filter(key => !key.startsWith("__") && !required.includes(key) && !optional.includes(key)).map(property => ({ property, reason: "the SDK declares no such property" })),
      ...required.filter(key => inputs[key] === undefined).map(property => ({ property, reason: "missing, and required by the SDK" })),
    ];
    return { inputs, failures };
  }

  diff(token: string, olds: Properties, news: Properties): Difference {
    const row = this.row(token);
    const also = row.alsoReplaces?.(olds, news) ?? [];
    const changes = changesOf(olds, news).filter(({ path }) => path[0] !== madeUp).map(change => ({ ...change, replaces: [...(row.replaces ?? []), ...also].some(replacing => covers(replacing.split("."), change.path)) }));
    const sameName = row.autoName !== undefined && news[madeUp] === undefined && olds[row.autoName] === news[row.autoName];
    return { changes, deleteBeforeReplace: changes.some(({ replaces }) => replaces) && (row.deleteBeforeReplace ?? sameName) };
  }

  create(token: string, inputs: Properties, preview: boolean): { id: string; outputs: Properties } {
    const row = this.row(token);
    if (preview) return { id: "", outputs: { ...allUnknown(this.added(row, inputs, unknown)), ...inputs } };
    const { cloud } = this.place;
    const id = row.id(inputs, randomBytes(10).toString("hex").slice(0, 17), this.place);
    const there = cloud.find(token, id);
    if (there && !row.adopts) throw new Error(`${token} ${id} already exists`);
    this.refuseMissing(row, token, inputs);
    this.refuseTaken(row, token, id, inputs);
    row.onCreate?.(inputs, id, this.place);
    return this.store("create", row, token, id, inputs);
  }

  update(token: string, id: string, olds: Properties, news: Properties, oldState: Properties, preview: boolean): Properties {
    const row = this.row(token);
    if (preview) {
      const added = this.added(row, news, id);
      const lost = row.unknownOnUpdate === "all" ? added : Object.fromEntries((row.unknownOnUpdate ?? []).map(key => [key, unknown]));
      const kept = Object.fromEntries(Object.keys(added).map(key => [key, oldState[key]]));
      return { ...kept, ...allUnknown(lost), ...news };
    }
    if (!this.place.cloud.find(token, id)) throw new Error(`${token} ${id} does not exist`);
    this.refuseMissing(row, token, news);
    this.refuseTaken(row, token, id, news);
    row.onUpdate?.(id, olds, news, this.place);
    return this.store("update", row, token, id, news).outputs;
  }

  read(token: string, id: string): Thing | undefined {
    this.place.cloud.record({ operation: "read", type: token, id });
    return this.place.cloud.find(token, id);
  }

  delete(token: string, id: string): void {
    const { cloud } = this.place;
    const row = this.row(token);
    const thing = cloud.find(token, id);
    // What is gone already is nobody's failure.
    if (!thing) return;
    const holder = cloud.all().find(other => Object.entries(this.of.resources[other.type]?.holds ?? {}).some(([path, type]) => type === token && valuesAt(other.inputs, path).some(value => names(value, thing))));
    if (holder) throw new Error(`${token} ${id} cannot be deleted: ${holder.type} ${holder.id} uses it`);
    row.onDelete?.(thing, this.place);
    cloud.record({ operation: "delete", type: token, id });
    cloud.remove(token, id);
  }

  invoke(token: string, args: Properties): Properties {
    const run = this.of.functions[token];
    if (!run) throw new Error(`this stand-in does not know the function ${token}`);
    this.place.cloud.record({ operation: "invoke", type: token, id: "" });
    return run(args, this.place);
  }

  private row(token: string): ResourceType {
    const row = this.of.resources[token];
    if (!row) throw new Error(`this stand-in does not know ${token}`);
    return row;
  }

  private added(row: ResourceType, inputs: Properties, id: string): Properties {
    return row.outputs?.(inputs, id, this.place) ?? {};
  }

  private store(operation: "create" | "update", row: ResourceType, token: string, id: string, inputs: Properties): { id: string; outputs: Properties } {
    const { cloud } = this.place;
    const { [madeUp]: _, ...visible } = inputs;
    const outputs = { ...visible, ...this.added(row, inputs, id) };
    cloud.record({ operation, type: token, id });
    cloud.put({ type: token, id, inputs: visible, outputs });
    return { id, outputs };
  }

  private refuseMissing(row: ResourceType, token: string, inputs: Properties): void {
    for (const [path, type] of Object.entries({ ...row.needs, ...row.holds })) {
      const there = this.place.cloud.all(type);
      const missing = valuesAt(inputs, path).find(value => !there.some(thing => names(value, thing)));
      if (missing !== undefined) throw new Error(`${token}: ${path} names ${JSON.stringify(missing)}, and no ${type} of that name exists`);
    }
  }

  private refuseTaken(row: ResourceType, token: string, id: string, inputs: Properties): void {
    for (const path of row.exclusive ?? []) {
      const wanted = valuesAt(inputs, path);
      const other = this.place.cloud.all(token).find(thing => thing.id !== id && valuesAt(thing.inputs, path).some(value => wanted.includes(value)));
      if (other) throw new Error(`${token}: ${path} ${JSON.stringify(wanted)} is in use by ${other.id}`);
    }
  }
}

function named(row: ResourceType, name: string, olds: Properties, news: Properties): Properties {
  const key = row.autoName;
  if (key === undefined || news[key] !== undefined) return news;
  const random = randomBytes(4).toString("hex").slice(0, 7);
  return { ...news, [key]: olds[madeUp] === undefined ? (row.nameOf?.(name, random) ?? `${name}-${random}`) : olds[key], [madeUp]: [key] };
}

function allUnknown(outputs: Properties): Properties {
  return Object.fromEntries(Object.keys(outputs).map(key => [key, unknown]));
}
