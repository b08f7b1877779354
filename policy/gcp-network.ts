import { at, given, list, mustBe, oneOf, refersTo, texts, unknown, type Resource, type Rule } from "./rule";

const firewall = "gcp:compute/firewall:Firewall";
const network = "gcp:compute/network:Network";
const subnet = "gcp:compute/subnetwork:Subnetwork";

/** Something that a firewall rule lets in. */
export interface GcpIngress {
  protocol: string;
  /** Empty: all. */
  ports: string[];
}

/** What a rule lets in; nothing if it denies, is off, or is about what goes out, or may turn out to be. */
export function gcpIngress({ props }: Resource): GcpIngress[] {
  if (oneOf(props.direction, "EGRESS") || oneOf(props.disabled, true)) return [];
  // Without ports all are meant, so those that are not known yet have to be left out.
  return list(props.allows).filter(each => at(each, "ports") !== unknown && at(each, "protocol") !== unknown).map(each => ({ protocol: String(at(each, "protocol")), ports: texts(at(each, "ports")) }));
}

export function gcpFromAnyone({ props }: Resource): boolean {
  return texts(props.sourceRanges).some(range => /^(0\.0\.0\.0|::0)$|\/0$/.test(range));
}

export function gcpOpens({ protocol, ports }: GcpIngress, port: number): boolean {
  return ["tcp", "all", "6"].includes(protocol) && (ports.length === 0 || ports.some(range => {
    const [from, to = from] = range.split("-").map(Number);
    return from! <= port && port <= to!;
  }));
}

function notFromAnyone(id: string, port: number, what: string, why: string): Rule {
  return {
    id,
    severity: "critical",
    asks: `Port ${port} (${what}) is not open to everyone.`,
    why,
    mend: "Name the ranges or the service accounts that may.",
    types: [firewall],
    wrong: resource => gcpFromAnyone(resource) && gcpIngress(resource).some(rule => gcpOpens(rule, port)) && `port ${port} is open to ${texts(resource.props.sourceRanges).join(", ")}`,
  };
}

export const gcpNetwork: Rule[] = [
  notFromAnyone("CKV_GCP_2", 22, "SSH", "Everybody's scanners try it; administration goes through Identity-Aware Proxy, which has a range of its own."),
  notFromAnyone("CKV_GCP_3", 3389, "remote desktop", "Everybody's scanners try it, and nothing here needs it."),
  notFromAnyone("CKV_GCP_106", 80, "HTTP", "Nothing here answers without TLS, so an open port 80 only invites a token to travel in the clear."),
  {
    id: "CKV2_GCP_12",
    severity: "critical",
    asks: "Not all ports are open to everyone.",
    why: "What listens by accident would then be on the internet.",
    mend: "Open tcp 443 alone, and name who may.",
    types: [firewall],
    wrong: resource => gcpFromAnyone(resource) && gcpIngress(resource).some(({ protocol, ports }) => protocol === "all" || ports.length === 0) && `all ports are open to ${texts(resource.props.sourceRanges).join(", ")}`,
  },
  {
    id: "CKV2_GCP_18",
    severity: "medium",
    asks: "A created network has firewall rules of its own.",
    why: "A network without any is either closed for all or relies on what somebody clicks later.",
    mend: "Add compute.Firewall rules for it.",
    types: [network],
    whole: true,
    wrong: (it, all) => !all.some(other => other.type === firewall && refersTo(other, "network", it)) && "no firewall rule is for it",
  },
  {
    id: "LGTM_GCP_AUTO_SUBNETS",
    severity: "low",
    asks: "A created network makes no subnets by itself.",
    why: "It would put one into every region of the world, with ranges that collide when networks are joined.",
    mend: "Set autoCreateSubnetworks: false.",
    types: [network],
    wrong: mustBe("autoCreateSubnetworks", [false]),
  },
  {
    id: "CKV_GCP_26",
    severity: "low",
    asks: "A subnet keeps flow logs.",
    why: "They tell afterwards who talked to whom.",
    mend: "Set logConfig.",
    types: [subnet],
    wrong: ({ props }) => !given(props.logConfig) && "logConfig is not set",
  },
  {
    id: "CKV_GCP_74",
    severity: "low",
    asks: "Machines without a public address reach Google's services.",
    why: "The server could otherwise not fetch its configuration, or would need a public address only for that.",
    mend: "Set privateIpGoogleAccess: true.",
    types: [subnet],
    wrong: mustBe("privateIpGoogleAccess", [true]),
  },
];
