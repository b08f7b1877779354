import { VirtualMachine } from "@pulumi/azure-native/compute/virtualMachine";
import * as pulumi from "@pulumi/pulumi";
import { PrivateKey } from "@pulumi/tls/privateKey";
import { whatStage0Knows, type ChosenMachine } from "../cloud/machine";
import type { Machine } from "../server/guest/machine";
import { userData } from "../server/guest/userdata";
import type { Address } from "./address";
import type { MonitoringServerArgs } from "./args";
import { zonesOf } from "./disk";
import type { Identity } from "./identity";
import type { Place } from "./place";
import { hasNvme, hasTrustedLaunch } from "./sizes";
import type { Tags } from "./tags";

/** Engine, images of two releases and the system's own packages; the smallest step that Azure bills and its Ubuntu fits into. */
export const systemDiskGiB = 32;

const user = "azureuser";

/**
 * The machine. It is replaced when its image is named anew, its data disk is another one, or its size is of another kind, and
 * for nothing else: a newer Ubuntu and the text of stage 0, which Azure would refuse to change, are left for the next machine.
 */
export function vm(
  parent: pulumi.Resource,
  name: string,
  args: MonitoringServerArgs,
  chosen: ChosenMachine,
  machine: pulumi.Output<Machine>,
  address: Address,
  identity: Identity,
  dataDiskId: pulumi.Output<string>,
  { resourceGroupName, location }: Place,
  after: pulumi.Resource[],
  tags: Tags,
): VirtualMachine {
  // Azure makes no machine without a way in. Nobody keeps this key, and no port is open for it.
  const key = new PrivateKey(`${name}-ssh`, { algorithm: "RSA", rsaBits: 4096 }, { parent });
  const pinned = args.imageId !== undefined;
  const trusted = args.trustedLaunch ?? hasTrustedLaunch(chosen.name);
  return new VirtualMachine(
    `${name}-server`,
    {
      resourceGroupName,
      location,
      zones: zonesOf(args),
      hardwareProfile: { vmSize: chosen.name },
      identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
      networkProfile: { networkInterfaces: [{ id: address.interfaceId, primary: true, deleteOption: "Detach" }] },
      storageProfile: {
        imageReference: pinned ? pulumi.output(args.imageId!).apply(imageReference) : { publisher: "Canonical", offer: "ubuntu-24_04-lts", sku: chosen.arch === "arm64" ? "server-arm64" : "server", version: "latest" },
        osDisk: {
          createOption: "FromImage",
          caching: "ReadWrite",
          deleteOption: "Delete",
          diskSizeGB: systemDiskGiB,
          managedDisk: { storageAccountType: "StandardSSD_LRS", ...(args.diskEncryptionSetId !== undefined && { diskEncryptionSet: { id: args.diskEncryptionSetId } }) },
        },
        dataDisks: [{ lun: 0, createOption: "Attach", deleteOption: "Detach", caching: "None", managedDisk: { id: dataDiskId } }],
      },
      osProfile: {
        computerName: name,
        adminUsername: user,
        customData: machine.apply(of => Buffer.from(userData(of)).toString("base64")),
        // Run Command, the way in that needs no open port, is an extension.
        allowExtensionOperations: true,
        linuxConfiguration: {
          disablePasswordAuthentication: true,
          provisionVMAgent: true,
          // Azure patches the images that it knows, security updates once a month; others do it their own way.
          patchSettings: pinned ? { patchMode: "ImageDefault" } : { patchMode: "AutomaticByPlatform", assessmentMode: "AutomaticByPlatform", automaticByPlatformSettings: { rebootSetting: "IfRequired" } },
          ssh: { publicKeys: [{ path: `/home/${user}/.ssh/authorized_keys`, keyData: key.publicKeyOpenssh }] },
        },
      },
      securityProfile: {
        ...(trusted && { securityType: "TrustedLaunch", uefiSettings: { secureBootEnabled: true, vTpmEnabled: true } }),
        ...(args.encryptionAtHost && { encryptionAtHost: true }),
      },
      diagnosticsProfile: { bootDiagnostics: { enabled: true } },
      tags,
    },
    {
      parent,
      dependsOn: after,
      // A disk and a network interface can be on one machine at a time.
      deleteBeforeReplace: true,
      ignoreChanges: ["osProfile.customData", ...(pinned ? [] : ["storageProfile.imageReference"])],
      replaceOnChanges: ["storageProfile.imageReference"],
      // What stage 0 was told at the first boot, with the way the size attaches the disk; the image is one of the size's processors.
      replacementTrigger: pulumi.all([machine, dataDiskId]).apply(([of, disk]) => `${whatStage0Knows(of, chosen.arch)} ${disk}`),
    },
  );
}

/** "publisher:offer:sku:version", or a resource id. */
function imageReference(image: string): { id: string } | { publisher: string; offer: string; sku: string; version: string } {
  const [publisher, offer, sku, version] = image.split(":");
  return publisher && offer && sku && version ? { publisher, offer, sku, version } : { id: image };
}

/** The stable name of the disk with the number 0: the Azure agent makes it for SCSI disks, azure-vm-utils for NVMe ones. */
export function deviceOf(vmSize: string): string {
  return hasNvme(vmSize) ? "/dev/disk/azure/data/by-lun/0" : "/dev/disk/azure/scsi1/lun0";
}
