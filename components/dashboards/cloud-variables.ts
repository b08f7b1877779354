import type { VariableModel } from "@grafana/grafana-foundation-sdk/dashboard";
import { cloudSources } from "./cloud-sources";
import type { Json } from "./json";
import type { CloudView } from "./panels";
import { everyValue, refresh, sort, variable } from "./variable";

type Variable = Json<VariableModel>;

/** What a cloud's dashboard chooses by, in place of environment, cloud, host and service: the account, then what is in it. */
export function cloudVariables({ cloud, project, logs }: CloudView): Variable[] {
  switch (cloud) {
    case "aws": return [account("Account", cloud), ofAws];
    case "azure": return [account("Directory", cloud), ...ofAzure()];
    case "gcp": return [account("Access", cloud), ...(logs ? [chosen("logs", "Access to logs", "Datasource of the log lines.", cloudSources.gcpLogs.type)] : []), ofGoogle(project!)];
  }
}

const account = (label: string, cloud: "aws" | "azure" | "gcp") => chosen("account", label, "Datasource that is asked: one for each account, directory or key.", cloudSources[cloud].type);

function chosen(name: string, label: string, about: string, type: string): Variable {
  return { ...variable("datasource", name), label, description: about, query: type };
}

function asked(name: string, label: string, about: string, cloud: "aws" | "azure" | "gcp", query: Record<string, unknown>): Variable {
  return {
    ...variable("query", name),
    label,
    description: about,
    datasource: { type: cloudSources[cloud].type, uid: "${account}" },
    query: { refId: "A", ...query },
    refresh: refresh.onDashboardLoad,
    sort: sort.byName,
  };
}

/** The first one is chosen at the beginning, not all: every line that is searched is paid for, and Insights takes 50 groups at most. */
const ofAws: Variable = {
  ...asked("loggroups", "Log groups", "Log groups that are searched; Logs Insights is paid by what it reads.", "aws", { queryType: "logGroups", region: "default", logGroupPrefix: "" }),
  multi: true,
};

function ofAzure(): Variable[] {
  const graph = (name: string, label: string, about: string, query: string) =>
    asked(name, label, about, "azure", { queryType: "Azure Resource Graph", subscriptions: ["$subscription"], azureResourceGraph: { query, resultFormat: "table" } });
  const inGroup = "resourceGroup =~ '$group'";
  return [
    asked("subscription", "Subscription", "Subscription that is looked at.", "azure", { queryType: "Azure Subscriptions" }),
    graph("group", "Group", "Resource group whose metrics are shown below.", "Resources | where type in~ ('microsoft.compute/virtualmachines', 'microsoft.web/sites', 'microsoft.sql/servers/databases') | distinct resourceGroup"),
    graph("region", "Region", "Region of the virtual machines: Azure gives the metrics of several only where they share one.", `Resources | where type =~ 'microsoft.compute/virtualmachines' and ${inGroup} | distinct location`),
    { ...graph("vm", "Machines", "Virtual machines of group and region.", `Resources | where type =~ 'microsoft.compute/virtualmachines' and ${inGroup} and location =~ '$region' | project name`), multi: true, includeAll: true, current: everyValue },
    graph("app", "App Service", "App Service or function of the group.", `Resources | where type =~ 'microsoft.web/sites' and ${inGroup} | project name`),
    graph("sql", "SQL database", "Server and database of the group.", `Resources | where type =~ 'microsoft.sql/servers/databases' and name != 'master' and ${inGroup} | project strcat(split(id, '/')[8], '/', name)`),
    asked("workspace", "Workspace", "Log Analytics workspace that is asked.", "azure", { queryType: "Azure Workspaces", subscription: "$subscription" }),
  ];
}

/** Offered by Google where the Resource Manager API is on; without it, the server's own project stands there and others can be typed. */
function ofGoogle(project: string): Variable {
  return { ...asked("project", "Project", "Project that is looked at.", "gcp", { selectedQueryType: "projects" }), current: { selected: true, text: project, value: project } };
}
