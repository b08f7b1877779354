import { logCounts } from "./logs";
import type { ResolvedSpec } from "../server/spec";

/** Loki's rule files by path in its configuration folder. "fake" is Loki's name of the only tenant of a server without tenants. */
export function lokiRuleFiles(spec: ResolvedSpec): Record<string, object> {
  const rules = logCounts(spec);
  const texts = rules.filter(rule => rule.record === "log_error_texts:count1m");
  return {
    "rules/fake/log-counts.yml": {
      groups: [
        { name: "log-counts", interval: "1m", rules: rules.filter(rule => !texts.includes(rule)) },
        // By itself: in a storm of different errors it fails, and the counts must not wait for it.
        { name: "log-error-texts", interval: "1m", rules: texts },
      ],
    },
  };
}
