/** Part of the stand-in for the clouds: what a table says of a type of resource and of a function. */
import type { Cloud, Properties, Thing } from "./cloud";

/** What the provider was configured with. */
export interface Place {
  cloud: Cloud;
  region: string;
}

/**
 * Paths name properties: "ami", "bootDisk.initializeParams.image", "securityGroups.*" for each of a list.
 */
export interface ResourceType {
  /** A change of these replaces. */
  replaces?: string[];
  /** As `replaces`, where it depends on more than the property's name. */
  alsoReplaces?(olds: Properties, news: Properties): string[];
  /** The provider asks for deletion before the new one is made, whatever replaces it. Else only when a given physical name stays the same. */
  deleteBeforeReplace?: boolean;
  /** The property with the physical name, made up when it is left out. */
  autoName?: string;
  /** How a physical name is made up. @default <name>-<7 hexadecimal digits> */
  nameOf?(name: string, random: string): string;
  id(inputs: Properties, random: string, place: Place): string;
  /** What the cloud adds, the same for the same inputs and id. */
  outputs?(inputs: Properties, id: string, place: Place): Properties;
  /** Outputs that a preview of an update cannot know. @default none; "all" where the provider knows nothing before the answer */
  unknownOnUpdate?: string[] | "all";
  /** Must exist when it is made: path → type of the thing. */
  needs?: Record<string, string>;
  /** As `needs`, and cannot be deleted while this exists. */
  holds?: Record<string, string>;
  /** Only one of this type may have the thing at a time. */
  exclusive?: string[];
  /** An existing one is taken over instead of refused. */
  adopts?: boolean;
  /** Throws what the cloud would answer. */
  onCreate?(inputs: Properties, id: string, place: Place): void;
  onUpdate?(id: string, olds: Properties, news: Properties, place: Place): void;
  onDelete?(thing: Thing, place: Place): void;
}

export interface Package {
  version: string;
  /** Where it is without a configuration. */
  region: string;
  /** Folder of the SDK's declarations of a token's type, below node_modules. */
  declarations(token: string): string;
  resources: Record<string, ResourceType>;
  /** By token. Throws what the cloud would answer. */
  functions: Record<string, (args: Properties, place: Place) => Properties>;
}

/** Every value at a path. */
export function valuesAt(value: unknown, path: string): unknown[] {
  const [first, ...rest] = path.split(".");
  const inner = first === "*" ? (Array.isArray(value) ? value : []) : isObject(value) && value[first!] !== undefined ? [value[first!]] : [];
  return rest.length ? inner.flatMap(one => valuesAt(one, rest.join("."))) : inner;
}

export function textAt(value: unknown, path: string): string | undefined {
  const [found] = valuesAt(value, path);
  return typeof found === "string" ? found : undefined;
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What the engine puts in place of a value that a preview does not know. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value names a thing: by its id, its address in an API or its name. */
export function names(value: unknown, thing: Thing): boolean {
  return typeof value === "string" && [thing.id, ...["arn", "selfLink", "id", "name", "email", "address"].map(key => thing.outputs[key])].includes(value);
}
