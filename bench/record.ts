/** Writes the resources of the cloud that a server is made of, with their inputs, so that bare.ts can make the same ones. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { isSecret, open, type Registered } from "../test/mocks";
import { args } from "./servers";

/** A resource as bare.ts makes it. */
export interface Recorded {
  /** To require, such as "@pulumi/aws/ec2/instance". */
  module: string;
  /** Name of the class in it. */
  className: string;
  name: string;
  inputs: Record<string, unknown>;
}

/** Secrets are told by this key in the file. */
export const secretKey = "secret";

async function record(cloud: string): Promise<Recorded[]> {
  const { run } = (await import(`../test/${cloud}/mocks.js`)) as { run(program: () => unknown): Promise<{ registered: Registered[] }> };
  const { MonitoringServer } = (await import(`../components/${cloud}/index.js`)) as { MonitoringServer: new (name: string, args: object) => unknown };
  const { registered } = await run(() => new MonitoringServer("mon", args));
  // Releases are what the library is for: a program without it has none.
  const releases = /^(aws:s3\/bucketObjectv2|azure-native:storage:Blob$|gcp:storage\/bucketObject)/;
  return registered.filter(({ type }) => !type.startsWith("lgtm:") && !releases.test(type)).map(({ type, name, inputs }) => ({ ...place(type), name, inputs: plain(inputs) as Record<string, unknown> }));
}

/** Where the class of a token is: aws:ec2/instance:Instance, azure-native:compute:Disk, gcp:projects/iAMMember:IAMMember. */
function place(type: string): Pick<Recorded, "module" | "className"> {
  const [provider, path, className] = type.split(":") as [string, string, string];
  const folder = path.split("/")[0]!;
  const packageName = `@pulumi/${provider}${folder === "index" ? "" : `/${folder}`}`;
  // Names of files differ from names of classes in their case only.
  const files = readdirSync(join(dirname(require.resolve(`@pulumi/${provider}/package.json`)), folder === "index" ? "." : folder));
  const file = files.find(each => each.toLowerCase() === `${className.toLowerCase()}.js`);
  if (!file) throw new Error(`no file of ${packageName} is that of ${type}`);
  return { module: `${packageName}/${file.slice(0, -3)}`, className };
}

function plain(value: unknown): unknown {
  if (isSecret(value)) return { [secretKey]: plain(open(value)) };
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)])) : value;
}

if (require.main === module) void record(process.argv[2]!).then(all => process.stdout.write(JSON.stringify(all)));
