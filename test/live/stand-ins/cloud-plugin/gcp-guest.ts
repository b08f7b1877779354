/** Part of the stand-in for the clouds: what a guest on Compute Engine finds. */
import { types } from "./gcp-types";
import { ofScript, ofUserData, type Site } from "./guest";
import { valuesAt } from "./resource-type";

export const gcpSite: Site = {
  machines(cloud) {
    const made = cloud.all(types.instance).flatMap(({ inputs }) => {
      const userData = (inputs["metadata"] as Record<string, string> | undefined)?.["user-data"];
      const disks = valuesAt(inputs, "attachedDisks.*.deviceName").map(name => `/dev/disk/by-id/google-${String(name)}`);
      return userData === undefined ? [] : [{ machine: ofUserData(Buffer.from(userData)), disks }];
    });
    // The script of an assignment is in a bucket.
    const told = cloud.all(types.assignment).flatMap(({ inputs }) => valuesAt(inputs, "osPolicies.*.resourceGroups.*.resources.*.exec.enforce.file.gcs") as { bucket: string; object: string }[]);
    return [...made, ...told.flatMap(({ bucket, object }) => ofScript(cloud.object(bucket, object)!))];
  },
  hasSecret(cloud, secrets, name) {
    const { project, prefix } = secrets as unknown as { project: string; prefix: string };
    return cloud.all(types.secretVersion).some(({ inputs }) => inputs["secret"] === `projects/${project}/secrets/${prefix}-${name}`);
  },
};
