/** Part of the stand-in for the clouds: what a guest on EC2 finds. */
import { types } from "./aws-types";
import { ofScript, ofUserData, type Site } from "./guest";

export const awsSite: Site = {
  machines(cloud) {
    const disks = (instance: string) => cloud.all(types.attachment).filter(({ inputs }) => inputs["instanceId"] === instance).map(({ inputs }) => `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${String(inputs["volumeId"]).replace("-", "")}`);
    const made = cloud.all(types.instance).filter(({ inputs }) => inputs["userDataBase64"]);
    return [
      ...made.map(({ id, inputs }) => ({ machine: ofUserData(Buffer.from(String(inputs["userDataBase64"]), "base64")), disks: disks(id) })),
      ...cloud.all(types.association).flatMap(({ inputs }) => ofScript((inputs["parameters"] as { commands: string }).commands)),
    ];
  },
  hasSecret: (cloud, secrets, name) => cloud.find(types.parameter, `${(secrets as unknown as { prefix: string }).prefix}/${name}`) !== undefined,
};
