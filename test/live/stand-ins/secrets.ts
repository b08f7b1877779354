/** Part of the stand-in providers: secrets as the engine passes them to a provider that accepts them. */
const signature = "4dabf18193072939515e22adb298388d";
const secret = "1b47061264138c4ac30d75fd1eb44270";

/** A value without the marks. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const object = value as Record<string, unknown>;
  if (object[signature] === secret) return plain(object["value"]);
  return Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, plain(inner)]));
}

/** A value with the mark, which the engine keeps encrypted. */
export function secretOf(value: unknown): unknown {
  return { [signature]: secret, value };
}
