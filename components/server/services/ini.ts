export type Section = Record<string, string | number | boolean>;

/** Sections of an INI file. */
export type Ini = Record<string, Section>;

export function ini(sections: Ini): string {
  return Object.entries(sections)
    .map(([section, values]) => `[${section}]\n${Object.entries(values).map(([key, value]) => `${key} = ${value}\n`).join("")}`)
    .join("\n");
}
