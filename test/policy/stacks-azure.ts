import { AppServerAccess, AppServerAgents, MonitoringServer, type MonitoringServerArgs } from "../../components/azure";
import { PreviewRole } from "../../components/azure/preview-role";
import { id, run } from "../azure/mocks";
import type { Stacks } from "./stacks";

const server = (args: Partial<MonitoringServerArgs>) => async () => (await run(() => new MonitoringServer("mon", { allowedCidrs: ["203.0.113.0/24"], ...args }))).registered;

export const azureStacks: Stacks = {
  "azure: with all defaults": server({}),
  "azure: amd64, with encryption on the host, snapshots, and everything deleted at the end": server({ vmSize: "Standard_B2s_v2", encryptionAtHost: true, snapshotsKept: 7, onDestroy: "delete", tags: { team: "blue" } }),
  "azure: open to the world with a name": server({ domain: "mon.example.com", zoneId: id("Microsoft.Network/dnszones", "example.com", "names"), allowedCidrs: ["0.0.0.0/0"] }),
  "azure: private, in a subnet that exists": server({ subnetId: id("Microsoft.Network/virtualNetworks/subnets", "main/inner", "theirs"), publicAddress: false }),
  "azure: on a machine that exists": server({ vmId: id("Microsoft.Compute/virtualMachines", "theirs", "theirs"), identityId: id("Microsoft.ManagedIdentity/userAssignedIdentities", "theirs", "theirs"), memory: 4096 }),
  "azure: with everything that reads the subscription": server({
    discovery: { azure: {} },
    cloudDatasources: { azure: [{}] },
    cloudMetrics: { azure: { services: ["sql", "postgresql"] } },
    cloudLogs: { azure: { namespace: "shop-logs.servicebus.windows.net", hubs: ["logs"] } },
    eventHubsNamespaceId: id("Microsoft.EventHub/namespaces", "shop-logs", "shop"),
  }),
  "azure: with access to application servers, and agents on them": async () =>
    (await run(() => {
      const { contract } = new MonitoringServer("mon", { allowedCidrs: ["203.0.113.0/24"] });
      new AppServerAccess("orders", { server: contract, networkSecurityGroupId: id("Microsoft.Network/networkSecurityGroups", "orders", "apps"), ports: [9100, 8080] });
      new AppServerAgents("billing", { server: contract, environment: "prod", service: "billing", client: "default", token: "a-token-of-the-tests-0123456789", keyVaultId: id("Microsoft.KeyVault/vaults", "billing", "apps"), virtualMachines: [{ resourceGroupName: "shop", vmName: "billing-1", location: "koreacentral" }] });
      return new AppServerAgents("orders", { server: contract, environment: "prod", service: "orders", client: "default", virtualMachines: [{ resourceGroupName: "shop", vmName: "orders-1", location: "koreacentral" }] });
    })).registered,
  "azure: with a last snapshot": server({ onDestroy: "snapshot" }),
  "azure: role for previews": async () =>
    (await run(() => new PreviewRole("ci", { repository: "acme@1/infra@2", environments: ["preview-dev", "preview-prod"], resourceGroupName: "ci", scopes: ["/subscriptions/1/resourceGroups/mon"], stateContainerId: id("Microsoft.Storage/storageAccounts/blobServices/containers", "acme/default/state", "ci") }))).registered,
};
