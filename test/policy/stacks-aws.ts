import { AppServerAccess, AppServerAgents, MonitoringServer, type MonitoringServerArgs } from "../../components/aws";
import { PreviewRole } from "../../components/aws/preview-role";
import { run } from "../aws/mocks";
import type { Stacks } from "./stacks";

const server = (args: Partial<MonitoringServerArgs>) => async () => (await run(() => new MonitoringServer("mon", { allowedCidrs: ["203.0.113.0/24"], ...args }))).registered;

export const awsStacks: Stacks = {
  "aws: with all defaults": server({}),
  "aws: open to the world with a name": server({ domain: "mon.example.com", zoneId: "Z1", allowedCidrs: ["0.0.0.0/0", "::/0"] }),
  "aws: with a key of the user's own, tags, and everything deleted at the end": server({ kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/1", tags: { team: "blue" }, onDestroy: "delete" }),
  "aws: private, in a subnet that exists": server({ subnetId: "subnet-1", publicAddress: false }),
  "aws: on a machine that exists": server({ instanceId: "i-1", memory: 4096 }),
  "aws: with everything that reads the account": server({
    discovery: { ec2: {} },
    cloudDatasources: { aws: [{}, { name: "other", assumeRoleArn: "arn:aws:iam::210987654321:role/grafana" }] },
    cloudMetrics: { aws: { services: ["rds", "alb", "lambda"] } },
    cloudLogs: { aws: { groups: [{ name: "/aws/lambda/orders" }, { prefix: "/ecs/" }] } },
  }),
  "aws: with access to application servers, and agents on them": async () =>
    (await run(() => {
      const { contract } = new MonitoringServer("mon", { allowedCidrs: ["203.0.113.0/24"] });
      new AppServerAccess("orders", { server: contract, securityGroupId: "sg-orders", ports: [9100, 8080] });
      new AppServerAgents("billing", { server: contract, environment: "prod", service: "billing", client: "default", token: "a-token-of-the-tests-0123456789" });
      return new AppServerAgents("orders", { server: contract, environment: "prod", service: "orders", client: "default" });
    })).registered,
  "aws: role for previews": async () =>
    (await run(() => new PreviewRole("ci", { repository: "acme@1/infra@2", environments: ["preview-dev", "preview-prod"], stateBucket: "acme-pulumi", kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/1" }))).registered,
};
