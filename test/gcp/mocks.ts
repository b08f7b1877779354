import * as runtime from "@pulumi/pulumi/runtime/rpc";
import { openBucket } from "../cloud/status";
import { run as runWith } from "../mocks";

export const project = "shop-monitoring";
export const region = "europe-west3";
export const zone = "europe-west3-b";

const link = (path: string) => `https://www.googleapis.com/compute/v1/projects/${project}/${path}`;

const outputs: Record<string, (name: string, inputs: Record<string, unknown>) => Record<string, unknown>> = {
  "gcp:compute/address:Address": (_name, { addressType }) => ({ address: addressType === "INTERNAL" ? "10.0.0.7" : "203.0.113.7" }),
  "gcp:compute/disk:Disk": (_name, { name }) => ({ selfLink: link(`zones/${zone}/disks/${String(name)}`) }),
  "gcp:compute/resourcePolicy:ResourcePolicy": name => ({ name }),
  "gcp:compute/subnetwork:Subnetwork": name => ({ selfLink: link(`regions/${region}/subnetworks/${name}`) }),
  "gcp:serviceaccount/account:Account": (_name, { accountId }) => ({ email: `${String(accountId)}@${project}.iam.gserviceaccount.com` }),
  "gcp:storage/bucket:Bucket": name => ({ name }),
  "gcp:storage/bucketObject:BucketObject": () => ({ generation: 1761042312345678 }),
};

/** The server that exists in the tests' project, with the label that chooses it. */
export const machine = {
  name: "vm-given",
  labels: { "lgtm-server": "project_stack_mon" },
  tags: ["web"],
  serviceAccounts: [{ email: "given@shop.iam.gserviceaccount.com", scopes: ["https://www.googleapis.com/auth/cloud-platform"] }],
  networkInterfaces: [{ networkIp: "10.0.0.9", network: link("global/networks/default"), accessConfigs: [{ natIp: "203.0.113.9" }] }],
};

/** What the tests' project answers. */
function answers(token: string, args: Record<string, unknown>): Record<string, unknown> {
  switch (token) {
    case "gcp:organizations/getClientConfig:getClientConfig": return { project, region, zone: "", accessToken: { [runtime.specialSigKey]: runtime.specialSecretSig, value: "ya29.token" } };
    case "gcp:compute/getSubnetwork:getSubnetwork": return { selfLink: `https://www.googleapis.com/compute/v1/projects/${String(args.project)}/regions/${String(args.region)}/subnetworks/${String(args.name)}`, network: `https://www.googleapis.com/compute/v1/projects/${String(args.project)}/global/networks/vpc-given` };
    case "gcp:compute/getAddress:getAddress": return args.name === "inside" ? { name: "inside", address: "10.0.0.8", addressType: "INTERNAL" } : { name: String(args.name), address: "203.0.113.8", addressType: "EXTERNAL" };
    case "gcp:compute/getInstance:getInstance": return machine;
    case "gcp:storage/getBucketObjectContent:getBucketObjectContent": return { content: openBucket(String(args.name)) };
    default: throw new Error(`the tests know no answer to ${token}`);
  }
}

/** Runs a program against a provider of Google Cloud that only answers, with a server that applies every release. */
export function run<T>(program: () => T, { preview = false } = {}) {
  return runWith(program, { preview, outputs: (type, name, inputs) => outputs[type]?.(name, inputs) ?? {}, invoke: answers });
}
