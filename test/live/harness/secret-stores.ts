import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { bridgeAddress } from "./emulators";
import { audienceOf, googleToken } from "./metadata";

/** Stand-in for a cloud's secret store, of which there is no emulator: reading one secret, with the machine's identity. */
export interface SecretStoreStandIn {
  url: string;
  /** Secrets by their name in the store. */
  values: Record<string, string>;
  /** Rights take some time to arrive: until then everything is refused. */
  granted: boolean;
  /** How often it refused. */
  refused: number;
  stop(): Promise<void>;
}

interface Answer {
  status: number;
  body: object;
}

/** Azure Key Vault: GET /secrets/<name>?api-version=7.4, with the errors of the real one. */
export function startKeyVault(): Promise<SecretStoreStandIn> {
  return start((path, authorization, store) => {
    if (audienceOf(authorization) !== "https://vault.azure.net") return { status: 401, body: { error: { code: "Unauthorized", message: "AKV10022: Invalid audience." } } };
    if (!store.granted) return { status: 403, body: { error: { code: "Forbidden", message: "Caller is not authorized to perform action on resource." } } };
    const name = /^\/secrets\/([0-9a-zA-Z-]+)\?api-version=7\.4$/.exec(path)?.[1] ?? "";
    const value = store.values[name];
    return value === undefined ? { status: 404, body: { error: { code: "SecretNotFound", message: `A secret with (name/id) ${name} was not found in this key vault.` } } } : { status: 200, body: { value, id: `${store.url}/secrets/${name}` } };
  });
}

/** Google Secret Manager: GET /v1/projects/<project>/secrets/<name>/versions/latest:access, with the errors of the real one. */
export function startSecretManager(project: string): Promise<SecretStoreStandIn> {
  return start((path, authorization, store) => {
    if (authorization !== `Bearer ${googleToken}`) return { status: 401, body: { error: { code: 401, status: "UNAUTHENTICATED" } } };
    const name = new RegExp(`^/v1/projects/${project}/secrets/([\\w-]+)/versions/latest:access$`).exec(path)?.[1] ?? "";
    if (!store.granted) return { status: 403, body: { error: { code: 403, status: "PERMISSION_DENIED", message: `Permission 'secretmanager.versions.access' denied for resource '${name}' (or it may not exist).` } } };
    const value = store.values[name];
    return value === undefined ? { status: 404, body: { error: { code: 404, status: "NOT_FOUND" } } } : { status: 200, body: { name, payload: { data: Buffer.from(value).toString("base64") } } };
  });
}

function start(answer: (path: string, authorization: string | undefined, store: SecretStoreStandIn) => Answer): Promise<SecretStoreStandIn> {
  const server = createServer((request, response) => {
    const { status, body } = answer(request.url!, request.headers.authorization, store);
    if (status === 403) store.refused++;
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  const store: SecretStoreStandIn = { url: "", values: {}, granted: true, refused: 0, stop: () => new Promise(done => server.close(() => done())) };
  const host = bridgeAddress();
  return new Promise((resolve, reject) => {
    server.on("error", reject).listen(0, host, () => {
      store.url = `http://${host}:${(server.address() as AddressInfo).port}`;
      resolve(store);
    });
  });
}
