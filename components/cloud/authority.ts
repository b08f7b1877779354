import type * as pulumi from "@pulumi/pulumi";
import { PrivateKey } from "@pulumi/tls/privateKey";
import { SelfSignedCert } from "@pulumi/tls/selfSignedCert";
import { caCertificate, caKey } from "../server/generated-secrets";
import { Tls, type ResolvedSpec } from "../server/spec";
import type { SecretArgs } from "../server/secrets-resource";

/** The server's authority: its secrets, and its certificate for those who are to trust it; empty without one. */
export interface Authority {
  secrets: NonNullable<SecretArgs["secrets"]>;
  certificate: pulumi.Input<string>;
}

/** Secrets that {@link authority} makes. */
export function madeByAuthority(spec: ResolvedSpec, args: SecretArgs): string[] {
  return spec.tls === Tls.givenCa && !isGiven(args) ? [caCertificate, caKey] : [];
}

function isGiven({ secrets }: SecretArgs): boolean {
  return secrets?.[caCertificate] !== undefined || secrets?.[caKey] !== undefined;
}

const tenYears = 87_600;

/** With `tls: "given-ca"`: the given authority, else one that is made here, so that agents can trust a server before it boots. */
export function authority(parent: pulumi.Resource, name: string, spec: ResolvedSpec, args: SecretArgs): Authority {
  if (spec.tls !== Tls.givenCa) return { secrets: {}, certificate: "" };
  if (isGiven(args)) return { secrets: {}, certificate: args.secrets?.[caCertificate] ?? "" };
  const key = new PrivateKey(`${name}-ca-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, { parent });
  const certificate = new SelfSignedCert(
    `${name}-ca`,
    {
      privateKeyPem: key.privateKeyPem,
      subject: { commonName: `${name} monitoring` },
      isCaCertificate: true,
      allowedUses: ["cert_signing", "crl_signing"],
      validityPeriodHours: tenYears,
    },
    { parent },
  );
  return { secrets: { [caCertificate]: certificate.certPem, [caKey]: key.privateKeyPem }, certificate: certificate.certPem };
}
