import { at, list, texts, unknown, type Resource } from "./rule";

/** One rule of a security group, however it was written. */
export interface Traffic {
  /** Where it stands, such as "ingress[0]"; empty for a resource of its own. */
  path: string;
  direction: "ingress" | "egress";
  /** "-1" is every protocol. Undefined while it is not known, as the ports are. */
  protocol: unknown;
  from: unknown;
  to: unknown;
  cidrs: string[];
  /** Security groups, prefix lists, the group itself. */
  others: unknown[];
  description: unknown;
}

export const group = "aws:ec2/securityGroup:SecurityGroup";
export const groupRule = "aws:ec2/securityGroupRule:SecurityGroupRule";
export const ingressRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
export const egressRule = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
export const trafficTypes = [group, groupRule, ingressRule, egressRule];

/** Every rule that a resource of {@link trafficTypes} holds. */
export function trafficOf({ type, props }: Resource): Traffic[] {
  if (type === group) return (["ingress", "egress"] as const).flatMap(direction => list(props[direction]).map((rule, i) => inline(rule, `${direction}[${i}]`, direction)));
  if (type === groupRule) return props.type === unknown ? [] : [inline(props, "", props.type === "egress" ? "egress" : "ingress")];
  return [{
    path: "",
    direction: type === egressRule ? "egress" : "ingress",
    protocol: sure(props.ipProtocol),
    from: sure(props.fromPort),
    to: sure(props.toPort),
    cidrs: texts([props.cidrIpv4, props.cidrIpv6]),
    others: [props.referencedSecurityGroupId, props.prefixListId].filter(each => each !== undefined),
    description: props.description,
  }];
}

function inline(rule: unknown, path: string, direction: Traffic["direction"]): Traffic {
  const others = ["securityGroups", "prefixListIds", "sourceSecurityGroupId"].flatMap(key => [at(rule, key) ?? []].flat());
  return {
    path,
    direction,
    protocol: sure(at(rule, "protocol")),
    from: sure(at(rule, "fromPort")),
    to: sure(at(rule, "toPort")),
    cidrs: [...texts(at(rule, "cidrBlocks")), ...texts(at(rule, "ipv6CidrBlocks"))],
    others: at(rule, "self") === true ? [...others, "self"] : others,
    description: at(rule, "description"),
  };
}

function sure(value: unknown): unknown {
  return value === unknown ? undefined : value;
}

/** Whether a rule is for all addresses there are. */
export function anyone({ cidrs }: Traffic): boolean {
  return cidrs.some(cidr => /\/0$/.test(cidr));
}

export function allPorts({ protocol, from, to }: Traffic): boolean {
  return String(protocol) === "-1" || protocol === "all" || (Number(from) === 0 && Number(to) >= 65535) || Number(from) === -1;
}

export function includesPort(traffic: Traffic, port: number): boolean {
  return allPorts(traffic) || (Number(traffic.from) <= port && port <= Number(traffic.to));
}
