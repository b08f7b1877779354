import { gzipSync } from "node:zlib";
import type { ServerContract } from "../server/contract";
import { SpecError } from "../server/spec-error";
import { yaml } from "../server/yaml";
import { selfServingDocument } from "./document";
import { agentFiles } from "./script";
import { setupTimer, setupUnit, setupUnits } from "./setup-units";
import type { AgentSpec } from "./spec";

/** cloud-init user data, in the form that each cloud takes. */
export interface AgentUserData {
  /** For GCP's metadata key `user-data`, or as a part of a multi-part text. */
  text: string;
  /** Compressed: AWS's `userDataBase64` and launch templates (16 KiB), Azure's `customData` (64 KiB). */
  base64: string;
}

/**
 * User data that puts the agent on a new machine, unattended. Holds no secret: the machine reads its token with its own
 * identity, which must be allowed to (`server.secretStore` and the secret `push-<client>`), and again twice an hour, so that a
 * rotated one is taken.
 */
export function agentUserData(spec: AgentSpec, server: ServerContract): AgentUserData {
  if (spec.promtail) throw new SpecError(["promtail: a new machine has no Promtail to take over. Leave it out; agents of machines that run have it."]);
  const document = selfServingDocument(spec, server);
  const config = {
    write_files: [...agentFiles(document), ...setupUnits()].map(({ path, mode, text }) => ({ path, permissions: `0${mode}`, content: text })),
    runcmd: [
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", "--now", setupTimer],
      // Not waited for: the machine's own start must not depend on a monitoring server.
      ["systemctl", "start", "--no-block", setupUnit],
    ],
  };
  const text = `#cloud-config\n${yaml(config, 1)}`;
  return { text, base64: gzipSync(text, { level: 9 }).toString("base64") };
}
