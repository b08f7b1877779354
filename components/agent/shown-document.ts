import * as pulumi from "@pulumi/pulumi";
import { ServerFile } from "../server/bundle-resource";
import type { ServerContract } from "../server/contract";
import { SpecError } from "../server/spec-error";
import type { AgentDocument } from "./document";
import { PromtailFile } from "./promtail-resource";
import type { AgentSpec } from "./spec";

/** An agent's document for a server that may be known later, and its configuration line by line in a preview. What `make` throws fails whatever takes the document. */
export function shownDocument(parent: pulumi.Resource, name: string, spec: AgentSpec, server: pulumi.Output<ServerContract>, make: (contract: ServerContract) => AgentDocument): pulumi.Output<AgentDocument> {
  const made = server.apply(contract => attempt(() => make(contract)));
  // A component whose arguments fail would never be registered, and the engine would wait for it without a word.
  new ServerFile(`${name}/config.alloy`, made.apply(({ document }) => document?.files["config.alloy"] ?? ""), { parent });
  if (spec.promtail) new PromtailFile(`${name}/promtail`, spec.promtail, { parent });
  return made.apply(({ document, problems }) => {
    if (!document) throw new SpecError(problems);
    return document;
  });
}

function attempt(make: () => AgentDocument): { document?: AgentDocument; problems: string[] } {
  try {
    return { document: make(), problems: [] };
  } catch (error) {
    if (error instanceof SpecError) return { problems: error.problems };
    throw error;
  }
}
