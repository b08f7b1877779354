import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { alertTable } from "../components/alerts";
import { dashboardTable } from "../components/dashboards";
import { resolveSpec } from "../components/server/spec";
import { policyRules } from "../policy/documentation";
import { checkout } from "./stack";

/** Pages that are made of the code: `npm run reference` writes them, and a test fails when they are not what the code says. */
export function referencePages(): Record<string, string> {
  return { "docs/alert-rules.md": alertRules(), "docs/dashboards.md": dashboards(), "docs/policy-rules.md": `# Policy rules\n\n${made}\nHow they run: [policy.md](policy.md).\n\n${policyRules()}` };
}

const made = "Made of the code by `npm run reference`; do not edit.";

function alertRules(): string {
  const rows = alertTable();
  const subjects = [...new Set(rows.map(row => row.subject))];
  const parts = subjects.map(subject => {
    const rules = rows.filter(row => row.subject === subject);
    const details = rules.map(row => `**${row.name}**: ${sentence(row.summary).replace(/<(\w+)>/g, "`<$1>`")} ${row.description}\n\nSource: ${row.source}.\n\n${fenced("promql", row.expr)}`);
    return `## ${subject}\n\n${table(["Alert", "Severity", "For", "Threshold", "Dashboard"], rules.map(row => [row.name, row.severity, row.for || "at once", row.threshold || "–", row.dashboard]))}\n${details.join("\n")}`;
  });
  return `# Alert rules\n\n${made}\nThresholds, switching off and who is told: [alerts.md](alerts.md).\n\n${parts.join("\n")}`;
}

function dashboards(): string {
  const rows = dashboardTable(resolveSpec({ cloudDatasources: { aws: [{}], azure: [{}], gcp: [{}] } }));
  const parts = [...new Set(rows.map(row => row.dashboard))].map(name => {
    const own = rows.filter(row => row.dashboard === name);
    const titles = [...new Set(own.map(row => row.panel))];
    return `## ${name}\n\n${titles.map(title => panel(own.filter(row => row.panel === title))).join("\n")}`;
  });
  return `# Dashboards\n\n${made}\nLeave some out, or add your own: [dashboards-own.md](dashboards-own.md).\n\n${parts.join("\n")}`;
}

function panel(queries: ReturnType<typeof dashboardTable>): string {
  const [first] = queries;
  const listed = (reasons: string[]) => [...new Set(reasons)].join("; ");
  const empty = listed(queries.flatMap(({ emptyWhenHealthy }) => emptyWhenHealthy ?? []));
  const unused = listed(queries.flatMap(({ emptyWhenUnused }) => emptyWhenUnused ?? []));
  return `### ${first!.panel}\n\n${first!.about}${empty && ` Empty on a healthy system: ${empty}.`}${unused && ` Empty on a new server: ${unused}.`}\n\nSource: ${first!.source}.\n\n${queries.map(({ datasource, expression }) => fenced(datasource, expression)).join("\n")}`;
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => "---"), ...rows].map(cells => `| ${cells.join(" | ")} |\n`).join("");
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trim()}\n\`\`\`\n`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

if (require.main === module) for (const [path, text] of Object.entries(referencePages())) writeFileSync(join(checkout, path), text);
