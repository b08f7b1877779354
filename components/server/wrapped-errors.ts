/**
 * What frameworks write around every exception that an application does not catch. Cut off, so that two errors do not count as one
 * because they begin alike; RE2 patterns with their replacements, for rules and dashboards.
 */
export const wrappedErrors: readonly (readonly [pattern: string, replacement: string])[] = [
  // Tomcat, under Spring.
  [String.raw`^.*Servlet\.service\(\) for servlet \[[^\]]*\] in context with path \[[^\]]*\] threw exception (\[(Request processing failed: )?)?`, ""],
  [String.raw`\] with root cause$`, ""],
];
