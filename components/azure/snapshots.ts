import { BackupInstance } from "@pulumi/azure-native/dataprotection/backupInstance";
import { BackupPolicy } from "@pulumi/azure-native/dataprotection/backupPolicy";
import { BackupVault } from "@pulumi/azure-native/dataprotection/backupVault";
import * as pulumi from "@pulumi/pulumi";
import type { MonitoringServerArgs } from "./args";
import type { Place } from "./place";
import { assign } from "./roles";
import type { Tags } from "./tags";

const dataStore = { dataStoreType: "OperationalStore", objectType: "DataStoreInfoBase" };
const kind = "Microsoft.Compute/disks";

/**
 * Daily incremental snapshots of the data disk by a Backup vault, kept for as many days. Only when asked for: Azure has no
 * plain schedule for snapshots, and a vault that has soft delete cannot go before its backups are gone.
 */
export function snapshots(parent: pulumi.Resource, name: string, args: MonitoringServerArgs, diskId: pulumi.Output<string>, place: Place, tags: Tags): void {
  const count = args.snapshotsKept ?? 0;
  if (count === 0) return;
  const { resourceGroupName, location, subscriptionId } = place;
  const vault = new BackupVault(
    `${name}-snapshots`,
    {
      resourceGroupName,
      location,
      identity: { type: "SystemAssigned" },
      properties: { storageSettings: [{ datastoreType: "VaultStore", type: "LocallyRedundant" }], securitySettings: { softDeleteSettings: { state: "Off" } } },
      tags,
    },
    { parent },
  );
  const groupId = pulumi.interpolate`/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}`;
  const principalId = vault.identity.apply(identity => identity?.principalId ?? "");
  const rights = assign(parent, name, { principalId }, [{ key: "snapshots-read", role: "Disk Backup Reader", scope: diskId }, { key: "snapshots-write", role: "Disk Snapshot Contributor", scope: groupId }], subscriptionId);
  const policy = new BackupPolicy(`${name}-snapshots`, { resourceGroupName, vaultName: vault.name, properties: daily(count) }, { parent });
  new BackupInstance(
    `${name}-snapshots`,
    {
      resourceGroupName,
      vaultName: vault.name,
      properties: {
        objectType: "BackupInstance",
        friendlyName: `${name}-data`,
        dataSourceInfo: { objectType: "Datasource", datasourceType: kind, resourceType: kind, resourceID: diskId, resourceUri: diskId, resourceName: diskId.apply(id => id.split("/").at(-1)!), resourceLocation: location },
        policyInfo: { policyId: policy.id, policyParameters: { dataStoreParametersList: [{ objectType: "AzureOperationalStoreParameters", dataStoreType: "OperationalStore", resourceGroupId: groupId }] } },
      },
      tags,
    },
    { parent, dependsOn: rights },
  );
}

/** A policy as the portal makes it for disks. */
function daily(count: number) {
  return {
    objectType: "BackupPolicy" as const,
    datasourceTypes: [kind],
    policyRules: [
      {
        objectType: "AzureBackupRule" as const,
        name: "Daily",
        backupParameters: { objectType: "AzureBackupParams" as const, backupType: "Incremental" },
        dataStore,
        trigger: {
          objectType: "ScheduleBasedTriggerContext" as const,
          schedule: { repeatingTimeIntervals: ["R/2026-01-01T02:00:00+00:00/P1D"], timeZone: "UTC" },
          taggingCriteria: [{ isDefault: true, tagInfo: { tagName: "Default" }, taggingPriority: 99 }],
        },
      },
      {
        objectType: "AzureRetentionRule" as const,
        name: "Default",
        isDefault: true,
        lifecycles: [{ deleteAfter: { objectType: "AbsoluteDeleteOption" as const, duration: `P${count}D` }, sourceDataStore: dataStore }],
      },
    ],
  };
}
