import { gzipSync } from "node:zlib";
import { cases, resource, type Case } from "./case";

const instance = cases("aws:ec2/instance:Instance");
const ingress = cases("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
const egress = cases("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule");
const group = "aws:ec2/securityGroup:SecurityGroup";
const rights = cases("aws:iam/rolePolicy:RolePolicy");
const role = cases("aws:iam/role:Role");
const office = { ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "203.0.113.0/24", description: "office" };
const world = (from: number, to = from, ipProtocol = "tcp") => ({ ipProtocol, fromPort: from, toPort: to, cidrIpv4: "0.0.0.0/0", description: "all" });
const inline = (from: number, to = from, protocol = "tcp") => [resource(group, { description: "d", ingress: [{ protocol, fromPort: from, toPort: to, cidrBlocks: ["0.0.0.0/0"], description: "d" }] })];
const policy = (...Statement: object[]) => ({ policy: JSON.stringify({ Statement }) });
const trust = (Principal: unknown, Condition?: object) => ({ assumeRolePolicy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal, Condition }] }) });
const github = { Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" };
const claims = (sub: string, aud = "sts.amazonaws.com") => ({ StringEquals: { "token.actions.githubusercontent.com:sub": sub, "token.actions.githubusercontent.com:aud": aud } });
const bucket = resource("aws:s3/bucket:Bucket", {}, "logs");
const setting = (kind: string, props: object, of = "logs") => resource(`aws:s3/${kind[0]!.toLowerCase()}${kind.slice(1)}:${kind}`, { bucket: of, ...props });
const ofBucket = (rule: string, good: ReturnType<typeof setting>, ...bad: ReturnType<typeof setting>[]): Case => ({ rule, good: [bucket, good], bad: [[bucket], ...bad.map(each => [bucket, each]), [bucket, { ...good, props: { ...good.props, bucket: "another" } }]] });
const closed = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const vpc = resource("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" }, "net");
const ofVpc = (type: string, props: object) => resource(type, { vpcId: "net", ...props });
const base64 = (text: string) => Buffer.from(text).toString("base64");

export const awsCases: Case[] = [
  instance("CKV_AWS_79", { metadataOptions: { httpTokens: "required" } }, {}, { metadataOptions: { httpTokens: "optional" } }),
  instance("CKV_AWS_8", { rootBlockDevice: { encrypted: true }, ebsBlockDevices: [{ encrypted: true }] }, {}, { rootBlockDevice: {} }, { rootBlockDevice: { encrypted: true }, ebsBlockDevices: [{ deviceName: "b" }] }),
  cases("aws:ebs/volume:Volume")("CKV_AWS_3", { encrypted: true }, {}, { encrypted: false }),
  instance("CKV_AWS_126", { monitoring: true }, {}),
  instance("CKV_AWS_135", { ebsOptimized: true }, {}),
  instance("CKV2_AWS_41", { iamInstanceProfile: "mon" }, {}, { iamInstanceProfile: "" }),
  instance(
    "CKV_AWS_46",
    { userDataBase64: base64("#cloud-config\nsecret: /lgtm/mon/push-default\nruncmd: [echo, done]\n") },
    { userData: "export DB_PASSWORD=q8Zk2nV5xR7tW1yB\n" },
    { userDataBase64: base64("#!/bin/sh\naws configure set aws_access_key_id AKIAIOSFODNN7EXAMPLE\n") },
    { userDataBase64: gzipSync("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n").toString("base64") },
    { userData: "curl -d x https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX" },
    { userData: "Authorization: Bearer 0123456789abcdef" },
  ),
  instance("CKV_AWS_88", { associatePublicIpAddress: false }, { associatePublicIpAddress: true }),
  { ...ingress("CKV_AWS_24", office, world(22), world(1, 65535), { ...world(0), ipProtocol: "-1" }, { ...office, fromPort: 22, toPort: 22, cidrIpv4: undefined, cidrIpv6: "::/0" }) },
  { rule: "CKV_AWS_25", good: [resource(group, { description: "d", ingress: [{ protocol: "tcp", fromPort: 3389, toPort: 3389, cidrBlocks: ["10.0.0.0/8"], description: "d" }] })], bad: [inline(3389)] },
  { rule: "CKV_AWS_260", good: [resource("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "egress", protocol: "tcp", fromPort: 80, toPort: 80, cidrBlocks: ["0.0.0.0/0"], description: "d" })], bad: [inline(80), inline(79, 81), [resource("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "ingress", protocol: "tcp", fromPort: 80, toPort: 80, cidrBlocks: ["0.0.0.0/0"] })]] },
  ingress("CKV_AWS_277", world(443), world(0, 65535), world(-1, -1, "-1")),
  egress("CKV_AWS_382", world(443), world(-1, -1, "-1"), world(0, 65535)),
  { rule: "CKV_AWS_23", good: [resource(group, { description: "server", ingress: [{ description: "office" }] })], bad: [[resource(group, {})], [resource(group, { description: "server", egress: [{}] })], [resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", { ...office, description: undefined })]] },
  cases("aws:ec2/subnet:Subnet")("CKV_AWS_130", {}, { mapPublicIpOnLaunch: true }),
  { rule: "CKV2_AWS_12", good: [vpc, ofVpc("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", {})], bad: [[vpc], [vpc, ofVpc("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", { ingress: [{ protocol: "-1" }] })], [vpc, ofVpc("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", { vpcId: "other" })]] },
  { rule: "CKV2_AWS_11", good: [vpc, ofVpc("aws:ec2/flowLog:FlowLog", {})], bad: [[vpc], [vpc, ofVpc("aws:ec2/flowLog:FlowLog", { vpcId: "other" })]] },
  rights("CKV_AWS_355", policy({ Effect: "Allow", Action: ["ec2:DescribeInstances", "cloudwatch:GetMetricData"], Resource: "*" }, { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::logs/*" }), policy({ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }), policy({ Effect: "Allow", Action: "logs:FilterLogEvents", Resource: ["*"] })),
  rights("CKV_AWS_290", policy({ Effect: "Allow", Action: "s3:PutObject", Resource: "arn:aws:s3:::logs/*" }, { Effect: "Deny", Action: "s3:*", Resource: "*" }), policy({ Effect: "Allow", Action: ["ec2:TerminateInstances"], Resource: "*" })),
  rights("CKV_AWS_288", policy({ Effect: "Allow", Action: "ssm:GetParameters", Resource: "arn:aws:ssm:eu-central-1:123456789012:parameter/lgtm/*" }), policy({ Effect: "Allow", Action: ["ssm:GetParameter"], Resource: "*" }), policy({ Effect: "Allow", Action: "*", Resource: "*" })),
  rights("CKV_AWS_286", policy({ Effect: "Allow", Action: "sts:AssumeRole", Resource: "arn:aws:iam::210987654321:role/grafana" }), policy({ Effect: "Allow", Action: "iam:PassRole", Resource: "*" }), policy({ Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" })),
  rights("LGTM_AWS_ACTIONS", policy({ Effect: "Allow", Action: ["ec2:Describe*", "s3:GetObject"], Resource: "*" }), policy({ Effect: "Allow", Action: "s3:*", Resource: "arn:aws:s3:::logs" }), policy({ Effect: "Allow", Action: "s3:Put*", Resource: "arn:aws:s3:::logs" })),
  role("CKV_AWS_60", trust({ Service: "ec2.amazonaws.com" }), trust("*"), trust({ AWS: "*" }), trust({ AWS: ["*"] })),
  role("CKV_AWS_61", trust({ AWS: "arn:aws:iam::123456789012:role/ci" }), trust({ AWS: "123456789012" }), trust({ AWS: ["arn:aws:iam::123456789012:root"] })),
  role("LGTM_AWS_FEDERATION", trust(github, claims("repo:acme/infra:environment:preview")), trust(github), trust(github, claims("repo:acme/*")), trust(github, claims("repo:*/infra:pull_request")), trust(github, claims("repo:acme/infra:pull_request", "other"))),
  ofBucket("CKV2_AWS_6", setting("BucketPublicAccessBlock", closed)),
  cases("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")("CKV_AWS_53", closed, {}, { ...closed, ignorePublicAcls: false }),
  ofBucket("LGTM_AWS_BUCKET_TLS", setting("BucketPolicy", policy({ Effect: "Deny", Principal: "*", Action: "s3:*", Condition: { Bool: { "aws:SecureTransport": "false" } } })), setting("BucketPolicy", policy({ Effect: "Allow", Principal: "*", Action: "s3:GetObject" }))),
  ofBucket("CKV_AWS_21", setting("BucketVersioning", { versioningConfiguration: { status: "Enabled" } }), setting("BucketVersioning", { versioningConfiguration: { status: "Suspended" } })),
  ofBucket("CKV2_AWS_61", setting("BucketLifecycleConfiguration", { rules: [] })),
  cases("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")(
    "CKV_AWS_300",
    { rules: [{ status: "Enabled", filter: { prefix: "" }, abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } }] },
    { rules: [] },
    { rules: [{ status: "Disabled", abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } }] },
    { rules: [{ status: "Enabled", filter: { prefix: "tempo/" }, abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } }] },
  ),
  ofBucket("CKV_AWS_145", setting("BucketServerSideEncryptionConfiguration", { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }] }), setting("BucketServerSideEncryptionConfiguration", { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] })),
  ofBucket("CKV_AWS_18", setting("BucketLogging", { targetBucket: "logs-of-logs" })),
];
