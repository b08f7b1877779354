/** What the common story needs to know of each cloud. */
import { types as aws } from "./stand-ins/cloud-plugin/aws-types";
import { types as azure } from "./stand-ins/cloud-plugin/azure-types";
import { types as gcp } from "./stand-ins/cloud-plugin/gcp-types";
import type { CloudUnderTest } from "./cloud-story";

const lastPart = (path: string) => path.split("/").at(-1)!;

export const awsUnderTest: CloudUnderTest = {
  name: "aws",
  module: "cloud-aws-program.js",
  plugins: ["aws", "random", "tls"],
  machine: aws.instance,
  releases: ["replace BucketObjectv2 mon-bundle", "replace BucketObjectv2 mon-release", "replace RandomBytes mon-rollout", "update BucketObjectv2 mon-pointer"],
  rotation: ["replace RandomBytes mon-push-orders", "update Parameter mon-push-orders"],
  secretTypes: [aws.parameter],
  secrets: cloud => Object.fromEntries(cloud.all(aws.parameter).map(({ id, inputs }) => [lastPart(id), inputs["value"] as string])),
};

export const gcpUnderTest: CloudUnderTest = {
  name: "gcp",
  module: "cloud-gcp-program.js",
  plugins: ["gcp", "random", "tls"],
  machine: gcp.instance,
  releases: ["replace BucketObject mon-bundle", "replace BucketObject mon-release", "replace RandomBytes mon-rollout", "update BucketObject mon-pointer"],
  rotation: ["replace RandomBytes mon-push-orders", "replace SecretVersion mon-push-orders"],
  secretTypes: [gcp.secretVersion],
  secrets: cloud => Object.fromEntries(cloud.all(gcp.secretVersion).map(({ inputs }) => [lastPart(inputs["secret"] as string).replace(/^lgtm-pulumi-lgtm-test-gcp-mon-/, ""), inputs["secretData"] as string])),
};

export const azureUnderTest: CloudUnderTest = {
  name: "azure",
  module: "cloud-azure-program.js",
  plugins: ["azure-native", "random", "tls"],
  machine: azure.machine,
  releases: ["replace Blob mon-bundle", "replace Blob mon-pointer", "replace Blob mon-release", "replace RandomBytes mon-rollout"],
  rotation: ["replace RandomBytes mon-push-orders", "update Deployment mon-secrets"],
  secretTypes: [azure.secret, azure.deployment],
  secrets: cloud => Object.fromEntries(cloud.all(azure.secret).map(({ id, inputs }) => [lastPart(id).replace(/^mon-/, ""), inputs["value"] as string])),
};
