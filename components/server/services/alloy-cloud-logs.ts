import { block, expression } from "./alloy-block";
import { laterFile } from "./alloy-cloud";
import { awsLogs } from "./alloy-cloud-logs-aws";
import { azureLogs } from "./alloy-cloud-logs-azure";
import { gcpLogs } from "./alloy-cloud-logs-gcp";
import type { Rendering } from "./service";

/** Part of Alloy's configuration on the server: logs that a cloud has, with the labels that everything has and the level that counts errors. */
export function cloudLogsConfig({ spec, layout }: Rendering): string[] {
  const wanted = spec.cloudLogs;
  if (!wanted) return [];
  const { aws, azure, gcp } = wanted;
  const parts = [
    ...(aws ? awsLogs(aws, wanted) : []),
    ...(azure ? azureLogs(azure, wanted, `${layout.config("alloy")}/${laterFile}`) : []),
    ...(gcp ? gcpLogs(gcp, wanted) : []),
    // What is no label helps to find a line; the level, to count it.
    block('loki.process "cloud_logs"', { forward_to: [expression("loki.write.server.receiver")] }, [
      block("stage.structured_metadata", { values: Object.fromEntries(["level", "account", "log_group", "log_stream", "log_name", "resource", "category"].map(name => [name, ""])) }),
    ]),
  ];
  return parts.map(part => `${part}\n`);
}
