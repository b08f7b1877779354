/**
 * Part of the stand-in for the clouds: @pulumi/tls 5.6.1. Keys are Node's and certificates those of the machine's `openssl`: they
 * are real. As in the real provider every change replaces.
 */
import { execFileSync } from "node:child_process";
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Properties } from "./cloud";
import { unknown, type Package } from "./resource-type";

function privateKey(inputs: Properties): Properties {
  const curves: Record<string, string> = { P224: "secp224r1", P256: "prime256v1", P384: "secp384r1", P521: "secp521r1" };
  const key =
    inputs["algorithm"] === "ECDSA" ? generateKeyPairSync("ec", { namedCurve: curves[(inputs["ecdsaCurve"] as string | undefined) ?? "P224"]! }).privateKey
    : inputs["algorithm"] === "RSA" ? generateKeyPairSync("rsa", { modulusLength: (inputs["rsaBits"] as number | undefined) ?? 2048 }).privateKey
    : generateKeyPairSync("ed25519").privateKey;
  const type = inputs["algorithm"] === "ECDSA" ? "sec1" : inputs["algorithm"] === "RSA" ? "pkcs1" : "pkcs8";
  return {
    privateKeyPem: key.export({ format: "pem", type: type as "sec1" }).toString(),
    privateKeyPemPkcs8: key.export({ format: "pem", type: "pkcs8" }).toString(),
    publicKeyPem: createPublicKey(key).export({ format: "pem", type: "spki" }).toString(),
    publicKeyOpenssh: inputs["algorithm"] === "RSA" ? openssh(key.export({ format: "pem", type: "pkcs8" }).toString()) : "",
    privateKeyOpenssh: "",
  };
}

/** An RSA key as a line of authorized_keys. */
function openssh(pem: string): string {
  const { n, e } = createPublicKey(createPrivateKey(pem)).export({ format: "jwk" }) as { n: string; e: string };
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, bytes.length >> 8, bytes.length & 255]), bytes]);
  const number = (text: string) => field(Buffer.concat([Buffer.from([0]), Buffer.from(text, "base64url")]));
  return `ssh-rsa ${Buffer.concat([field(Buffer.from("ssh-rsa")), field(Buffer.from(e, "base64url")), number(n)]).toString("base64")}\n`;
}

const usages: Record<string, string> = { cert_signing: "keyCertSign", crl_signing: "cRLSign", digital_signature: "digitalSignature", key_encipherment: "keyEncipherment" };
const subjectNames: Record<string, string> = { commonName: "CN", organization: "O", organizationalUnit: "OU", country: "C" };

function selfSigned(inputs: Properties): Properties {
  const folder = mkdtempSync(join(tmpdir(), "tls-stand-in-"));
  try {
    writeFileSync(join(folder, "key.pem"), inputs["privateKeyPem"] as string, { mode: 0o600 });
    const subject = Object.entries((inputs["subject"] as Record<string, string> | undefined) ?? {}).map(([key, value]) => `/${subjectNames[key] ?? key}=${value}`).join("");
    const usage = ((inputs["allowedUses"] as string[] | undefined) ?? []).map(use => usages[use]).filter(Boolean);
    const names = [...((inputs["dnsNames"] as string[] | undefined) ?? []).map(name => `DNS:${name}`), ...((inputs["ipAddresses"] as string[] | undefined) ?? []).map(ip => `IP:${ip}`)];
    const extensions = [...(inputs["isCaCertificate"] === true ? ["basicConstraints=critical,CA:TRUE"] : []), ...(usage.length ? [`keyUsage=critical,${usage.join(",")}`] : []), ...(names.length ? [`subjectAltName=${names.join(",")}`] : [])];
    const days = Math.ceil((inputs["validityPeriodHours"] as number) / 24);
    execFileSync("openssl", ["req", "-x509", "-new", "-key", "key.pem", "-out", "certificate.pem", "-days", String(days), "-subj", subject || "/", ...extensions.flatMap(extension => ["-addext", extension])], { cwd: folder, stdio: "pipe" });
    return { certPem: readFileSync(join(folder, "certificate.pem"), "utf8"), readyForRenewal: false };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const tls: Package = {
  version: "5.6.1",
  region: "",
  declarations: token => join(dirname(require.resolve("@pulumi/tls/package.json")), `${token.split(":")[1]!.replace("index/", "")}.d.ts`),
  resources: {
    "tls:index/privateKey:PrivateKey": {
      replaces: ["algorithm", "ecdsaCurve", "rsaBits"],
      id: (_inputs, random) => random,
      outputs: (inputs, id) => (id === unknown ? privateKeyNames : privateKey(inputs)),
    },
    "tls:index/selfSignedCert:SelfSignedCert": {
      replaces: ["allowedUses", "dnsNames", "ipAddresses", "isCaCertificate", "privateKeyPem", "setAuthorityKeyId", "setSubjectKeyId", "subject", "uris", "validityPeriodHours"],
      id: (_inputs, random) => random,
      outputs: (inputs, id) => (id === unknown ? { certPem: "", readyForRenewal: false, validityStartTime: "", validityEndTime: "" } : selfSigned(inputs)),
    },
  },
  functions: {},
};

const privateKeyNames = Object.fromEntries(["privateKeyPem", "privateKeyPemPkcs8", "publicKeyPem", "publicKeyOpenssh", "privateKeyOpenssh", "publicKeyFingerprintMd5", "publicKeyFingerprintSha256"].map(key => [key, ""]));
