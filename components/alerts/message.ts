import { slackTemplates } from "./message-slack";
import { textTemplates } from "./message-text";
import type { AlertedSpec } from "./spec";

/** The template file of all messages: one wording, in the form that each receiver can take. */
export const messageTemplates = (spec: AlertedSpec): string => [...slackTemplates(spec), ...textTemplates(spec)].join("\n");
