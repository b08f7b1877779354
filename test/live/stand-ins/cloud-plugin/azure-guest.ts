/** Part of the stand-in for the clouds: what a guest on Azure finds, and the address at which its reports are read. */
import { signature } from "./azure-functions";
import { types } from "./azure-types";
import { Cloud } from "./cloud";
import { ofScript, ofUserData, reported, type Site } from "./guest";
import { textAt, valuesAt } from "./resource-type";

export const azureSite: Site = {
  machines(cloud) {
    const made = cloud.all(types.machine).flatMap(({ inputs }) => {
      const customData = textAt(inputs, "osProfile.customData");
      const nvme = /_v([6-9]|\d\d)$/.test(textAt(inputs, "hardwareProfile.vmSize") ?? "");
      const disks = valuesAt(inputs, "storageProfile.dataDisks.*.lun").map(lun => (nvme ? `/dev/disk/azure/data/by-lun/${String(lun)}` : `/dev/disk/azure/scsi1/lun${String(lun)}`));
      return customData === undefined ? [] : [{ machine: ofUserData(Buffer.from(customData, "base64")), disks }];
    });
    return [...made, ...cloud.all(types.runCommand).flatMap(({ inputs }) => ofScript(textAt(inputs, "source.script")!))];
  },
  hasSecret(cloud, secrets, name) {
    const { vault, prefix } = secrets as unknown as { vault: string; prefix: string };
    return cloud.find(types.secret, `${new URL(vault).host.split(".")[0]!}/${prefix}-${name}`) !== undefined;
  },
};

/** STAND-IN for `fetch`: answers for https://<account>.blob.core.windows.net/<container>/<blob> from the cloud's folder, to whom has the signature. */
export function blobFetch(folder: string): typeof fetch {
  const cloud = new Cloud(folder);
  return async input => {
    const { protocol, hostname, pathname, searchParams } = new URL(String(input));
    const [, account] = /^([a-z0-9]+)\.blob\.core\.windows\.net$/.exec(hostname) ?? [];
    if (protocol !== "https:" || !account) throw new TypeError(`the tests ask nobody but the stand-in: ${hostname}`);
    const [container, ...rest] = decodeURIComponent(pathname).slice(1).split("/");
    if (searchParams.get("sig") !== signature(`${account}/${container!}`)) return new Response("", { status: 403, statusText: "Server failed to authenticate the request" });
    reported(cloud, azureSite, `${account}/${container!}`, rest.join("/"));
    const text = cloud.object(`${account}/${container!}`, rest.join("/"));
    return text === undefined ? new Response("", { status: 404 }) : new Response(text);
  };
}
