import { labels } from "../server/labels";
import { hostExpression, tls } from "./alloy";
import { block, map, text } from "./alloy-syntax";
import { serverCaFile, tokenFile } from "./layout";
import type { AgentTarget, ResolvedAgent } from "./spec";

/** Where everything goes: TLS, the client's token of a file that may be rotated, and the machine's labels. */
export function outputs(agent: ResolvedAgent, { endpoints, ca }: AgentTarget): string {
  const own = map({ [labels.environment]: text(agent.environment), [labels.cloud]: text(agent.cloud), [labels.host]: hostExpression(agent) });
  const trust = ca ? [tls(serverCaFile)] : [];
  return [
    block("local.file", ["token"], { filename: text(tokenFile), is_secret: "true" }),
    block("otelcol.auth.bearer", ["server"], { token: "local.file.token.content" }),
    // Samples wait in the write-ahead log; beyond six hours the server would refuse them as too old. A part of the log that was
    // damaged, as on a full disk, stops it until the next part begins: not two hours, as by default. While nothing can be sent nothing is cut.
    block("prometheus.remote_write", ["server"], { external_labels: own }, [
      block("endpoint", [], { url: text(`${endpoints.metrics}/api/v1/write`), bearer_token_file: text(tokenFile) }, [...trust, block("queue_config", [], { max_shards: "4", capacity: "4000", sample_age_limit: text("6h"), max_backoff: text("30s") })]),
      block("wal", [], { truncate_frequency: text("5m"), min_keepalive_time: text("5m"), max_keepalive_time: text("6h") }),
    ]),
    entries(),
    block("loki.write", ["server"], { external_labels: own, max_streams: "500" }, [
      // 0: for ever. Meanwhile nothing more is read, and what is unread stays in its file. What is read and not sent is in memory: by
      // default up to 10 MiB, which a crash would lose. These few are read again after it (on-server/before_start.py).
      block("endpoint", [], { url: text(`${endpoints.logs}/loki/api/v1/push`), bearer_token_file: text(tokenFile), max_backoff_retries: "0", max_backoff_period: text("30s"), batch_size: text("64KiB") }, [...trust, block("queue_config", [], { capacity: text("64KiB") })]),
    ]),
  ].join("\n");
}

/** What every entry goes through last: nothing longer than the server takes. */
function entries(): string {
  return `loki.process "entries" {
  forward_to = [loki.write.server.receiver]

  stage.truncate {
    rule {
      limit       = "250KiB"
      suffix      = " [cut]"
      source_type = "line"
    }
  }
}
`;
}
