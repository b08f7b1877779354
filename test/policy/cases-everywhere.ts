import { cases, resource, type Case } from "./case";

const awsIn = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const awsGroup = "aws:ec2/securityGroup:SecurityGroup";
const azure = "azure-native:network:SecurityRule";
const gcp = "gcp:compute/firewall:Firewall";
const tcp = (port: number) => ({ ipProtocol: "tcp", fromPort: port, toPort: port });
const inbound = { direction: "Inbound", access: "Allow", protocol: "Tcp", destinationPortRange: "443" };

export const everywhereCases: Case[] = [
  cases("aws:ec2/instance:Instance")("LGTM_TAGS", { tags: { Name: "mon" } }, {}, { tags: {} }),
  cases("gcp:compute/disk:Disk")("LGTM_TAGS", { labels: { server: "mon" } }, { tags: ["mon"] }),
  cases(awsIn)("LGTM_INGRESS_SOURCE", { ...tcp(443), referencedSecurityGroupId: "sg-1" }, tcp(443)),
  cases(awsGroup)("LGTM_INGRESS_SOURCE", { ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, self: true }] }, { ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [] }] }),
  cases(azure)("LGTM_INGRESS_SOURCE", { ...inbound, sourceApplicationSecurityGroups: [{ id: "g" }] }, inbound),
  cases(gcp)("LGTM_INGRESS_SOURCE", { sourceServiceAccounts: ["a"], allows: [{ protocol: "tcp" }] }, { allows: [{ protocol: "tcp" }] }),
  { ...cases(awsIn)("LGTM_INGRESS_PORT", { ...tcp(443), cidrIpv4: "0.0.0.0/0" }, { ...tcp(9100), cidrIpv4: "0.0.0.0/0" }, { ...tcp(443), toPort: 444, cidrIpv4: "0.0.0.0/0" }) },
  { rule: "LGTM_INGRESS_PORT", good: [resource(azure, { ...inbound, sourceAddressPrefix: "*" })], bad: [[resource(azure, { ...inbound, sourceAddressPrefix: "*", destinationPortRange: "9100" })]] },
  cases(gcp)("LGTM_INGRESS_PORT", { sourceRanges: ["0.0.0.0/0"], allows: [{ protocol: "tcp", ports: ["443"] }] }, { sourceRanges: ["0.0.0.0/0"], allows: [{ protocol: "tcp", ports: ["443", "9100"] }] }, { sourceRanges: ["0.0.0.0/0"], allows: [{ protocol: "icmp" }] }),
];
