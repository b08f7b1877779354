import { elsewhere, exceptions } from "./exceptions";
import { rules } from "./rules";
import type { Rule } from "./rule";

const clouds: Record<string, (rule: Rule) => boolean> = {
  "Every cloud": ({ id }) => !/_(AWS|AZURE|GCP)_/.test(id),
  AWS: ({ id }) => id.includes("_AWS_"),
  Azure: ({ id }) => id.includes("_AZURE_"),
  "Google Cloud": ({ id }) => id.includes("_GCP_"),
};

/** The page of every rule and every exception, without its title. */
export function policyRules(): string {
  const parts = Object.entries(clouds).map(([cloud, of]) => `## ${cloud}\n\n${table(["Rule", "Severity", "Asks", "Why", "What to do"], rules.filter(of).map(row))}`);
  const lines = exceptions.map(({ rule, name, why }) => [rule, name ? `\`…${name.source.replace(/\$$/, "")}\`` : "all", why]);
  const unseen = Object.entries(elsewhere).map(([id, why]) => `- ${id}: ${why}\n`).join("");
  return `${parts.join("\n")}\n## Not satisfied, on purpose\n\nFor what this library makes; your own resources are asked in full.\n\n${table(["Rule", "Resources", "Why"], lines)}\n## Not seen in resources\n\n${unseen}`;
}

function row({ id, also = [], severity, asks, why, mend }: Rule): string[] {
  return [[id, ...also].join("<br>"), severity, asks, why, mend];
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => "---"), ...rows].map(cells => `| ${cells.map(cell => cell.replace(/\|/g, "\\|")).join(" | ")} |\n`).join("");
}
