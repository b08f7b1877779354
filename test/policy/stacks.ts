import { AppServerAccess, MonitoringServer, type MonitoringServerArgs } from "../../components/aws";
import { run as onAws } from "../aws/mocks";
import type { Registered } from "../mocks";

const aws = (args: Partial<MonitoringServerArgs>) => async () => (await onAws(() => new MonitoringServer("mon", { allowedCidrs: ["203.0.113.0/24"], ...args }))).registered;

/** Programs whose resources are judged, by cloud and what is special about them. */
export const stacks: Record<string, () => Promise<Registered[]>> = {
  "aws: with all defaults": aws({}),
  "aws: open to the world with a name": aws({ domain: "mon.example.com", zoneId: "Z1", allowedCidrs: ["0.0.0.0/0", "::/0"] }),
  "aws: with a key of the user's own, tags, and everything deleted at the end": aws({ kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/1", tags: { team: "blue" }, onDestroy: "delete" }),
  "aws: private, in a subnet that exists": aws({ subnetId: "subnet-1", publicAddress: false }),
  "aws: on a machine that exists": aws({ instanceId: "i-1", memory: 4096 }),
  "aws: with access to application servers": async () =>
    (await onAws(() => {
      const { contract } = new MonitoringServer("mon", { allowedCidrs: ["203.0.113.0/24"] });
      return new AppServerAccess("orders", { server: contract, securityGroupId: "sg-orders", ports: [9100, 8080] });
    })).registered,
};
