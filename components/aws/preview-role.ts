import { getPartitionOutput } from "@pulumi/aws/getPartition";
import { OpenIdConnectProvider } from "@pulumi/aws/iam/openIdConnectProvider";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import * as pulumi from "@pulumi/pulumi";
import { issuer, subjectsOf, type PreviewRoleSubjects } from "../cloud/preview-role";
import { policy } from "./policies";
import { tagsFor } from "./tags";

export interface PreviewRoleArgs extends PreviewRoleSubjects {
  /** Bucket with Pulumi's state; the role may read it. @default none: the state is elsewhere */
  stateBucket?: pulumi.Input<string>;
  /** ARN of the key in KMS that encrypts the bucket or the stacks' secrets; the role may decrypt with it. @default none */
  kmsKeyArn?: pulumi.Input<string>;
  /** ARN of a machine that a server is put on (`instanceId`); its settings are read. @default none */
  instanceArn?: pulumi.Input<string>;
  /** ARN of the account's provider for GitHub, of which there can be only one. @default made */
  oidcProviderArn?: pulumi.Input<string>;
  /** @default {} */
  tags?: Record<string, string>;
}

/**
 * A role that GitHub Actions takes to preview pull requests, without a key that somebody would have to keep. It reads what a
 * preview asks the account for, and the state; it changes nothing, and reads no secret of the account.
 *
 * @example
 * new PreviewRole("preview", { repository: "acme/infra", environments: ["preview-prod"], stateBucket: "acme-pulumi" });
 */
export class PreviewRole extends pulumi.ComponentResource {
  /** What the workflow takes: `role-to-assume`. */
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: PreviewRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    const subjects = subjectsOf(args);
    super("lgtm:aws:PreviewRole", name, { repository: args.repository, environments: args.environments }, opts);
    const tags = tagsFor(name, args.tags);
    const parent = this;
    const partition = getPartitionOutput({}, { parent }).partition;
    const provider = args.oidcProviderArn ?? new OpenIdConnectProvider(`${name}-github`, { url: issuer, clientIdLists: [audience], tags: tags("github") }, { parent }).arn;
    const role = new Role(`${name}-preview`, { assumeRolePolicy: pulumi.output(provider).apply(arn => trustInGitHub(arn, subjects)), description: `Previews of ${args.repository}`, maxSessionDuration: 3600, tags: tags("preview") }, { parent });
    const rights = pulumi.all([partition, args.stateBucket, args.kmsKeyArn, args.instanceArn]).apply(([part, bucket, key, instance]) => previewPolicy(part, bucket, key, instance));
    new RolePolicy(`${name}-preview`, { role: role.id, policy: rights }, { parent });
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}

const audience = "sts.amazonaws.com";

function trustInGitHub(provider: string, subjects: string[]): string {
  const host = issuer.replace("https://", "");
  const Condition = { StringEquals: { [`${host}:aud`]: audience, [`${host}:sub`]: subjects } };
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "sts:AssumeRoleWithWebIdentity", Principal: { Federated: provider }, Condition }] });
}

/** What a preview reads: where things are, what a type of machine is, which image is the newest, and the state. Preview locks no state, so it writes none. */
function previewPolicy(partition: string, bucket?: string, key?: string, instance?: string): string {
  const state = `arn:${partition}:s3:::${bucket}`;
  return policy(
    { Sid: "LookAround", Effect: "Allow", Action: ["ec2:DescribeAvailabilityZones", "ec2:DescribeInstanceCreditSpecifications", "ec2:DescribeInstanceTypes", "ec2:DescribeInstances", "ec2:DescribeSubnets", "ec2:DescribeTags", "ec2:DescribeVolumes", "ec2:DescribeVpcs"], Resource: "*" },
    { Sid: "NewestImage", Effect: "Allow", Action: ["ssm:GetParameter"], Resource: `arn:${partition}:ssm:*::parameter/aws/service/canonical/*` },
    ...(bucket ? [
      { Sid: "ListState", Effect: "Allow" as const, Action: ["s3:ListBucket", "s3:GetBucketLocation"], Resource: state },
      { Sid: "ReadState", Effect: "Allow" as const, Action: ["s3:GetObject"], Resource: `${state}/*` },
    ] : []),
    ...(key ? [{ Sid: "Decrypt", Effect: "Allow" as const, Action: ["kms:Decrypt"], Resource: key }] : []),
    ...(instance ? [{ Sid: "ReadMachine", Effect: "Allow" as const, Action: ["ec2:DescribeInstanceAttribute"], Resource: instance }] : []),
  );
}
