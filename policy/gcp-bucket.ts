import { given, list, mustBe, texts, type Rule } from "./rule";

const bucket = "gcp:storage/bucket:Bucket";

export const gcpBucket: Rule[] = [
  {
    id: "CKV_GCP_28",
    severity: "critical",
    asks: "A bucket is nobody's who does not sign in.",
    why: "Every log line would be on the internet.",
    mend: "Name the service accounts that may.",
    types: ["gcp:storage/bucketIAMMember:BucketIAMMember", "gcp:storage/bucketIAMBinding:BucketIAMBinding"],
    wrong: ({ props }) => [...texts(props.member), ...texts(list(props.members))].map(member => /^all(Authenticated)?Users$/.test(member) && `it is open to ${member}`),
  },
  {
    id: "CKV_GCP_29",
    severity: "high",
    asks: "Rights are the bucket's, not each object's.",
    why: "Nobody can tell who may read a bucket in which every object has a list of its own.",
    mend: "Set uniformBucketLevelAccess: true.",
    types: [bucket],
    wrong: mustBe("uniformBucketLevelAccess", [true]),
  },
  {
    id: "CKV_GCP_114",
    severity: "critical",
    asks: "A bucket cannot be made public.",
    why: "One careless right would otherwise show every log line to the world.",
    mend: 'Set publicAccessPrevention: "enforced".',
    types: [bucket],
    wrong: mustBe("publicAccessPrevention", ["enforced"]),
  },
  {
    id: "CKV_GCP_78",
    severity: "medium",
    asks: "A bucket keeps former versions.",
    why: "What somebody overwrites or deletes can then be had back.",
    mend: "Set versioning.enabled: true.",
    types: [bucket],
    wrong: mustBe("versioning.enabled", [true]),
  },
  {
    id: "CKV_GCP_62",
    severity: "low",
    asks: "A bucket logs who reads it.",
    why: "It tells afterwards who took what.",
    mend: "Set logging.logBucket.",
    types: [bucket],
    wrong: ({ props }) => !given(props.logging) && "logging is not set",
  },
];
