import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { withoutMarks } from "../engine-events";
import { changesOf, type Changes } from "./changes";

/**
 * Previews a stack and says what would happen. A preview that fails is an answer, too: its errors are in it. The events stay
 * in memory: those for debugging hold secrets in the clear.
 */
export async function previewed(stack: Stack, policyPacks: string[]): Promise<Changes> {
  const events: EngineEvent[] = [];
  try {
    await stack.preview({ color: "never", policyPacks, onEvent: event => events.push(event) });
  } catch (error) {
    const changes = changesOf(events);
    const rules = changes.findings.some(({ mandatory }) => mandatory);
    return changes.errors.length || rules ? changes : { ...changes, errors: [withoutMarks((error as Error).message).trim()] };
  }
  return changesOf(events);
}
