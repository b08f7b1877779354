/**
 * STAND-IN for the Azure CLI, as far as a stack calls it: `az account show`, and `az snapshot create` of a disk that is there
 * and on no machine. The test's setting "az" says "signed out" where nobody is signed in.
 */
import { types, idOf } from "./azure-types";
import { Cloud, folderVariable } from "./cloud";

function main([group, verb, ...rest]: string[], cloud: Cloud): string | undefined {
  if (cloud.setting<string>("az") === "signed out") return "ERROR: Please run 'az login' to setup account.";
  if (group === "account" && verb === "show") return undefined;
  if (group !== "snapshot" || verb !== "create") return `this stand-in does not know az ${group} ${verb}`;
  const of = (option: string) => rest[rest.indexOf(option) + 1]!;
  const disk = cloud.find(types.disk, of("--source"));
  if (!disk) return `ERROR: (ResourceNotFound) ${of("--source")}`;
  if (cloud.all(types.machine).some(({ inputs }) => JSON.stringify(inputs).includes(disk.id))) return `ERROR: a machine still writes to ${disk.id}`;
  const name = of("--name");
  cloud.put({
    type: types.snapshot,
    id: idOf(of("--resource-group"), `Microsoft.Compute/snapshots/${name}`),
    inputs: { name, source: disk.id, location: of("--location"), tags: rest.slice(rest.indexOf("--tags") + 1, rest.indexOf("--output")) },
  });
  return undefined;
}

const failure = main(process.argv.slice(2), new Cloud(process.env[folderVariable]!));
if (failure !== undefined) {
  console.error(failure);
  process.exitCode = 1;
}
