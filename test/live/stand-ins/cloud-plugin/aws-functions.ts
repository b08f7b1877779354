/** Part of the stand-in for the clouds: what AWS answers when it is asked. */
import { awsSite } from "./aws-guest";
import { account, types } from "./aws-types";
import type { Properties } from "./cloud";
import { reported } from "./guest";
import type { Package, Place } from "./resource-type";

export const awsFunctions: Package["functions"] = {
  "aws:index/getRegion:getRegion": (_args, { region }) => ({ id: region, region, name: region, description: "", endpoint: `ec2.${region}.amazonaws.com` }),
  "aws:index/getPartition:getPartition": () => ({ id: "aws", partition: "aws", dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" }),
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({ id: account, accountId: account, arn: `arn:aws:iam::${account}:user/test`, userId: "AIDATEST" }),
  "aws:ssm/getParameter:getParameter": publicParameter,
  "aws:s3/getObject:getObject": getObject,
  "aws:ec2/getInstance:getInstance": ({ instanceId }, place) => found(types.instance, instanceId, place),
  "aws:ec2/getSubnet:getSubnet": ({ id }, place) => found(types.subnet, id, place),
};

function found(type: string, id: unknown, { cloud }: Place): Properties {
  const thing = cloud.find(type, String(id));
  if (!thing) throw new Error(`no matching ${type} found: ${String(id)}`);
  return { ...thing.inputs, ...thing.outputs, id: thing.id };
}

/** The public parameters of Canonical: the newest image of an architecture, which a test may change. */
function publicParameter({ name }: Properties, { cloud }: Place): Properties {
  const arch = /\/(arm64|amd64)\/hvm\/ebs-gp3\/ami-id$/.exec(String(name))?.[1];
  if (!arch) throw new Error(`ParameterNotFound: ${String(name)}`);
  const newest = cloud.setting<Record<string, string>>("images")?.[arch] ?? `ami-${arch}`;
  cloud.put({ type: "image", id: newest, outputs: { arch } });
  return { id: name, name, arn: `arn:aws:ssm:::parameter${String(name)}`, type: "String", value: newest, insecureValue: newest, version: 1 };
}

function getObject({ bucket, key }: Properties, { cloud }: Place): Properties {
  reported(cloud, awsSite, String(bucket), String(key));
  const body = cloud.object(String(bucket), String(key));
  if (body === undefined) throw new Error(`reading S3 Object (${String(bucket)}/${String(key)}): couldn't find resource`);
  return { id: `${String(bucket)}/${String(key)}`, bucket, key, body, contentType: "application/json" };
}
