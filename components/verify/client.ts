import * as http from "node:http";
import * as https from "node:https";
import type { TLSSocket } from "node:tls";

export interface Call {
  /** @default "GET" */
  method?: string;
  /** Sent as it is: nothing is normalised. */
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Reply {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** What the certificate says of itself; empty over plain HTTP. */
  certificate: string;
}

/** Calls a gateway. Its certificate must be vouched for by `ca` (PEM), or by the public authorities where `ca` is empty. */
export class Client {
  private readonly secure: https.Agent;

  constructor(readonly ca: string, private readonly timeoutMs = 15_000) {
    this.secure = new https.Agent({ keepAlive: true, maxSockets: 8, ...(ca && { ca }) });
  }

  /** Throws an Error in plain words where there is no HTTP answer. */
  call(base: string, { method = "GET", path, headers = {}, body }: Call): Promise<Reply> {
    const url = new URL(base);
    const secure = url.protocol === "https:";
    const options: https.RequestOptions = {
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port || (secure ? 443 : 80),
      method,
      path,
      headers: { host: url.host, "content-length": Buffer.byteLength(body ?? ""), ...headers },
      timeout: this.timeoutMs,
      ...(secure && { agent: this.secure }),
    };
    return new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException) => reject(Object.assign(new Error(inWords(error, base)), { code: error.code }));
      const request = (secure ? https : http).request(options, response => {
        const parts: Buffer[] = [];
        // At once: when the answer has ended, its socket may be another request's.
        const certificate = secure ? certificateOf(response.socket as TLSSocket) : "";
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", fail);
        response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts).toString("utf8"), certificate }));
      });
      request.on("timeout", () => request.destroy(Object.assign(new Error("timeout"), { code: "ETIMEDOUT" })));
      request.on("error", fail);
      request.end(body);
    });
  }

  close(): void {
    this.secure.destroy();
  }
}

function certificateOf(socket: TLSSocket): string {
  const { issuer, valid_to } = socket.getPeerCertificate();
  return `certificate of ${issuer?.CN ?? issuer?.O ?? "an unnamed authority"}, valid until ${valid_to}`;
}

function inWords(error: NodeJS.ErrnoException, base: string): string {
  const words: Record<string, string> = {
    ECONNREFUSED: "nobody listens there",
    ECONNRESET: "the connection was cut",
    ETIMEDOUT: "no answer in time",
    ENOTFOUND: "the name is not known",
    ERR_TLS_CERT_ALTNAME_INVALID: "the certificate is for other names",
    CERT_HAS_EXPIRED: "the certificate has expired",
    DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is not of the authority in the contract",
    SELF_SIGNED_CERT_IN_CHAIN: "the certificate is not of the authority in the contract",
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate is not of the authority in the contract",
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the certificate is not of the authority in the contract",
    CERT_SIGNATURE_FAILURE: "the certificate is not of the authority in the contract",
  };
  return `${base}: ${words[error.code ?? ""] ?? error.message}${error.code ? ` (${error.code})` : ""}`;
}
