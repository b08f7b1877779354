import { wrappedErrors } from "../server/wrapped-errors";
import { errorLines } from "./selectors";

/** What an error says: what the agent cut out of the line, else the message of a JSON or logfmt line, else the line. */
const said = `{{ if .error_excerpt }}{{ .error_excerpt }}{{ else if .message }}{{ .message }}{{ else if .msg }}{{ .msg }}{{ if .err }}: {{ .err }}{{ end }}{{ else }}{{ __line__ }}{{ end }}`;

/** What makes one text of all occurrences of an error. Runes, not bytes: Korean stays whole. */
const steps: (readonly [pattern: string, replacement: string])[] = [
  // The first line; below it is the stack trace.
  [String.raw`(?s)^\s*([^\r\n]*).*$`, "$1"],
  // Time, thread and level before the message of a plain text line. A T or Z that begins a word is no part of the time.
  [String.raw`^\d[\d\-:.,TZ+/ ]{6,}[\dZ]\b[\s\-:,]*`, ""],
  [String.raw`^(\[[^\]]*\]\s*|(ERROR|FATAL|CRITICAL|SEVERE)\b:?\s*)+`, ""],
  ...wrappedErrors,
  // Quoted values, then every word with a digit in it: numbers, ids, addresses, times.
  [String.raw`'[^']*'|\x22[^\x22]*\x22|\x60[^\x60]*\x60`, "…"],
  [String.raw`[^\s,;()\[\]=]*\d[^\s,;()\[\]=]*`, "#"],
  // What would need quoting in a link or in a query.
  [String.raw`[\x22\x60'\\{}$|&<>]`, ""],
  [String.raw`^\s*(.{0,120}).*$`, "$1"],
];

const normalised = steps.reduce((text, [pattern, replacement]) => `regexReplaceAll ${JSON.stringify(pattern)} (${text}) ${JSON.stringify(replacement)}`, ".error");

/**
 * Error lines with a label `error`: one text for all occurrences of the same error, so that they can be counted.
 * JSON, logfmt and plain text lines alike: a line that a parser cannot read is no reason to leave it out.
 */
export const errors = [
  errorLines,
  'json message="message", msg="msg", err="err"',
  "logfmt msg, err",
  "drop __error__, __error_details__",
  `label_format error=\`${said}\``,
  `label_format error=\`{{ ${normalised} }}\``,
].join("\n| ");
