import { stringify } from "yaml";

/** YAML as the programs' own examples write it: stable order, no line folding, no anchors. */
export function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Values to be written as YAML, by path. */
export function yamlFiles(values: Record<string, object>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([path, value]) => [path, yaml(value)]));
}
