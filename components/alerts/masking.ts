/**
 * What must not leave with a log line: patterns in RE2 with their replacements, used where the text becomes a label in Loki and
 * again where it goes into a message. It catches what is written as secrets usually are, no more than that.
 */
export const masks: readonly (readonly [pattern: string, replacement: string])[] = [
  // Private keys, JSON web tokens, keys of AWS, tokens of Slack, GitHub, GitLab, OpenAI, Google. One pattern, since Loki compiles each at every line.
  ["-----BEGIN [A-Z ]*PRIVATE KEY-----.*|eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)?|\\b(AKIA|ASIA)[A-Z0-9]{16}\\b|\\b(xox[a-z]-|gh[pousr]_|glpat-|sk-|AIza)[A-Za-z0-9_-]{10,}", "***"],
  ["(?i)\\b(bearer|basic) +[a-z0-9._~+/=-]{6,}", "${1} ***"],
  // password=x, "api_key": "x", Authorization: x; also with the quotes that JSON in JSON escapes.
  ["(?i)((?:password|passwd|passphrase|pwd|secret|token|credentials?|api[_-]?key|access[_-]?key|private[_-]?key|authorization|cookie)[a-z_-]{0,20}[\\\\\"']{0,3} *[:=] *)(?:[\\\\]?\"[^\"]*\"|'[^']*'|[^ ,;&\"'<>)}\\]]+)", "${1}***"],
  ["://[^/ :@]+:[^/ @]+@", "://***@"],
];

/** Escape sequences of terminals. */
export const terminalCodes = "\\x1b(\\[[0-9;?]*[ -/]*[@-~]|\\][^\\x07\\x1b]*(\\x07|\\x1b\\\\)?|[@-Z\\\\^_])";

/** Line breaks, other control characters, and those that are invisible or turn the direction of writing. */
export const controlCharacters = "[\\x00-\\x1f\\x7f-\\x{9f}\\x{ad}\\x{200b}-\\x{200f}\\x{2028}-\\x{202e}\\x{2060}-\\x{2069}\\x{feff}]+";
