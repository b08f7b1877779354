import { join } from "node:path";
import { run } from "./command";

const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];

/** Makes a certificate that nobody else has signed, for names such as "DNS:localhost" and "IP:127.0.0.1". Returns the paths of the key and the certificate. */
export async function selfSigned(folder: string, names: string[]): Promise<{ key: string; certificate: string }> {
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  await run("openssl", [...request, "-subj", "/CN=stand-in", "-addext", `subjectAltName=${names.join(",")}`, "-keyout", key, "-out", certificate]);
  return { key, certificate };
}

/** The certificate of an authority that nothing here is signed by. */
export async function strangeAuthority(): Promise<string> {
  return `${await run("openssl", [...request, "-keyout", "/dev/null", "-subj", "/CN=another"])}\n`;
}
