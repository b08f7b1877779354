import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unsignedToken } from "../stand-ins/cloud-network";
import { eventually, run } from "./command";
import { bridgeAddress, startEmulator, type Emulator } from "./emulators";
import { freePort } from "./free-ports";
import type { Store } from "./releases";
import { selfSigned } from "./self-signed";
import { azuriteAccount, ensureStoreServers, storeServers } from "./store-servers";

/** Stand-in for Azure Blob Storage: Azurite with TLS, which takes tokens of an identity for the right audience, whoever signed them. */
export interface AzureBlob extends Store, Emulator {
  endpoint: string;
  account: string;
  container: string;
  /** What a server needs to trust it: path and text of a certificate. */
  trust: Record<string, string>;
}

const account = azuriteAccount.name;

export async function startAzureBlob(container: string): Promise<AzureBlob> {
  await ensureStoreServers();
  const host = bridgeAddress();
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "pulumi-lgtm-test-azurite-"));
  const { key, certificate: cert } = await selfSigned(folder, [`IP:${host}`]);
  const ca = readFileSync(cert, "utf8");
  const hash = await run("openssl", ["x509", "-in", cert, "-noout", "-subject_hash"]);
  const emulator = startEmulator(process.execPath, [storeServers.azurite, "--blobHost", host, "--blobPort", String(port), "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--oauth", "basic", "--cert", cert, "--key", key]);
  const endpoint = `https://${host}:${port}/${account}`;
  const ask = (method: string, path: string, headers: Record<string, string> = {}, body = "") =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const own = { authorization: `Bearer ${unsignedToken("https://storage.azure.com")}`, "x-ms-version": "2021-08-06", "x-ms-date": new Date().toUTCString(), "content-length": Buffer.byteLength(body) };
      const sent = request(`${endpoint}/${container}${path}`, { method, ca, headers: { ...own, ...headers } }, response => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => resolve({ status: response.statusCode!, text: Buffer.concat(chunks).toString() }));
      });
      sent.on("error", reject).end(body);
    });
  await eventually("Azurite answers", async () => (await ask("PUT", "?restype=container")).status === 201, { seconds: 60 });
  return {
    ...emulator,
    endpoint,
    account,
    container,
    trust: { [`/etc/ssl/certs/${hash}.0`]: ca },
    async put(path, content) {
      const { status, text } = await ask("PUT", `/${path}`, { "x-ms-blob-type": "BlockBlob", "content-type": "application/json" }, content);
      if (status !== 201) throw new Error(`PUT ${path}: ${status} ${text}`);
    },
    async get(path) {
      const { status, text } = await ask("GET", `/${path}`);
      return status === 200 ? text : undefined;
    },
    async stop() {
      await emulator.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
