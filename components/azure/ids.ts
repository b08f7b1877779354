import { SpecError } from "../server/spec-error";

/** What a resource id of Azure says, such as `/subscriptions/…/resourceGroups/network/providers/Microsoft.Network/virtualNetworks/main/subnets/a`. */
export interface ResourceId {
  subscriptionId: string;
  resourceGroupName: string;
  /** Such as "Microsoft.Network/virtualNetworks/subnets". */
  type: string;
  /** From the outermost: ["main", "a"]. */
  names: string[];
}

const form = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)\/(.+)$/i;

export function parseId(id: string): ResourceId | undefined {
  const [, subscriptionId, resourceGroupName, provider, rest] = form.exec(id) ?? [];
  const parts = rest?.split("/") ?? [];
  if (!rest || parts.length % 2 || parts.includes("")) return undefined;
  const at = (odd: number) => parts.filter((_, i) => i % 2 === odd);
  return { subscriptionId: subscriptionId!, resourceGroupName: resourceGroupName!, type: [provider, ...at(0)].join("/"), names: at(1) };
}

/** The parts of an id of this type; Azure does not care for case in types. */
export function partsOf(key: string, id: string, type: string): ResourceId {
  const parts = parseId(id);
  if (parts?.type.toLowerCase() !== type.toLowerCase()) throw new SpecError([idProblem(key, id, type)!]);
  return parts;
}

/** What is wrong with an id that is known already; one that is known later is looked at then. */
export function idProblem(key: string, id: unknown, type: string): string | undefined {
  if (typeof id === "string" ? parseId(id)?.type.toLowerCase() === type.toLowerCase() : typeof id === "object") return undefined;
  const path = type.split("/").slice(1).map(each => `${each}/<name>`).join("/");
  return `${key}: ${JSON.stringify(id)} is not allowed. Allowed: a resource id, /subscriptions/<id>/resourceGroups/<name>/providers/${type.split("/")[0]}/${path}, as \`az … show --query id\` prints it.`;
}
