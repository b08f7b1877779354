import type { EngineEvent } from "@pulumi/pulumi/automation";

/** The engine's messages as plain lines: those of the roll-out and those of the engine itself. */
export function diagnostics(event: EngineEvent): { severity: "error" | "other"; text: string }[] {
  const said = event.diagnosticEvent;
  if (!said || said.ephemeral || (said.severity as string) === "debug") return [];
  const text = withoutMarks(said.message).replace(/^\d+ errors? occurred:\s*\* /, "").trim();
  // The last line of each failure says no more than that there was one.
  return text && text !== "update failed" ? [{ severity: said.severity === "error" ? "error" : "other", text }] : [];
}

/** Colours come as marks such as `<{%reset%}>`. */
export function withoutMarks(text: string): string {
  return text.replace(/<\{%[^%]*%\}>/g, "");
}
