import * as pulumi from "@pulumi/pulumi";
import { RandomBytes } from "@pulumi/random/randomBytes";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { closest } from "fastest-levenshtein";
import { grafanaAdminPassword, grafanaSecretKey, isGenerated } from "./generated-secrets";
import { secretVersions } from "./secret-versions";
import { SpecError } from "./spec-error";

/** What a user says of the secrets of a server. */
export interface SecretArgs {
  /** Values of secrets by name, such as `tls-certificate` and `tls-key` with `tls: "given"`. Tokens and passwords that are not given are made. @default {} */
  secrets?: Record<string, pulumi.Input<string>>;
  /** A made secret gets a new value when its text here changes, such as { "push-default": "2026-11" }. @default {} */
  rotate?: Record<string, string>;
}

/** The secrets of a server, by the names that its plan asks for. */
export interface ServerSecrets {
  /** Each by itself, so that a preview tells which one changes. Secret. */
  each: Record<string, pulumi.Output<string>>;
  values: pulumi.Output<Record<string, string>>;
  /** Plain: tells when a value changed and nothing about it. */
  versions: pulumi.Output<Record<string, string>>;
  /** Tokens of the clients, by name. */
  tokens: pulumi.Output<{ push: Record<string, string>; read: Record<string, string> }>;
  /** Empty on a server without Grafana. */
  adminPassword: pulumi.Output<string>;
}

/** Secrets that stay as they are, with the reason. */
const neverRotated: Record<string, string> = {
  [grafanaSecretKey]: "Grafana's database is encrypted with it.",
};

/** What is wrong with the given secrets and rotations, for a plan that needs these: one line each. `provided` are made by the component itself. */
export function secretProblems(needed: string[], args: SecretArgs, provided: string[] = []): string[] {
  const given = [...Object.keys(args.secrets ?? {}), ...provided];
  const rotatable = needed.filter(name => isGenerated(name) && !neverRotated[name] && !given.includes(name));
  return [
    ...needed.filter(name => !isGenerated(name) && !given.includes(name)).map(name => `secrets.${name}: missing. This server needs it: secrets: { ${JSON.stringify(name)}: config.requireSecret(...) }.`),
    ...given.filter(name => !needed.includes(name)).map(name => unknown(`secrets.${name}`, name, needed)),
    ...Object.keys(args.rotate ?? {}).filter(name => !rotatable.includes(name)).map(name => notRotatable(name, given, rotatable)),
  ];
}

function notRotatable(name: string, given: string[], rotatable: string[]): string {
  if (neverRotated[name]) return `rotate.${name}: this one cannot be rotated: ${neverRotated[name]}`;
  if (given.includes(name)) return `rotate.${name}: its value is given in secrets.${name}. Change it there.`;
  return unknown(`rotate.${name}`, name, rotatable);
}

function unknown(path: string, name: string, known: string[]): string {
  return `${path}: this server has no such secret.${known.length ? ` Did you mean "${closest(name, known)}"? Known: ${known.join(", ")}.` : ""}`;
}

/** Makes what is not given. Throws one {@link SpecError} with everything wrong. */
export function serverSecrets(parent: pulumi.Resource, name: string, needed: string[], args: SecretArgs): ServerSecrets {
  const problems = secretProblems(needed, args);
  if (problems.length) throw new SpecError(problems);
  const each: Record<string, pulumi.Output<string>> = Object.fromEntries(needed.map(secret => [secret, pulumi.secret(args.secrets?.[secret] ?? made(parent, name, secret, args.rotate?.[secret]))]));
  const key = new RandomBytes(`${name}-version-key`, { length: 32 }, { parent });
  const values = pulumi.secret(pulumi.all(each)) as pulumi.Output<Record<string, string>>;
  return {
    each,
    values,
    versions: pulumi.unsecret(pulumi.all([key.hex, values]).apply(([hex, all]) => secretVersions(hex, all))),
    tokens: values.apply(all => ({ push: ofClients("push", all), read: ofClients("read", all) })),
    adminPassword: pulumi.secret(each[grafanaAdminPassword] ?? ""),
  };
}

function ofClients(kind: "push" | "read", all: Record<string, string>): Record<string, string> {
  const prefix = `${kind}-`;
  return Object.fromEntries(Object.entries(all).filter(([secret]) => secret.startsWith(prefix)).map(([secret, value]) => [secret.slice(prefix.length), value]));
}

function made(parent: pulumi.Resource, name: string, secret: string, rotation: string | undefined): pulumi.Output<string> {
  const keepers = rotation === undefined ? undefined : { rotate: rotation };
  if (secret === grafanaAdminPassword) return new RandomPassword(`${name}-${secret}`, { length: 32, special: false, keepers }, { parent }).result;
  return new RandomBytes(`${name}-${secret}`, { length: 32, keepers }, { parent }).hex;
}
