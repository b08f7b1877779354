import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { InstalledFile } from "../server/guest/userdata";
import type { AgentDocument } from "./document";
import { agentFolder, programFolder } from "./layout";

/** Of the monitoring server's own guest: how a machine reads its cloud's secret store. */
const ofTheGuest: Record<string, string[]> = {
  ssm: ["secrets_store.py", "secrets_ssm.py", "sign_s3.py", "store_s3.py", "store_http.py"],
  "key-vault": ["secrets_store.py", "secrets_key_vault.py", "store_http.py", "store_azure.py", "sign_azure.py"],
  "secret-manager": ["secrets_store.py", "secrets_secret_manager.py", "store_http.py", "store_gcs.py"],
};

/** The program that puts the agent on, and its document. Nothing secret. A new machine has no Promtail, and its user data is to be small. */
export function agentFiles(document: AgentDocument): InstalledFile[] {
  const own = join(__dirname, "on-server");
  const guest = join(__dirname, "..", "server", "guest", "apply");
  const program = [
    ...readdirSync(own).filter(name => name.endsWith(".py") && (document.promtail || !document.token || !name.startsWith("promtail"))).sort().map(name => ({ name, folder: own })),
    ...(document.token ? ofTheGuest[document.token.kind]! : []).map(name => ({ name, folder: guest })),
  ];
  return [
    ...program.map(({ name, folder }) => ({ path: `${programFolder}/${name}`, mode: "644", text: narrow(readFileSync(join(folder, name), "utf8"), document.token !== null) })),
    { path: `${agentFolder.config}/agent.json`, mode: "600", text: `${JSON.stringify(document)}\n` },
  ];
}

/** Python without its comments where the way into the machine is narrow: AWS takes 16,384 bytes, and they are a seventh of that. */
function narrow(text: string, wanted: boolean): string {
  return wanted ? text.replace(/^( *)"""[^]*?"""$/gm, '$1""').replace(/^ *#.*\n/gm, "") : text;
}

/** Commands that follow when the files are there. */
export const applyCommand = `python3 -B ${programFolder} apply --document ${agentFolder.config}/agent.json`;
export const removeCommand = `python3 -B ${programFolder} remove`;
