import { Firewall } from "@pulumi/gcp/compute/firewall";
import * as pulumi from "@pulumi/pulumi";
import { portProblems } from "../cloud/access";
import type { ScrapeSource, ServerContract } from "../server/contract";
import { SpecError } from "../server/spec-error";

export interface AppServerAccessArgs {
  /** Of the monitoring server; from another stack by `StackReference`. */
  server: pulumi.Input<ServerContract>;
  /** E-mail of the application servers' service account. This or `networkTag`. @default none */
  serviceAccount?: pulumi.Input<string>;
  /** Network tag of the application servers, where they have no account of their own. @default none */
  networkTag?: pulumi.Input<string>;
  /** Ports that the monitoring server may scrape, such as 9100 of node_exporter. */
  ports: number[];
}

/** Addresses of private networks (RFC 1918). */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/**
 * Lets the monitoring server scrape application servers of its own network (or shared VPC): they let its service account, or its
 * tag, in on these ports; never a whole network. Rules cannot name what is in a peered network: from there, let agents push.
 *
 * @example
 * new AppServerAccess("orders", { server: server.contract, serviceAccount: "orders@shop.iam.gserviceaccount.com", ports: [9100, 8080] });
 */
export class AppServerAccess extends pulumi.ComponentResource {
  constructor(name: string, args: AppServerAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    const problems = [...portProblems(args.ports), ...whoProblems(args)];
    if (problems.length) throw new SpecError(problems);
    super("lgtm:gcp:AppServerAccess", name, { ports: args.ports }, opts);
    const server = pulumi.output(args.server).apply(sourceOf);
    const common = { project: server.project, network: server.network };
    const allows = [{ protocol: "tcp", ports: args.ports.map(String) }];
    const between =
      args.networkTag === undefined
        ? { sourceServiceAccounts: [server.serviceAccount], targetServiceAccounts: [args.serviceAccount!] }
        : { sourceTags: [server.apply(tagOf)], targetTags: [args.networkTag] };
    new Firewall(`${name}-in`, { ...common, ...between, direction: "INGRESS", allows, description: `Monitoring server scrapes ${name}` }, { parent: this });
    // What goes out is told by ranges alone; whom it reaches is decided by the rule above.
    new Firewall(`${name}-out`, { ...common, direction: "EGRESS", targetServiceAccounts: [server.serviceAccount], destinationRanges: privateRanges, allows, description: `Scrapes ${name}` }, { parent: this });
    this.registerOutputs({});
  }
}

function whoProblems({ serviceAccount, networkTag }: AppServerAccessArgs): string[] {
  return (serviceAccount === undefined) === (networkTag === undefined)
    ? ['serviceAccount and networkTag: give one of them, which says who the application servers are, such as serviceAccount: "orders@shop.iam.gserviceaccount.com".']
    : [];
}

type GcpSource = Extract<ScrapeSource, { cloud: "gcp" }>;

function sourceOf(contract: ServerContract): GcpSource {
  const source = contract.scrapeSource;
  if (source?.cloud === "gcp") return source;
  throw new SpecError([`server: the monitoring server at ${contract.address} is ${source ? `on ${source.cloud}` : "not on Google Cloud"}, so no service account stands for it. Let agents push to it, or open the ports for its address yourself.`]);
}

function tagOf({ networkTag }: GcpSource): string {
  if (networkTag) return networkTag;
  throw new SpecError(["networkTag: the monitoring server's machine has no network tag, and a rule cannot mix tags with service accounts. Give the machine a tag, or use serviceAccount."]);
}
