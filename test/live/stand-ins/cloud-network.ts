import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, request as httpsRequest } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { selfSigned } from "../harness/self-signed";

/** Who answers for a host name: a server of the loopback, or a function. */
export type Answerer = { port: number; tls?: true } | ((request: IncomingMessage, response: ServerResponse, body: string) => void);

/** What a machine of the cloud is given by its metadata service. */
export interface Identity {
  /** Keys of the machine's role on AWS. */
  aws?: { AccessKeyId: string; SecretAccessKey: string; Token: string };
  /** Client id of the user-assigned identity on Azure; another one gets nothing. */
  azureClientId?: string;
}

/** Stand-in of a cloud's network as one machine sees it. */
export interface CloudNetwork {
  /** By these alone a Go program meets the stand-ins: its configuration has the clouds' own host names and no key. */
  env: Record<string, string>;
  /** Where the metadata service answers, as a host and port. */
  metadata: string;
  certificate: string;
  key: string;
  /** Requests that were answered, as "<method> <host><path and query, decoded>". */
  seen: string[];
  stop(): Promise<void>;
}

/**
 * Host names of the clouds lead to stand-ins on the loopback: through a proxy, which ends TLS with a certificate of the test's
 * own, and answers as the metadata service at its address.
 */
export async function startCloudNetwork(hosts: Record<string, Answerer>, identity: Identity): Promise<CloudNetwork> {
  const folder = mkdtempSync(join(tmpdir(), "lgtm-network-"));
  const names = Object.keys(hosts).flatMap(host => [`DNS:${host}`, `DNS:*.${host}`]);
  const { key, certificate } = await selfSigned(folder, [...names, "IP:127.0.0.1"]);
  const seen: string[] = [];

  const answer = (host: string, request: IncomingMessage, response: ServerResponse) => {
    seen.push(`${request.method} ${host}${decodeURIComponent(request.url!)}`);
    const name = Object.keys(hosts).find(known => host === known || host.endsWith(`.${known}`));
    const answerer = name === undefined ? metadataService(identity) : hosts[name]!;
    if (typeof answerer === "function") return void bodyOf(request).then(body => answerer(request, response, body));
    const options = { host: "127.0.0.1", port: answerer.port, method: request.method, path: request.url, headers: { ...request.headers, host }, rejectUnauthorized: false };
    const onwards = (answerer.tls ? httpsRequest : httpRequest)(options, from => {
      response.writeHead(from.statusCode!, from.rawHeaders);
      from.pipe(response);
    });
    onwards.on("error", error => response.destroy(error));
    request.pipe(onwards);
  };

  const tls = createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => answer(request.headers.host!.split(":")[0]!, request, response));
  const proxy = createServer((request, response) => {
    const url = new URL(request.url!, "http://169.254.169.254");
    request.url = url.pathname + url.search;
    answer(url.hostname, request, response);
  });
  const open = new Set<Socket>();
  const remember = (socket: Socket) => void open.add(socket.once("close", () => open.delete(socket)));
  proxy.on("connection", remember);
  // It owns the connection below it from then on.
  tls.on("secureConnection", remember);
  proxy.on("connect", (_, socket) => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    tls.emit("connection", socket);
  });
  await new Promise<void>(resolve => proxy.listen(0, "127.0.0.1", resolve));
  const metadata = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return {
    // Google's client of the metadata service takes no proxy, the AWS SDK's one no plain one.
    env: { HTTP_PROXY: `http://${metadata}`, HTTPS_PROXY: `http://${metadata}`, SSL_CERT_FILE: certificate, GCE_METADATA_HOST: metadata, AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://${metadata}` },
    metadata,
    certificate,
    key,
    seen,
    async stop() {
      const closed = new Promise(resolve => proxy.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** IMDSv2 of AWS (a session token is demanded), Azure's identity endpoint, and Google's metadata server. */
function metadataService({ aws, azureClientId }: Identity): Answerer {
  return (request, response, _body) => {
    const url = new URL(request.url!, "http://169.254.169.254");
    const say = (status: number, content: object | string = "") => void response.writeHead(status, { "content-type": typeof content === "string" ? "text/plain" : "application/json", "metadata-flavor": "Google" }).end(typeof content === "string" ? content : JSON.stringify(content));
    const role = "/latest/meta-data/iam/security-credentials/";
    if (url.pathname === "/latest/api/token") {
      // AWS' own SDK wants to know how long it lives.
      response.setHeader("x-aws-ec2-metadata-token-ttl-seconds", "21600");
      return say(request.method === "PUT" ? 200 : 405, "a-session-token");
    }
    if (url.pathname.startsWith(role)) {
      if (request.headers["x-aws-ec2-metadata-token"] !== "a-session-token" || !aws) return say(401);
      if (url.pathname === role) return say(200, "the-role");
      return say(200, { Code: "Success", Type: "AWS-HMAC", LastUpdated: "2020-01-01T00:00:00Z", Expiration: new Date(Date.now() + 6 * 3_600_000).toISOString().replace(/\.\d+/, ""), ...aws });
    }
    if (url.pathname === "/metadata/identity/oauth2/token") {
      if (request.headers.metadata !== "true" || url.searchParams.get("client_id") !== azureClientId) return say(400, { error: "invalid_request" });
      return say(200, { access_token: unsignedToken(url.searchParams.get("resource")!), client_id: azureClientId, expires_in: "86400", expires_on: `${Math.round(Date.now() / 1000) + 86_400}`, token_type: "Bearer", resource: url.searchParams.get("resource") });
    }
    if (request.headers["metadata-flavor"] !== "Google") return say(403);
    if (url.pathname.endsWith("/token")) return say(200, { access_token: "a-google-token", expires_in: 3599, token_type: "Bearer" });
    if (url.pathname.endsWith("/project/project-id")) return say(200, "shop-prod-1");
    return say(404);
  };
}

/** A token as Azure gives out, without a signature that anybody could check; Azurite looks at the rest. */
export function unsignedToken(audience: string): string {
  const now = Math.round(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return [part({ alg: "RS256", typ: "JWT" }), part({ aud: audience.replace(/\/$/, ""), iss: "https://sts.windows.net/00000000-0000-0000-0000-000000000000/", iat: now - 60, nbf: now - 60, exp: now + 86_400 }), "none"].join(".");
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
