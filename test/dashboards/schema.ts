import { dirname, join } from "node:path";
import * as ts from "typescript";
import { checkout } from "../checkout";

/**
 * Grafana's published types of a dashboard (@grafana/schema, of the version of the Grafana that the server runs), and of queries
 * (there those of the clouds; those of Prometheus, Loki and Tempo in the Foundation SDK). TypeScript checks the JSON against them:
 * what is missing, of another type or not known to Grafana.
 */
const types = join(checkout, "node_modules/@grafana/schema/dist/types");
const sdk = join(checkout, "node_modules/@grafana/grafana-foundation-sdk/dist");

/** Types of panels by the plugin that shows them; those without a published type of their own take any options. */
const panelTypes = ["timeseries", "stat", "table", "bargauge", "heatmap", "logs", "nodegraph"];
const withFields = ["timeseries", "table", "heatmap"];

const queryTypes: Record<string, string> = {
  prometheus: `import("${sdk}/prometheus").Dataquery`,
  loki: `import("${sdk}/loki").dataquery`,
  tempo: `import("${sdk}/tempo").Dataquery`,
  cloudwatch: ["Metrics", "Logs"].map(kind => `import("${types}/raw/composable/cloudwatch/dataquery/x/types.gen").CloudWatch${kind}Query`).join(" | "),
  "grafana-azure-monitor-datasource": `import("${types}/raw/composable/azuremonitor/dataquery/x/types.gen").AzureMonitorQuery`,
  stackdriver: `import("${types}/raw/composable/googlecloudmonitoring/dataquery/x/types.gen").CloudMonitoringQuery`,
};

const head = `
import type * as grafana from "${types}/raw/dashboard/x/types.gen";
${panelTypes.map(name => `import type * as ${name} from "${types}/raw/composable/${name}/panelcfg/x/types.gen";`).join("\n")}
/** As JSON has it: an enumeration is its values. */
type Json<T> = unknown extends T ? T : T extends string ? \`\${T}\` : T extends number | boolean | null | undefined ? T : T extends (infer E)[] ? Json<E>[] : { [K in keyof T]: Json<T[K]> };
/** Grafana fills in what options leave out. */
type Parts<T> = unknown extends T ? T : T extends string | number | boolean | null | undefined ? T : T extends (infer E)[] ? Parts<E>[] : { [K in keyof T]?: Parts<T[K]> };
type Fields<Custom> = { defaults: Omit<grafana.FieldConfig, "custom"> & { custom?: Parts<Custom> }; overrides: grafana.FieldConfigSource["overrides"] };
type Panel<Options, Custom> = Json<Omit<grafana.Panel, "targets" | "options" | "fieldConfig"> & { options?: Parts<Options>; fieldConfig?: Fields<Custom> }>;
type Dashboard = Json<Omit<grafana.Dashboard, "panels">>;
type Row = Json<grafana.RowPanel>;
type Query<T> = T extends unknown ? Json<Parts<Omit<T, "_implementsDataqueryVariant">>> : never;
`;

interface Part {
  where: string;
  type: string;
  value: unknown;
}

interface Dashboard {
  title: string;
  panels: { type: string; title: string; targets?: { refId: string; datasource: { type: string } }[] }[];
}

function parts({ panels, ...dashboard }: Dashboard): Part[] {
  return [
    { where: dashboard.title, type: "Dashboard", value: dashboard },
    ...panels.flatMap(({ targets = [], ...panel }) => {
      const where = `${dashboard.title} / ${panel.title}`;
      const known = panelTypes.includes(panel.type);
      const type = panel.type === "row" ? "Row" : `Panel<${known ? `${panel.type}.Options` : "unknown"}, ${withFields.includes(panel.type) ? `${panel.type}.FieldConfig` : "unknown"}>`;
      return [{ where, type, value: panel }, ...targets.flatMap(target => (queryTypes[target.datasource.type] ? [{ where: `${where} ${target.refId}`, type: `Query<${queryTypes[target.datasource.type]}>`, value: target }] : []))];
    }),
  ];
}

/** What in these dashboards is not as Grafana's types say, with the place. */
export function schemaProblems(dashboards: unknown[]): string[] {
  const all = dashboards.flatMap(dashboard => parts(dashboard as Dashboard));
  const file = join(checkout, "dashboards-in-the-schema.ts");
  const text = `${head}\n${all.map(({ type, value }, i) => `export const part${i}: ${type} = ${JSON.stringify(value, null, 1)};`).join("\n")}\n`;
  const options: ts.CompilerOptions = { strict: true, noEmit: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, types: [] };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) => (name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile.call(host, name, ...rest));
  host.fileExists = name => name === file || fileExists.call(host, name);
  host.readFile = name => (name === file ? text : readFile.call(host, name));
  host.getCurrentDirectory = () => dirname(file);
  const program = ts.createProgram([file], options, host);
  const source = program.getSourceFile(file)!;
  const starts = source.statements.filter(ts.isVariableStatement).map(statement => statement.pos);
  return ts.getPreEmitDiagnostics(program, source).map(({ start = 0, messageText }) => {
    const at = starts.filter(pos => pos <= start).length - 1;
    return `${all[at]?.where ?? "the types"}: ${JSON.stringify(text.slice(start, text.indexOf("\n", start)))}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}
