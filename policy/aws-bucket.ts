import { at, given, list, mustBe, oneOf, refersTo, texts, unknown, type Resource, type Rule } from "./rule";

const bucket = "aws:s3/bucket:Bucket";
const lifecycle = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const accessBlock = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";

/** Settings of a bucket are resources of their own in AWS. */
function settingsOf(of: Resource, all: readonly Resource[], kind: string): Resource[] {
  return all.filter(({ type }) => type === `aws:s3/${kind[0]!.toLowerCase()}${kind.slice(1)}:${kind}`).filter(each => refersTo(each, "bucket", of));
}

export const awsBucket: Rule[] = [
  {
    id: "CKV2_AWS_6",
    severity: "critical",
    asks: "A bucket cannot be made public.",
    why: "One careless policy or ACL would otherwise show every log line to the world.",
    mend: "Add an s3.BucketPublicAccessBlock for it.",
    types: [bucket],
    whole: true,
    wrong: (it, all) => settingsOf(it, all, "BucketPublicAccessBlock").length === 0 && "it has no BucketPublicAccessBlock",
  },
  {
    id: "CKV_AWS_53",
    also: ["CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56"],
    severity: "critical",
    asks: "The block of public access is whole.",
    why: "Each of the four leaves one way open.",
    mend: "Set blockPublicAcls, blockPublicPolicy, ignorePublicAcls and restrictPublicBuckets to true.",
    types: [accessBlock],
    wrong: resource => ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].flatMap(key => mustBe(key, [true])(resource, [])),
  },
  {
    id: "LGTM_AWS_BUCKET_TLS",
    severity: "high",
    asks: "A bucket answers over TLS only.",
    why: "S3 also speaks plain HTTP, where anybody on the way can read and change what root will run.",
    mend: 'Add an s3.BucketPolicy that denies everything where "aws:SecureTransport" is "false".',
    types: [bucket],
    whole: true,
    wrong: (it, all) => !settingsOf(it, all, "BucketPolicy").some(({ props }) => deniesPlain(props.policy)) && "no BucketPolicy refuses plain HTTP",
  },
  {
    id: "CKV_AWS_21",
    severity: "medium",
    asks: "A bucket keeps former versions.",
    why: "What somebody overwrites or deletes can then be had back.",
    mend: 'Add an s3.BucketVersioning with versioningConfiguration.status: "Enabled".',
    types: [bucket],
    whole: true,
    wrong: (it, all) => !settingsOf(it, all, "BucketVersioning").some(({ props }) => oneOf(at(props, "versioningConfiguration.status"), "Enabled")) && "no BucketVersioning is enabled for it",
  },
  {
    id: "CKV2_AWS_61",
    severity: "low",
    asks: "A bucket has a life-cycle configuration.",
    why: "Otherwise what nobody needs is paid for for ever.",
    mend: "Add an s3.BucketLifecycleConfiguration.",
    types: [bucket],
    whole: true,
    wrong: (it, all) => settingsOf(it, all, "BucketLifecycleConfiguration").length === 0 && "it has no BucketLifecycleConfiguration",
  },
  {
    id: "CKV_AWS_300",
    severity: "low",
    asks: "Uploads that were never finished are cleaned up.",
    why: "Their parts are invisible and cost money.",
    mend: "Add an enabled rule with abortIncompleteMultipartUpload to the whole bucket's life cycle.",
    types: [lifecycle],
    wrong: ({ props }) => props.rules !== unknown && !list(props.rules).some(abortsUploads) && "no enabled rule for the whole bucket has abortIncompleteMultipartUpload",
  },
  {
    id: "CKV_AWS_145",
    severity: "low",
    asks: "A bucket is encrypted with a key in KMS.",
    why: "The key can then be withdrawn, and its use is logged.",
    mend: 'Add an s3.BucketServerSideEncryptionConfiguration with sseAlgorithm: "aws:kms".',
    types: [bucket],
    whole: true,
    wrong: (it, all) => !settingsOf(it, all, "BucketServerSideEncryptionConfiguration").some(({ props }) => list(props.rules).some(rule => oneOf(at(rule, "applyServerSideEncryptionByDefault.sseAlgorithm"), "aws:kms", "aws:kms:dsse"))) && "it is not encrypted with a key in KMS",
  },
  {
    id: "CKV_AWS_18",
    severity: "low",
    asks: "A bucket logs who reads it.",
    why: "It tells afterwards who took what.",
    mend: "Add an s3.BucketLogging with a bucket for the logs.",
    types: [bucket],
    whole: true,
    wrong: (it, all) => settingsOf(it, all, "BucketLogging").length === 0 && "it has no BucketLogging",
  },
];

function abortsUploads(rule: unknown): boolean {
  const filter = at(rule, "filter");
  const whole = !given(filter) || Object.values(filter as object).every(each => !given(each));
  return whole && oneOf(at(rule, "status"), "Enabled") && given(at(rule, "abortIncompleteMultipartUpload"));
}

function deniesPlain(policy: unknown): boolean {
  if (policy === unknown) return true;
  const document: unknown = typeof policy === "string" ? JSON.parse(policy) : policy;
  return list(at(document, "Statement")).some(each => at(each, "Effect") === "Deny" && texts(at((at(each, "Condition.Bool") ?? {}) as object, "aws:SecureTransport")).includes("false"));
}
