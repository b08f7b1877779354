import { allPorts, anyone, group, includesPort, trafficOf, trafficTypes, type Traffic } from "./aws-traffic";
import { given, list, mustBe, refersTo, unknown, type Resource, type Rule } from "./rule";

const vpc = "aws:ec2/vpc:Vpc";
const closed = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const flowLog = "aws:ec2/flowLog:FlowLog";

/** Says of each rule of a resource that is wrong where it stands. */
function each(wrong: (traffic: Traffic) => string | false): Rule["wrong"] {
  return resource => trafficOf(resource).map(traffic => {
    const says = wrong(traffic);
    return says && (traffic.path ? `${traffic.path}: ${says}` : says);
  });
}

function notFromAnyone(id: string, port: number, what: string, why: string): Rule {
  return {
    id,
    severity: "critical",
    asks: `Port ${port} (${what}) is not open to everyone.`,
    why,
    mend: "Name the ranges or the security group that may.",
    types: trafficTypes,
    wrong: each(traffic => traffic.direction === "ingress" && anyone(traffic) && includesPort(traffic, port) && `port ${port} is open to ${traffic.cidrs.join(", ")}`),
  };
}

export const awsNetwork: Rule[] = [
  notFromAnyone("CKV_AWS_24", 22, "SSH", "Everybody's scanners try it; administration goes through Systems Manager, which needs no open port."),
  notFromAnyone("CKV_AWS_25", 3389, "remote desktop", "Everybody's scanners try it, and nothing here needs it."),
  notFromAnyone("CKV_AWS_260", 80, "HTTP", "Nothing here answers without TLS, so an open port 80 only invites a token to travel in the clear."),
  {
    id: "CKV_AWS_277",
    severity: "critical",
    asks: "Not all ports are open to everyone.",
    why: "What listens by accident would then be on the internet.",
    mend: "Open 443 alone, and name who may.",
    types: trafficTypes,
    wrong: each(traffic => traffic.direction === "ingress" && anyone(traffic) && allPorts(traffic) && `all ports are open to ${traffic.cidrs.join(", ")}`),
  },
  {
    id: "CKV_AWS_382",
    severity: "medium",
    asks: "Nothing may go out to everywhere on all ports.",
    why: "What gets onto the machine should not be able to send data wherever and however it likes.",
    mend: "Let out 443, 80 for the distribution's mirrors, and the ports that are scraped.",
    types: trafficTypes,
    wrong: each(traffic => traffic.direction === "egress" && anyone(traffic) && allPorts(traffic) && `all ports may go out to ${traffic.cidrs.join(", ")}`),
  },
  {
    id: "CKV_AWS_23",
    severity: "low",
    asks: "Every security group and each of its rules says what it is for.",
    why: "Nobody dares to remove a rule that nobody can explain.",
    mend: "Set description.",
    types: trafficTypes,
    wrong: resource => [resource.type === group && !given(resource.props.description) && "description is not set", ...[each(({ description }) => !given(description) && "description is not set")(resource, [])].flat()],
  },
  {
    id: "CKV_AWS_130",
    severity: "medium",
    asks: "A subnet gives no public addresses by itself.",
    why: "Whatever else is put into the subnet would be on the internet without anybody deciding it.",
    mend: "Leave mapPublicIpOnLaunch out.",
    types: ["aws:ec2/subnet:Subnet"],
    wrong: mustBe("mapPublicIpOnLaunch", [false], false),
  },
  {
    id: "CKV2_AWS_12",
    severity: "medium",
    asks: "The default security group of a created network lets nothing through.",
    why: "AWS puts everything that names no group into it, where all may talk to all.",
    mend: "Add an ec2.DefaultSecurityGroup with the network's id and no rules.",
    types: [vpc],
    whole: true,
    wrong(network, all) {
      const groups = all.filter(other => other.type === closed && refersTo(other, "vpcId", network));
      const open = groups.filter(({ props }) => [...list(props.ingress), ...list(props.egress)].length > 0 && props.ingress !== unknown);
      return [groups.length === 0 && "its default security group is as AWS made it", ...open.map(({ name }) => `its default security group (${name}) has rules`)];
    },
  },
  {
    id: "CKV2_AWS_11",
    severity: "low",
    asks: "A created network keeps flow logs.",
    why: "They tell afterwards who talked to whom.",
    mend: "Add an ec2.FlowLog with the network's id.",
    types: [vpc],
    whole: true,
    wrong: (network: Resource, all) => !all.some(other => other.type === flowLog && refersTo(other, "vpcId", network)) && "it has no flow log",
  },
];
