import { stringify } from "yaml";

/** YAML as the programs' own examples write it: stable order, no line folding, no anchors. */
export function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
