import { slackTemplates } from "./message-slack";
import { textTemplates } from "./message-text";
import type { ResolvedSpec } from "../server/spec";

/** The template file of all messages: one wording, in the form that each receiver can take. */
export const messageTemplates = (spec: ResolvedSpec): string => [...slackTemplates(spec), ...textTemplates(spec)].join("\n");
