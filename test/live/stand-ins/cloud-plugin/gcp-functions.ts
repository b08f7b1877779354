/** Part of the stand-in for the clouds: what Google Cloud answers when it is asked. */
import type { Properties } from "./cloud";
import { gcpSite } from "./gcp-guest";
import { project, types } from "./gcp-types";
import { reported } from "./guest";
import type { Package, Place } from "./resource-type";

export const gcpFunctions: Package["functions"] = {
  "gcp:organizations/getClientConfig:getClientConfig": (_args, { region }) => ({ id: project, project, region, zone: `${region}-b`, accessToken: "ya29.of-the-stand-in" }),
  "gcp:storage/getBucketObjectContent:getBucketObjectContent": content,
  "gcp:compute/getInstance:getInstance": ({ name, zone }, place) => found(types.instance, `projects/${project}/zones/${String(zone)}/instances/${String(name)}`, place),
  "gcp:compute/getSubnetwork:getSubnetwork": ({ name, region }, place) => found(types.subnetwork, `projects/${project}/regions/${String(region)}/subnetworks/${String(name)}`, place),
  "gcp:compute/getAddress:getAddress": ({ name, region }, place) => found(types.address, `projects/${project}/regions/${String(region)}/addresses/${String(name)}`, place),
};

function found(type: string, id: string, { cloud }: Place): Properties {
  const thing = cloud.find(type, id);
  if (!thing) throw new Error(`Error 404: The resource '${id}' was not found, notFound`);
  return { ...thing.inputs, ...thing.outputs, id };
}

function content({ bucket, name }: Properties, { cloud }: Place): Properties {
  reported(cloud, gcpSite, String(bucket), String(name));
  const text = cloud.object(String(bucket), String(name));
  if (text === undefined) throw new Error(`Error reading object ${String(name)} of ${String(bucket)}: Error 404: No such object`);
  return { id: `${String(bucket)}-${String(name)}`, bucket, name, content: text };
}
