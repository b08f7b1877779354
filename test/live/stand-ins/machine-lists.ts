import type { ServerResponse } from "node:http";
import type { Answerer } from "./cloud-network";

/** A machine as the lists of a cloud have it. */
export interface ListedMachine {
  name: string;
  address: string;
  /** Tags on Azure, labels on Google. */
  tags: Record<string, string>;
  running?: boolean;
}

const json = (response: ServerResponse, value: object) => void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));

/** Stand-in of Azure's Resource Manager: the virtual machines of a subscription and their network interfaces, for who shows a token. */
export function azureMachines(subscription: string, machines: ListedMachine[]): Answerer {
  const root = `/subscriptions/${subscription}`;
  const idOf = (kind: string, name: string) => `${root}/resourceGroups/shop/providers/${kind}/${name}`;
  return (request, response) => {
    const { pathname } = new URL(request.url!, "https://management.azure.com");
    if (!request.headers.authorization?.startsWith("Bearer ")) return void response.writeHead(401).end();
    if (pathname === `${root}/providers/Microsoft.Compute/virtualMachines`) {
      return json(response, {
        value: machines.map(({ name, tags }) => ({
          id: idOf("Microsoft.Compute/virtualMachines", name), name, type: "Microsoft.Compute/virtualMachines", location: "westeurope", tags,
          properties: { hardwareProfile: { vmSize: "Standard_B2s" }, storageProfile: { osDisk: { osType: "Linux" } }, osProfile: { computerName: name }, networkProfile: { networkInterfaces: [{ id: idOf("Microsoft.Network/networkInterfaces", name) }] } },
        })),
      });
    }
    if (pathname === `${root}/providers/Microsoft.Compute/virtualMachineScaleSets`) return json(response, { value: [] });
    const machine = machines.find(({ name }) => pathname === idOf("Microsoft.Network/networkInterfaces", name));
    if (!machine) return void response.writeHead(404).end();
    const { name, address, running = true } = machine;
    // A machine that is deallocated has interfaces that are nobody's first.
    json(response, { id: pathname, name, properties: { ...(running && { primary: true }), ipConfigurations: [{ name: "one", properties: { primary: true, privateIPAddress: address } }] } });
  };
}

/** Stand-in of Google's Compute Engine: the instances of a zone. */
export function googleInstances(project: string, zone: string, machines: ListedMachine[]): Answerer {
  return (request, response) => {
    const { pathname } = new URL(request.url!, "https://compute.googleapis.com");
    if (request.headers.authorization !== "Bearer a-google-token") return void response.writeHead(401).end();
    if (pathname !== `/compute/v1/projects/${project}/zones/${zone}/instances`) return void response.writeHead(404).end();
    json(response, { kind: "compute#instanceList", items: machines.map(({ name, address, tags, running = true }, i) => ({ id: `${i + 1}`, name, zone, status: running ? "RUNNING" : "TERMINATED", labels: tags, networkInterfaces: [{ name: "nic0", networkIP: address }] })) });
  };
}
