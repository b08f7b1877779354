import { gunzipSync } from "node:zlib";
import { texts } from "./rule";

/**
 * What looks like a secret in a text: keys with a fixed form, and words such as `password` or `token` with a long value
 * with digits behind them. The fixed forms are those that AWS, Azure, Google, GitHub, Slack and Grafana document for their own credentials.
 */
const patterns: Record<string, RegExp> = {
  "a private key": /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  "an access key of AWS": /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  "a storage key of Azure": /AccountKey=[A-Za-z0-9+/]{40,}={0,2}/,
  "a shared access signature of Azure": /[?&]sig=[A-Za-z0-9%]{30,}/,
  "a key of Google": /\bAIza[A-Za-z0-9_-]{35}\b|"private_key_id"/,
  "a token of GitHub": /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,})/,
  "a webhook or token of Slack": /hooks\.slack\.com\/services\/T\w+\/B\w+\/\w{10,}|\bxox[abpr]-[A-Za-z0-9-]{10,}/,
  "a token of Grafana": /\bgl(?:sa|c)_[A-Za-z0-9_=+/]{20,}/,
  "a password or token": /(?:password|passwd|secret|token|api[_-]?key)["']?\s*[:=]\s*["']?(?![$@{<%/])(?=[A-Za-z+/_.~-]*\d)[A-Za-z0-9+/_.~-]{16,}/i,
  "an authorization header": /authorization:\s*(?:bearer|basic)\s+(?![$@{<%])[A-Za-z0-9+/_.=~-]{8,}/i,
};

/** What these texts hold that looks like a secret; Base64 and gzip are looked into. The secret itself is not repeated. */
export function secretsIn(path: string, value: unknown): string[] {
  const found = texts(value).flatMap(text => readings(text).flatMap(reading => Object.keys(patterns).filter(what => patterns[what]!.test(reading))));
  return [...new Set(found)].map(what => `${path} holds ${what}`);
}

/** A text as it stands, and what is in it if it is Base64 or zipped. */
function readings(text: string): string[] {
  if (!/^[A-Za-z0-9+/\s]{16,}={0,2}\s*$/.test(text)) return [text];
  const bytes = Buffer.from(text, "base64");
  try {
    return [text, (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8")];
  } catch {
    return [text];
  }
}
