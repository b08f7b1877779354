import { usesOwnIdentity, usesOwnRole, usesOwnServiceAccount } from "../server/cloud-datasources";
import type { ResolvedSpec } from "../server/spec";

type Cloud = "aws" | "azure" | "gcp";

const titles: Record<Cloud, string> = { aws: "AWS", azure: "Azure", gcp: "Google Cloud" };
const storages: Record<Cloud, string> = { aws: "s3", azure: "azure-blob", gcp: "gcs" };
const discoveries = { ec2: "aws", azure: "azure", gce: "gcp" } as const;

/** What a spec asks of a cloud in which the server has no identity: one line each. */
export function foreignProblems(spec: ResolvedSpec, own: Cloud): string[] {
  const others = (["aws", "azure", "gcp"] as const).filter(cloud => cloud !== own);
  const nobody = (cloud: Cloud) => `the server is on ${titles[own]} and is nobody on ${titles[cloud]}`;
  const keyless = {
    aws: (spec.cloudDatasources.aws ?? []).some(usesOwnRole) && "accessKey: true, and its two secrets",
    azure: (spec.cloudDatasources.azure ?? []).some(usesOwnIdentity) && "tenant and clientId of an application, and its secret",
    gcp: (spec.cloudDatasources.gcp ?? []).some(usesOwnServiceAccount) && "the e-mail of a serviceAccount, and its private key as a secret",
  };
  return [
    ...others.flatMap(cloud => (keyless[cloud] ? [`cloudDatasources.${cloud}: ${nobody(cloud)}. Give ${keyless[cloud]}.`] : [])),
    ...others.flatMap(cloud => (spec.cloudMetrics?.[cloud] ? [`cloudMetrics.${cloud}: ${nobody(cloud)}. Leave it out; a server on ${titles[cloud]} can read them.`] : [])),
    ...others.flatMap(cloud => (spec.cloudLogs?.[cloud] ? [`cloudLogs.${cloud}: ${nobody(cloud)}. Leave it out; a server on ${titles[cloud]} can read them.`] : [])),
    ...Object.entries(discoveries).flatMap(([key, cloud]) => (cloud !== own && spec.discovery?.[key as keyof typeof discoveries] ? [`discovery.${key}: ${nobody(cloud)}. Let agents there push (docs/agents.md), or list the servers in discovery.static.`] : [])),
    ...(spec.storage.kind !== "disk" && spec.storage.kind !== storages[own] ? [`storage.kind: "${spec.storage.kind}" is not allowed on ${titles[own]}. Allowed: "${storages[own]}", "disk".`] : []),
  ];
}
