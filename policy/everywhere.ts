import { anyone, includesPort, allPorts, trafficOf, trafficTypes } from "./aws-traffic";
import { azureIngress, azureTrafficTypes, fromAnyone } from "./azure-network";
import { gcpFromAnyone, gcpIngress } from "./gcp-network";
import { at, given, texts, unknown, type Resource, type Rule } from "./rule";

const firewall = "gcp:compute/firewall:Firewall";

/** Where a source is written, in any cloud. */
const sourceKeys = [
  "cidrIpv4", "cidrIpv6", "cidrBlocks", "ipv6CidrBlocks", "referencedSecurityGroupId", "prefixListId", "prefixListIds", "sourceSecurityGroupId", "securityGroups",
  "sourceAddressPrefix", "sourceAddressPrefixes", "sourceApplicationSecurityGroups", "sourceRanges", "sourceTags", "sourceServiceAccounts",
];

/** Types that can carry tags, or labels on GCP, as far as a monitoring server and its access rules are made of them. */
const carriers: Record<string, "tags" | "labels"> = {
  ...Object.fromEntries([
    "cloudwatch/metricAlarm:MetricAlarm", "dlm/lifecyclePolicy:LifecyclePolicy", "ebs/volume:Volume", "ec2/defaultSecurityGroup:DefaultSecurityGroup", "ec2/eip:Eip", "ec2/flowLog:FlowLog", "ec2/instance:Instance",
    "ec2/internetGateway:InternetGateway", "ec2/networkInterface:NetworkInterface", "ec2/routeTable:RouteTable", "ec2/securityGroup:SecurityGroup", "ec2/subnet:Subnet", "ec2/vpc:Vpc", "ec2/vpcEndpoint:VpcEndpoint",
    "iam/instanceProfile:InstanceProfile", "iam/openIdConnectProvider:OpenIdConnectProvider", "iam/policy:Policy", "iam/role:Role", "s3/bucket:Bucket", "ssm/association:Association", "ssm/parameter:Parameter",
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule", "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  ].map(type => [`aws:${type}`, "tags"])),
  ...Object.fromEntries([
    "compute:Disk", "compute:VirtualMachine", "compute:VirtualMachineRunCommandByVirtualMachine", "dataprotection:BackupVault", "keyvault:Vault", "managedidentity:UserAssignedIdentity", "network:ApplicationSecurityGroup", "network:NetworkInterface", "network:NetworkSecurityGroup",
    "network:PublicIPAddress", "network:VirtualNetwork", "resources:Deployment", "resources:ResourceGroup", "storage:StorageAccount",
  ].map(type => [`azure-native:${type}`, "tags"])),
  ...Object.fromEntries(["compute/address:Address", "compute/disk:Disk", "compute/instance:Instance", "secretmanager/secret:Secret", "storage/bucket:Bucket"].map(type => [`gcp:${type}`, "labels"])),
};

/** Rules of our own that are the same in every cloud. */
export const everywhere: Rule[] = [
  {
    id: "LGTM_TAGS",
    severity: "low",
    asks: "Whatever can carry tags or labels has some.",
    why: "They tell whose it is, who pays for it, and whether it may go.",
    mend: "Set tags (AWS, Azure) or labels (GCP).",
    types: Object.keys(carriers),
    wrong({ type, props }) {
      const key = carriers[type]!;
      const value = props[key];
      return value !== unknown && Object.keys((value ?? {}) as object).length === 0 && `it has no ${key}`;
    },
  },
  {
    id: "LGTM_INGRESS_SOURCE",
    severity: "critical",
    asks: "Every rule that lets something in names from where.",
    why: "Some clouds take a rule without a source for one that is for everyone.",
    mend: "Name ranges, a security group or service accounts.",
    types: [...trafficTypes, ...azureTrafficTypes, firewall],
    wrong: resource => sourceless(resource).map(path => (path ? `${path} names no source` : "it names no source")),
  },
  {
    id: "LGTM_INGRESS_PORT",
    severity: "high",
    asks: "What is open to everyone is port 443 alone.",
    why: "Behind it is the gateway with TLS and tokens; nothing else here is made to face the internet.",
    mend: "Open 443, or name who may.",
    types: [...trafficTypes, ...azureTrafficTypes, firewall],
    wrong: resource => openToAll(resource).map(what => `${what} is open to everyone`),
  },
];

/** Where a rule without a source stands; nothing while a source may still turn up. */
function sourceless(resource: Resource): string[] {
  const { type, props } = resource;
  if (type === firewall) return gcpIngress(resource).length > 0 && !sourceKeys.some(key => given(props[key])) ? [""] : [];
  const parts = [props, ...["ingress", "securityRules"].flatMap(key => (Array.isArray(props[key]) ? (props[key] as unknown[]) : []))];
  if (parts.some(part => sourceKeys.some(key => [at(part, key)].flat().includes(unknown)))) return [];
  if (trafficTypes.includes(type)) return trafficOf(resource).filter(rule => rule.direction === "ingress" && rule.cidrs.length + rule.others.length === 0).map(({ path }) => path);
  return azureIngress(resource).filter(({ sources, groups }) => sources.length + groups.length === 0).map(({ name }) => name);
}

function openToAll(resource: Resource): string[] {
  const { type } = resource;
  if (trafficTypes.includes(type)) {
    const open = trafficOf(resource).filter(rule => rule.direction === "ingress" && anyone(rule));
    return open.filter(rule => allPorts(rule) || (rule.from !== undefined && rule.to !== undefined && !(includesPort(rule, 443) && Number(rule.from) === Number(rule.to)))).map(({ protocol, from, to }) => `${String(protocol)} ${String(from)}–${String(to)}`);
  }
  if (type === firewall) return gcpFromAnyone(resource) ? gcpIngress(resource).filter(({ protocol, ports }) => !(["tcp", "6"].includes(protocol) && texts(ports).join() === "443")).map(({ protocol, ports }) => `${protocol} ${ports.join(", ") || "on all ports"}`) : [];
  return azureIngress(resource).filter(rule => fromAnyone(rule) && rule.ports.length > 0 && rule.ports.join() !== "443").map(({ name, ports }) => `${name}: ${ports.join(", ")}`);
}
