import { eventually, tryRun } from "./command";
import { docker } from "./engine";
import { hold } from "./folders";
import { ensureServerImage } from "./server-image";

/** Stand-in for a cloud's instance metadata service: version 2 of AWS's, with credentials of a role and nothing else. */
const program = `
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Metadata(BaseHTTPRequestHandler):
    def do_PUT(self):
        self.answer("a-session-token" if self.path == "/latest/api/token" else None)
    def do_GET(self):
        role = "/latest/meta-data/iam/security-credentials/"
        if self.path == "/": return self.answer("metadata stand-in")
        if self.headers.get("X-aws-ec2-metadata-token") != "a-session-token": return self.answer("no session token", 401)
        if self.path == role: return self.answer("monitoring")
        if self.path == role + "monitoring":
            return self.answer(json.dumps({"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "an-example-key",
                                           "Token": "an-example-token", "Expiration": "2099-01-01T00:00:00Z", "LastUpdated": "2020-01-01T00:00:00Z"}))
        self.answer(None)
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
  await docker(["run", "-d", "--name", name, "--cap-add", "NET_ADMIN", "--entrypoint", "bash", await ensureServerImage(), "-ec", `ip addr add ${metadataAddress}/32 dev eth0; exec python3 -c "$0"`, program]);
  await eventually("the stand-in of the metadata service answers", async () => (await tryRun("docker", ["exec", name, "curl", "-fsS", `http://${metadataAddress}/`])).code === 0, { seconds: 60 });
  return {
    ip: await docker(["inspect", "--format", "{{.NetworkSettings.IPAddress}}", name]),
    async stop() {
      await docker(["rm", "-f", name]);
      release();
    },
  };
}
