/** Policy documents as JSON: what the machine may do, and who may be it. Pure, so that each right can be read and tested. */

import { logActions, type AccountReads } from "./account-reads";

interface Statement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Action: string | string[];
  Resource: string | string[];
  Principal?: string | Record<string, string>;
  Condition?: Record<string, Record<string, string>>;
}

export function policy(...statements: Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** Who may take a role. */
export function trust(service: "ec2" | "dlm", account?: string): string {
  const Condition = account ? { StringEquals: { "aws:SourceAccount": account } } : undefined;
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: `${service}.amazonaws.com` }, ...(Condition && { Condition }) }] });
}

/** Refuses whatever does not come over TLS. */
export function tlsOnly(bucketArn: string): string {
  return policy({ Sid: "TlsOnly", Effect: "Deny", Principal: "*", Action: "s3:*", Resource: [bucketArn, `${bucketArn}/*`], Condition: { Bool: { "aws:SecureTransport": "false" } } });
}

/** What a server reads and writes. */
export interface ServerResources {
  configurationBucket: string;
  telemetryBucket: string;
  /** ARN of its parameters, with a star at the end. */
  secrets: string;
  /** ARN of a key of the user's own. */
  kmsKey?: string;
  /** What the spec asks of the account. */
  reads: Pick<AccountReads, "actions" | "roles">;
  /** ARNs of log groups that are read into Loki. */
  logGroups: string[];
}

/** The rights of a monitoring server: its buckets, its secrets, Session Manager, and what its spec asks of the account. */
export function serverPolicy({ configurationBucket, telemetryBucket, secrets, kmsKey, reads, logGroups }: ServerResources): string {
  return policy(
    { Sid: "ReadReleases", Effect: "Allow", Action: ["s3:GetObject"], Resource: `${configurationBucket}/*` },
    // Without the right to list, S3 answers 403 instead of 404 for what is not there.
    { Sid: "List", Effect: "Allow", Action: ["s3:ListBucket"], Resource: [configurationBucket, telemetryBucket] },
    { Sid: "KeepTelemetry", Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"], Resource: `${telemetryBucket}/*` },
    { Sid: "ReadSecrets", Effect: "Allow", Action: ["ssm:GetParameters"], Resource: secrets },
    ...(kmsKey ? [{ Sid: "UseKey", Effect: "Allow" as const, Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: kmsKey }] : []),
    // Session Manager and Run Command take no resource; the managed policy for them may read every parameter, so this is the part that is needed.
    {
      Sid: "SessionManager",
      Effect: "Allow",
      Action: [
        "ssm:UpdateInstanceInformation", "ssm:ListInstanceAssociations", "ssm:UpdateInstanceAssociationStatus", "ssm:GetDocument", "ssm:DescribeDocument", "ssm:DescribeAssociation",
        "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
        "ec2messages:AcknowledgeMessage", "ec2messages:DeleteMessage", "ec2messages:FailMessage", "ec2messages:GetEndpoint", "ec2messages:GetMessages", "ec2messages:SendReply",
      ],
      Resource: "*",
    },
    ...(reads.actions.length ? [{ Sid: "ReadAccount", Effect: "Allow" as const, Action: reads.actions, Resource: "*" }] : []),
    ...(logGroups.length ? [{ Sid: "ReadLogs", Effect: "Allow" as const, Action: logActions, Resource: logGroups }] : []),
    ...(reads.roles.length ? [{ Sid: "OtherAccounts", Effect: "Allow" as const, Action: ["sts:AssumeRole"], Resource: reads.roles }] : []),
  );
}

/** Where volumes and their snapshots are. */
export interface SnapshotPlace {
  partition: string;
  region: string;
  account: string;
}

/** What Data Lifecycle Manager needs to snapshot the volumes that carry this tag, and to prune what carries it in turn: snapshots get their volume's tags. */
export function snapshotPolicy(tag: string, value: string, { partition, region, account }: SnapshotPlace): string {
  const ofServer = { StringEquals: { [`aws:ResourceTag/${tag}`]: value } };
  const snapshots = `arn:${partition}:ec2:${region}::snapshot/*`;
  return policy(
    { Sid: "Snapshot", Effect: "Allow", Action: ["ec2:CreateSnapshot"], Resource: `arn:${partition}:ec2:${region}:${account}:volume/*`, Condition: ofServer },
    // A snapshot that is being made has no tags yet.
    { Sid: "Keep", Effect: "Allow", Action: ["ec2:CreateSnapshot", "ec2:CreateTags"], Resource: snapshots },
    { Sid: "Prune", Effect: "Allow", Action: ["ec2:DeleteSnapshot"], Resource: snapshots, Condition: ofServer },
    { Sid: "Look", Effect: "Allow", Action: ["ec2:DescribeInstances", "ec2:DescribeVolumes", "ec2:DescribeSnapshots"], Resource: "*" },
  );
}
