import { AppServerAccess, AppServerAgents, MonitoringServer, type MonitoringServerArgs } from "../../components/gcp";
import { PreviewRole } from "../../components/gcp/preview-role";
import { run } from "../gcp/mocks";
import type { Stacks } from "./stacks";

const server = (args: Partial<MonitoringServerArgs>) => async () => (await run(() => new MonitoringServer("mon", { allowedCidrs: ["203.0.113.0/24"], ...args }))).registered;

export const gcpStacks: Stacks = {
  "gcp: with all defaults": server({}),
  "gcp: open to the world with a name": server({ domain: "mon.example.com", managedZone: "example", allowedCidrs: ["0.0.0.0/0"] }),
  "gcp: with a key of the user's own, labels, and everything deleted at the end": server({ kmsKey: "projects/p/locations/l/keyRings/r/cryptoKeys/k", tags: { team: "blue" }, onDestroy: "delete" }),
  "gcp: private, in a subnetwork that exists": server({ subnetwork: "inner", publicAddress: false }),
  "gcp: on a machine that exists": server({ instance: "vm-given", memory: 4096 }),
  "gcp: with everything that reads the project": server({
    discovery: { gce: { zones: ["europe-west3-b"] } },
    cloudDatasources: { gcp: [{}] },
    cloudMetrics: { gcp: { services: ["pubsub"] } },
    cloudLogs: { gcp: { subscription: "lgtm-logs" } },
  }),
  "gcp: with access to application servers, and agents on them": async () =>
    (await run(() => {
      const { contract } = new MonitoringServer("mon", { allowedCidrs: ["203.0.113.0/24"] });
      new AppServerAccess("orders", { server: contract, serviceAccount: "orders@shop.iam.gserviceaccount.com", ports: [9100, 8080] });
      new AppServerAgents("billing", { server: contract, environment: "prod", service: "billing", client: "default", zone: "europe-west3-b", token: "a-token-of-the-tests-0123456789" });
      return new AppServerAgents("orders", { server: contract, environment: "prod", service: "orders", client: "default", zone: "europe-west3-b" });
    })).registered,
  "gcp: role for previews": async () =>
    (await run(() => new PreviewRole("ci", { repository: "acme@1/infra@2", environments: ["preview-dev", "preview-prod"], stateBucket: "acme-pulumi", kmsKey: "projects/p/locations/l/keyRings/r/cryptoKeys/k" }))).registered,
};
