/** Writes what a preview of a server does in the cloud: its questions, its resources and what these take of each other, so that bare.ts can do the same. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { isSecret, open, type Registered } from "../test/mocks";
import { answers, args } from "./servers";

export interface Recording {
  questions: (Place & { args: Record<string, unknown> })[];
  /** Each after those that it takes something of. */
  resources: RecordedResource[];
}

export interface RecordedResource extends Place {
  /** By which the others name it. */
  key: string;
  name: string;
  inputs: Record<string, unknown>;
  /** Per input: the resources whose outputs are in it. */
  takes: Record<string, string[]>;
  /** What has to be there before it beside those. */
  dependsOn: string[];
}

interface Place {
  /** To require, such as "@pulumi/aws/ec2/instance". */
  module: string;
  /** Name of the class or function in it. */
  exported: string;
}

/** Secrets are told by this key in the file. */
export const secretKey = "secret";

async function record(cloud: string): Promise<Recording> {
  const { run } = (await import(`../test/${cloud}/mocks.js`)) as { run(program: () => unknown): Promise<{ registered: Registered[] }> };
  const { MonitoringServer } = (await import(`../components/${cloud}/index.js`)) as { MonitoringServer: new (name: string, args: object) => unknown };
  const { links, questions } = watched();
  const { registered } = await run(() => new MonitoringServer("mon", args));
  const resources = registered.filter(({ type }) => !type.startsWith("lgtm:"));
  const keys = new Set(resources.map(keyOf));
  return {
    questions,
    resources: resources.map(resource => {
      const key = keyOf(resource);
      const { takes, before } = links.get(key)!;
      const taken = Object.entries(takes).map(([input, all]) => [input, all.filter(it => keys.has(it))] as const).filter(([, all]) => all.length > 0);
      const dependsOn = before.filter(it => keys.has(it) && !taken.some(([, all]) => all.includes(it)));
      return { ...place(resource.type), key, name: resource.name, inputs: plain(resource.inputs) as Record<string, unknown>, takes: Object.fromEntries(taken), dependsOn };
    }),
  };
}

const keyOf = ({ type, name }: { type: string; name: string }) => `${type} ${name}`;

/** What the engine is told and the tests' record of a program does not have. */
function watched(): Pick<Recording, "questions"> & { links: Map<string, { takes: Record<string, string[]>; before: string[] }> } {
  const links = new Map<string, { takes: Record<string, string[]>; before: string[] }>();
  const questions: Recording["questions"] = [];
  const ofUrn = (urn: string) => {
    const [type, name] = urn.split("::").slice(2) as [string, string];
    return keyOf({ type: type.split("$").pop()!, name });
  };
  const { registerResource, invoke } = MockMonitor.prototype;
  MockMonitor.prototype.registerResource = function (req, callback) {
    const takes = (req.getPropertydependenciesMap() as { toArray(): [string, [string[]]][] }).toArray().map(([input, [urns]]) => [input, urns.map(ofUrn)]);
    links.set(keyOf({ type: req.getType(), name: req.getName() }), { takes: Object.fromEntries(takes) as Record<string, string[]>, before: (req.getDependenciesList() as string[]).map(ofUrn) });
    return registerResource.call(this, req, callback);
  };
  MockMonitor.prototype.invoke = function (req, callback) {
    const token = req.getTok() as string;
    // The others are asked only once the server is there.
    if (token in answers) questions.push({ ...place(token), args: (req.getArgs() as { toJavaScript(): Record<string, unknown> }).toJavaScript() });
    return invoke.call(this, req, callback);
  };
  return { links, questions };
}

/** Where the class or function of a token is: aws:ec2/instance:Instance, azure-native:compute:Disk, gcp:projects/iAMMember:IAMMember. */
function place(token: string): Place {
  const [provider, path, exported] = token.split(":") as [string, string, string];
  const folder = path.split("/")[0]!;
  const packageName = `@pulumi/${provider}${folder === "index" ? "" : `/${folder}`}`;
  // Names of files differ from names of classes in their case only.
  const files = readdirSync(join(dirname(require.resolve(`@pulumi/${provider}/package.json`)), folder === "index" ? "." : folder));
  const file = files.find(each => each.toLowerCase() === `${exported.toLowerCase()}.js`);
  if (!file) throw new Error(`no file of ${packageName} is that of ${token}`);
  return { module: `${packageName}/${file.slice(0, -3)}`, exported };
}

function plain(value: unknown): unknown {
  if (isSecret(value)) return { [secretKey]: plain(open(value)) };
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)])) : value;
}

if (require.main === module) void record(process.argv[2]!).then(recording => process.stdout.write(JSON.stringify(recording)));
