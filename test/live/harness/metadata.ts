import { eventually, tryRun } from "./command";
import { docker } from "./engine";
import { hold } from "./folders";
import { ensureServerImage } from "./server-image";

/**
 * Stand-in for the clouds' instance metadata services: who asks as AWS's (version 2), Azure's or Google's clients do is given the
 * credentials of a machine's identity, and nothing else. What Azure gives has an audience, as the real one's.
 */
const program = `
import base64, json, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

class Metadata(BaseHTTPRequestHandler):
    def do_PUT(self):
        self.answer("a-session-token" if self.path == "/latest/api/token" else None)
    def do_GET(self):
        if self.path == "/": return self.answer("metadata stand-in")
        if self.path.startswith("/latest/"): return self.aws()
        if self.path.startswith("/metadata/identity/oauth2/token?"): return self.azure(parse_qs(urlsplit(self.path).query))
        if self.path == "/computeMetadata/v1/instance/service-accounts/default/token": return self.google()
        self.answer(None)
    def aws(self):
        role = "/latest/meta-data/iam/security-credentials/"
        if self.headers.get("X-aws-ec2-metadata-token") != "a-session-token": return self.answer("no session token", 401)
        if self.path == role: return self.answer("monitoring")
        if self.path == role + "monitoring":
            return self.answer(json.dumps({"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "an-example-key",
                                           "Token": "an-example-token", "Expiration": "2099-01-01T00:00:00Z", "LastUpdated": "2020-01-01T00:00:00Z"}))
        self.answer(None)
    def azure(self, query):
        if self.headers.get("Metadata") != "true": return self.answer("Required metadata header not specified", 400)
        if query.get("client_id") != [sys.argv[1]]: return self.answer("Identity not found", 400)
        now = int(time.time())
        token = encoded({"alg": "none"}) + "." + encoded({"aud": query["resource"][0], "iss": "https://sts.windows.net/tenant/", "iat": now, "nbf": now - 60, "exp": now + 3600}) + "."
        self.answer(json.dumps({"access_token": token, "expires_in": "3600", "token_type": "Bearer"}))
    def google(self):
        if self.headers.get("Metadata-Flavor") != "Google": return self.answer("Missing Metadata-Flavor:Google header.", 403)
        self.answer(json.dumps({"access_token": sys.argv[2], "expires_in": 3599, "token_type": "Bearer"}))
    def answer(self, text, code=200):
        body = (text or "not found").encode()
        self.send_response(code if text else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass

ThreadingHTTPServer(("0.0.0.0", 80), Metadata).serve_forever()
`;

export const metadataAddress = "169.254.169.254";

/** Client id of the only identity of an Azure machine, and the token of a Google machine's service account. */
export const azureClientId = "5f0c2a4e-0000-4000-8000-000000000001";
export const googleToken = "a-token-of-the-service-account";

/** Whom a token of an Azure machine is for; empty where it is none. */
export function audienceOf(authorization: string | undefined): string {
  const [, claims] = authorization?.replace(/^Bearer /, "").split(".") ?? [];
  return claims ? (JSON.parse(Buffer.from(claims, "base64url").toString()) as { aud: string }).aud : "";
}

export interface Metadata {
  /** Its ordinary address on the bridge, where nothing is blocked. */
  ip: string;
  stop(): Promise<void>;
}

/**
 * The stand-in answers on the link of the servers, outside of them, as a cloud's does: each server of the tests has a route
 * to it, and what its containers send there is forwarded traffic.
 */
export async function startMetadata(): Promise<Metadata> {
  const name = "pulumi-lgtm-test-metadata";
  // Two of them on one link would answer for the same address.
  const release = await hold("metadata");
  await docker(["rm", "-f", name]).catch(() => undefined);
  await docker(["run", "-d", "--name", name, "--cap-add", "NET_ADMIN", "--entrypoint", "bash", await ensureServerImage(), "-ec", `ip addr add ${metadataAddress}/32 dev eth0; exec python3 -c "$0" "$@"`, program, azureClientId, googleToken]);
  await eventually("the stand-in of the metadata service answers", async () => (await tryRun("docker", ["exec", name, "curl", "-fsS", `http://${metadataAddress}/`])).code === 0, { seconds: 60 });
  return {
    ip: await docker(["inspect", "--format", "{{.NetworkSettings.IPAddress}}", name]),
    async stop() {
      await docker(["rm", "-f", name]);
      release();
    },
  };
}
