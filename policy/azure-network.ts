import { at, given, list, present, texts, unknown, type Resource, type Rule } from "./rule";

const group = "azure-native:network:NetworkSecurityGroup";
const single = "azure-native:network:SecurityRule";
const card = "azure-native:network:NetworkInterface";
const network = "azure-native:network:VirtualNetwork";
const subnet = "azure-native:network:Subnet";
export const azureTrafficTypes = [group, single];

/** One rule of a network security group that lets something in. */
export interface AzureIngress {
  name: string;
  protocol: string;
  ports: string[];
  sources: string[];
  /** Application security groups. */
  groups: unknown[];
}

/** What a group, or a rule of its own, lets in. */
export function azureIngress({ type, name, props }: Resource): AzureIngress[] {
  const rules = type === single ? [props] : list(props.securityRules);
  return rules.filter(rule => is(rule, "direction", "inbound") && is(rule, "access", "allow")).map((rule, i) => ({
    name: texts(at(rule, "name"))[0] ?? (type === single ? name : `securityRules[${i}]`),
    protocol: String(at(rule, "protocol")).toLowerCase(),
    ports: [...texts(at(rule, "destinationPortRange")), ...texts(at(rule, "destinationPortRanges"))],
    sources: [...texts(at(rule, "sourceAddressPrefix")), ...texts(at(rule, "sourceAddressPrefixes"))],
    groups: list(at(rule, "sourceApplicationSecurityGroups")),
  }));
}

function is(rule: unknown, key: string, wanted: string): boolean {
  return String(at(rule, key)).toLowerCase() === wanted;
}

export function fromAnyone({ sources }: AzureIngress): boolean {
  return sources.some(source => /^(\*|internet|any|0\.0\.0\.0|.*\/0)$/i.test(source));
}

export function opens({ protocol, ports }: AzureIngress, port: number): boolean {
  return ["tcp", "*"].includes(protocol) && ports.some(range => {
    const [from, to = from] = range.split("-").map(Number);
    return range === "*" || (from! <= port && port <= to!);
  });
}

function notFromAnyone(id: string, port: number, what: string, why: string): Rule {
  return {
    id,
    severity: "critical",
    asks: `Port ${port} (${what}) is not open to everyone.`,
    why,
    mend: "Name the ranges or the application security group that may.",
    types: azureTrafficTypes,
    wrong: resource => azureIngress(resource).map(rule => fromAnyone(rule) && opens(rule, port) && `${rule.name} opens port ${port} to ${rule.sources.join(", ")}`),
  };
}

export const azureNetwork: Rule[] = [
  notFromAnyone("CKV_AZURE_10", 22, "SSH", "Everybody's scanners try it; administration goes through Run Command, which needs no open port."),
  notFromAnyone("CKV_AZURE_9", 3389, "remote desktop", "Everybody's scanners try it, and nothing here needs it."),
  notFromAnyone("CKV_AZURE_160", 80, "HTTP", "Nothing here answers without TLS, so an open port 80 only invites a token to travel in the clear."),
  {
    id: "CKV_AZURE_77",
    severity: "high",
    asks: "No UDP is open to everyone.",
    why: "Its senders can be forged, so an open service is used to flood others.",
    mend: "Use TCP, or name who may.",
    types: azureTrafficTypes,
    wrong: resource => azureIngress(resource).map(rule => rule.protocol === "udp" && fromAnyone(rule) && `${rule.name} opens UDP to ${rule.sources.join(", ")}`),
  },
  {
    id: "LGTM_AZURE_NETWORK_DENY",
    severity: "high",
    asks: "A security group ends with a rule that refuses everything else.",
    why: "Azure's own rule AllowVnetInBound (65000) lets the whole virtual network reach every port.",
    mend: 'Add a rule with priority 4096, direction "Inbound", access "Deny" and "*" for all the rest.',
    types: [group],
    whole: true,
    wrong: (it, all) => it.props.securityRules !== unknown && ![...list(it.props.securityRules), ...all.filter(({ type }) => type === single).map(({ props }) => props)].some(rule => is(rule, "direction", "inbound") && is(rule, "access", "deny") && is(rule, "sourceAddressPrefix", "*") && is(rule, "destinationPortRange", "*")) && "no rule refuses what no other rule lets in",
  },
  {
    id: "CKV_AZURE_118",
    severity: "medium",
    asks: "A machine passes nothing on for others.",
    why: "It would become a way around the rules of the network.",
    mend: "Leave enableIPForwarding out.",
    types: [card],
    wrong: ({ props }) => props.enableIPForwarding === true && "enableIPForwarding is true",
  },
  {
    id: "CKV_AZURE_119",
    severity: "low",
    asks: "A machine has no public address.",
    why: "What is not on the internet cannot be tried from there.",
    mend: "Put a load balancer or a private network in front.",
    types: [card],
    wrong: ({ props }) => list(props.ipConfigurations).map((each, i) => present(at(each, "publicIPAddress")) && `ipConfigurations[${i}].publicIPAddress is set`),
  },
  {
    id: "CKV2_AZURE_31",
    severity: "high",
    asks: "A subnet has a network security group.",
    why: "Without one, whatever is put into it is open to the whole network.",
    mend: "Set networkSecurityGroup.",
    types: [subnet, network],
    wrong: ({ type, name, props }) => (type === subnet ? [{ ...props, name: props.subnetName ?? name }] : list(props.subnets)).map(each => {
      const called = String(at(each, "name"));
      return !/^(Gateway|AzureFirewall)Subnet$/i.test(called) && !given(at(each, "networkSecurityGroup")) && `${called} has no networkSecurityGroup`;
    }),
  },
];
