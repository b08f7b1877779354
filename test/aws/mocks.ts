import { run as runWith } from "../mocks";
import { openBucket } from "../cloud/status";

export const region = "eu-central-1";
export const account = "123456789012";

const outputs: Record<string, (name: string) => Record<string, unknown>> = {
  "aws:ec2/eip:Eip": name => ({ allocationId: `eipalloc-${name}`, publicIp: "203.0.113.7" }),
  "aws:ec2/eipAssociation:EipAssociation": () => ({ publicIp: "203.0.113.8" }),
  "aws:ec2/networkInterface:NetworkInterface": () => ({ privateIp: "10.90.0.9" }),
  "aws:ec2/subnet:Subnet": () => ({ availabilityZone: `${region}a`, vpcId: "vpc-made" }),
  "aws:ebs/volume:Volume": () => ({ id: "vol-0123456789abcdef0" }),
  "aws:iam/role:Role": name => ({ arn: `arn:aws:iam::${account}:role/${name}`, name }),
  "aws:iam/instanceProfile:InstanceProfile": name => ({ name }),
  "aws:s3/bucket:Bucket": name => ({ arn: `arn:aws:s3:::${name}` }),
};

/** What the tests' account answers. */
export function answers(token: string, args: Record<string, unknown>): Record<string, unknown> {
  switch (token) {
    case "aws:index/getRegion:getRegion": return { region };
    case "aws:index/getPartition:getPartition": return { partition: "aws" };
    case "aws:index/getCallerIdentity:getCallerIdentity": return { accountId: account };
    case "aws:ssm/getParameter:getParameter": return { insecureValue: String(args.name).includes("arm64") ? "ami-arm64" : "ami-amd64" };
    case "aws:ec2/getSubnet:getSubnet": return { vpcId: "vpc-given", availabilityZone: `${region}b` };
    case "aws:ec2/getInstance:getInstance": return { publicIp: "203.0.113.9", privateIp: "10.0.0.9", vpcSecurityGroupIds: ["sg-of-the-machine"] };
    case "aws:s3/getObject:getObject": return { body: openBucket(String(args.key)) };
    default: throw new Error(`the tests know no answer to ${token}`);
  }
}

/** Runs a program against an AWS provider that only answers, with a server that applies every release. */
export function run<T>(program: () => T, { preview = false } = {}) {
  return runWith(program, { preview, outputs: (type, name) => outputs[type]?.(name) ?? {}, invoke: answers });
}
