import * as pulumi from "@pulumi/pulumi";
import * as runtime from "@pulumi/pulumi/runtime/config";
import { SpecError } from "../components/server/spec-error";

/** Values of the server's secrets, of the configuration key `secrets`, by the names that the server knows them by. */
export function givenSecrets(config: pulumi.Config): Record<string, pulumi.Output<string>> {
  const key = `${config.name}:secrets`;
  const text = pulumi.runtime.allConfig()[key];
  if (text === undefined) return {};
  const mend = "pulumi config set --secret --path 'secrets.<name>' <value>";
  if (!isSecret(key)) throw new SpecError([`secrets: the values are not encrypted. Take them out with: pulumi config rm secrets. Then set each with: ${mend}`]);
  const values = parsed(text);
  const wrong = Object.keys(values).filter(name => typeof values[name] !== "string" || values[name] === "");
  if (wrong.length) throw new SpecError(wrong.map(name => `secrets.${name}: what is given is not a text. Mend it with: ${mend.replace("<name>", name)}`));
  return Object.fromEntries(Object.entries(values as Record<string, string>).map(([name, value]) => [name, pulumi.secret(value)]));
}

/** The SDK has this function and keeps it out of its types. */
function isSecret(key: string): boolean {
  return (runtime as unknown as { isConfigSecret(key: string): boolean }).isConfigSecret(key);
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // The text is a secret: nothing of it is shown.
  }
  throw new SpecError(["secrets: what is given is not an object of names and values. Mend it with: pulumi config rm secrets; pulumi config set --secret --path 'secrets.<name>' <value>"]);
}
