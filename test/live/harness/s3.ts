import { eventually } from "./command";
import { bridgeAddress, startEmulator, type Emulator } from "./emulators";
import { freePort } from "./free-ports";
import type { Store } from "./releases";
import { ensureStoreServers, storeServers } from "./store-servers";

/** Stand-in for S3 and the Parameter Store: moto's server, kept in memory. */
export interface S3 extends Store, Emulator {
  endpoint: string;
  bucket: string;
  /** Writes an encrypted parameter, in place of one that is there. */
  putParameter(name: string, value: string): Promise<void>;
}

/** Listens on the engine's bridge, which only this machine and its containers reach. */
export async function startS3(bucket: string): Promise<S3> {
  await ensureStoreServers();
  const host = bridgeAddress();
  const port = await freePort();
  const emulator = startEmulator(storeServers.moto, ["-H", host, "-p", String(port)]);
  const endpoint = `http://${host}:${port}`;
  // Moto takes any signature; it wants to see one, to know the region and service that are meant.
  const signed = (service: string) => ({ authorization: `AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0` });
  const headers = signed("s3");
  const url = (path: string) => `${endpoint}/${bucket}/${path}`;
  await eventually("moto's server answers", async () => (await fetch(`${endpoint}/${bucket}`, { method: "PUT", headers })).ok, { seconds: 60 });
  return {
    ...emulator,
    endpoint,
    bucket,
    async put(path, content) {
      const answer = await fetch(url(path), { method: "PUT", headers, body: content });
      if (!answer.ok) throw new Error(`PUT ${path}: ${answer.status} ${await answer.text()}`);
    },
    async get(path) {
      const answer = await fetch(url(path), { headers });
      return answer.ok ? answer.text() : undefined;
    },
    async putParameter(name, value) {
      const answer = await fetch(endpoint, {
        method: "POST",
        headers: { ...signed("ssm"), "content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.PutParameter" },
        body: JSON.stringify({ Name: name, Value: value, Type: "SecureString", Overwrite: true }),
      });
      if (!answer.ok) throw new Error(`PutParameter ${name}: ${answer.status} ${await answer.text()}`);
    },
  };
}
