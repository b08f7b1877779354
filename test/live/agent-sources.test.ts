import assert from "node:assert/strict";
import { after } from "node:test";
import { agentScene, eventually, identityOf, type AgentScene } from "./agent-scene";
import { suite, withoutJournal } from "./harness/requirements";

// What an agent reads beside files: containers, the journal, applications behind TLS, what programs send on the loopback.
let scene: AgentScene | undefined;
const step = suite(async () => (scene = await agentScene("sources-1", "server")));
after(() => scene?.end());

const labelsOf = (service_name: string) => ({ environment: "prod", cloud: "aws", host: "sources-1", service_name });

step("takes what every source has, with node_exporter on port 443 of the loopback", async ({ server, up, find }) => {
  await certificate(server, "own");
  await certificate(server, "strange");
  for (const [port, name] of [[8443, "own"], [8444, "strange"], [8445, "strange"]] as const) await serveMetrics(server, port, name);
  await containers(server);
  const ca = `${await server.exec("cat /srv/own.pem")}\n`;
  const https = { scheme: "https", path: "/metrics" } as const;
  await up({
    docker: true,
    journal: { units: ["till.service"] },
    nodeExporterPort: 443,
    receivers: { zipkin: 9411 },
    applications: [{ service: "checked", port: 8443, ca, ...https }, { service: "skipped", port: 8444, insecureSkipVerify: true, ...https }, { service: "refused", port: 8445, ca, ...https }],
  });
  await eventually("node_exporter's metrics are there", async () => (await find.metrics('node_memory_MemTotal_bytes{host="sources-1"}')).length === 1, { seconds: 90 });
});

step("applications behind TLS are scraped where their certificate is trusted, or where nobody is to look at it", async ({ find }) => {
  const up = async (service: string) => (await find.metrics(`up{service_name="${service}"}`))[0]?.value;
  await eventually("all three were asked", async () => (await up("refused")) !== undefined && (await up("checked")) === 1 && (await up("skipped")) === 1, { seconds: 60 });
  assert.equal(await up("refused"), 0);
  const [sold] = await find.metrics('sold_total{service_name="checked"}');
  assert.deepEqual([identityOf(sold!.metric), sold!.value], [labelsOf("checked"), 8443]);
});

step("containers' logs are there under the container's or the Compose service's name, JSON with its level, also across a restart of the agent", async ({ server, find }) => {
  const lines = (service: string) => find.logs(`{host="sources-1", service_name="${service}"}`);
  const [line] = await eventually("the lines of shop are there", async () => {
    const found = await lines("shop");
    return found.length > 0 && found;
  }, { seconds: 60 });
  assert.deepEqual([identityOf(line!.labels), line!.labels.detected_level], [labelsOf("shop"), "error"]);
  await eventually("the lines of the Compose service are there", async () => (await lines("basket")).length > 0, { seconds: 30 });
  assert.deepEqual(await lines("project-basket-1"), []);
  await server.exec("systemctl restart lgtm-agent; docker stop -t 1 shop >/dev/null");
  const written = Number(await server.exec("docker logs shop 2>&1 | wc -l"));
  await eventually("no line is missing, none is there twice", async () => (await lines("shop")).length === written, { seconds: 60 });
  assert.equal(new Set((await lines("shop")).map(({ line }) => line)).size, written);
});

step("Zipkin's and OTLP's spans get the machine's labels", async ({ server, find }) => {
  const traceId = "463ac35c9f6413ad48485a3953bb6124";
  const span = [{ traceId, id: "a2fb4a1d1a96d312", name: "get /basket", kind: "SERVER", timestamp: Date.now() * 1000, duration: 5000, localEndpoint: { serviceName: "basket" } }];
  await server.copyIn("/root/span.json", JSON.stringify(span));
  await server.exec("curl -fsS -H 'Content-Type: application/json' --data-binary @/root/span.json http://127.0.0.1:9411/api/v2/spans");
  await eventually("the span is there", async () => {
    const trace = JSON.stringify(await find.get(`/tempo/api/traces/${traceId}`).catch(() => ({})));
    return /"key":"service.name","value":\{"stringValue":"basket"\}/.test(trace) && /"key":"host","value":\{"stringValue":"sources-1"\}/.test(trace) && /"key":"environment","value":\{"stringValue":"prod"\}/.test(trace);
  }, { seconds: 60 });
});

step("units' lines of the journal are there under the unit's name", async ({ server, find }, context) => {
  if (withoutJournal(context)) return;
  await server.exec("systemd-run --quiet --unit=till sh -c 'echo the till is open; echo it cannot be closed >&2'; systemd-run --quiet --unit=other echo not wanted");
  const found = await eventually("the lines are there", async () => {
    const lines = await find.logs('{host="sources-1"} |~ "the till|cannot be closed|not wanted"');
    return lines.length >= 2 && lines;
  }, { seconds: 60 });
  assert.deepEqual(found.map(({ line }) => line).sort(), ["it cannot be closed", "the till is open"]);
  assert.deepEqual(identityOf(found[0]!.labels), labelsOf("till"));
});

step("nothing of it listens on a public address, and nothing but the stop runs as root", async ({ server }) => {
  const ours = (await server.exec("ss -Hltnp | grep -E 'alloy|node_exporter' | awk '{print $4}'")).split("\n").sort();
  assert.deepEqual(ours, ["127.0.0.1:12346", "127.0.0.1:4317", "127.0.0.1:4318", "127.0.0.1:443", "127.0.0.1:9411"]);
  assert.doesNotMatch(await server.exec("ps -o user= -C alloy,node_exporter"), /root/);
});

step("what does not fit into the buffer is refused to the program and counted, and what fits is there when the server is back", async ({ server, monitoring, find, up }) => {
  await up({ bufferMiB: 64 });
  await monitoring.kill("caddy");
  const id = (i: number) => i.toString(16).padStart(32, "0");
  await server.copyIn("/srv/spans.py", `
import json, urllib.error, urllib.request
for i in range(1, 200):
    span = {"traceId": "%032x" % i, "spanId": "%016x" % i, "name": "x"}
    body = json.dumps({"resourceSpans": [{"resource": {"attributes": [{"key": "long", "value": {"stringValue": "x" * 300000}}]}, "scopeSpans": [{"spans": [span]}]}]}).encode()
    try:
        urllib.request.urlopen(urllib.request.Request("http://127.0.0.1:4318/v1/traces", body, {"Content-Type": "application/json"}), timeout=30).read()
    except urllib.error.HTTPError as error:
        print(i, error.code)
        break
`);
  const [refused, code] = (await server.exec("python3 /srv/spans.py", { seconds: 120 })).split(" ").map(Number);
  // Half of the buffer is for what waits; the other half is for the copy in which its file is made small again.
  assert.ok(refused! > 100 && refused! < 125, `the ${refused}. of 300 kB`);
  assert.equal(code, 503);
  assert.match(await server.exec("curl -sS http://127.0.0.1:12346/metrics | grep ^otelcol_exporter_enqueue_failed_spans_total"), / 1$/);
  assert.ok(Number(await server.exec("du -sm /var/lib/lgtm-agent/data/otelcol.storage.file.buffer | cut -f1")) <= 64);
  await monitoring.revive("caddy");
  for (const i of [1, refused! - 1]) await eventually(`span ${i} is there`, () => find.get(`/tempo/api/traces/${id(i)}`).then(() => true, () => false), { seconds: 120 });
});

type Server = AgentScene["server"];

async function certificate(server: Server, name: string): Promise<void> {
  await server.exec(`cd /srv && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ${name}.key -out ${name}.pem -days 2 -subj /CN=${name} -addext subjectAltName=IP:127.0.0.1`);
}

/** An application of one metric, whose value is its port. */
async function serveMetrics(server: Server, port: number, certificate: string): Promise<void> {
  await server.copyIn("/srv/metrics.py", `
import http.server, ssl, sys
class Metrics(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"# TYPE sold_total counter\\nsold_total %d\\n" % self.server.server_port
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Metrics)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/srv/%s.pem" % sys.argv[2], "/srv/%s.key" % sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
`);
  await server.exec(`systemd-run --quiet --unit=metrics-${port} python3 /srv/metrics.py ${port} ${certificate}`);
}

/** Two containers of the server's own engine, of an image with a shell and no more. */
async function containers(server: Server): Promise<void> {
  await server.exec("tar -chf - /bin/sh /bin/sleep $(ldd /bin/sh /bin/sleep | grep -o '/[^ :]*' | grep '\\.so' | sort -u) 2>/dev/null | docker import - small >/dev/null");
  const loop = (text: string) => `i=0; while :; do echo "${text}"; i=$((i+1)); sleep 1; done`;
  await server.copyIn("/srv/shop.sh", loop('{\\"level\\":\\"ERROR\\",\\"message\\":\\"order $i failed\\"}'));
  await server.copyIn("/srv/basket.sh", loop("basket $i is empty"));
  for (const [name, more] of [["shop", ""], ["project-basket-1", "--label com.docker.compose.service=basket"]] as const)
    await server.exec(`docker run -d --name ${name} --network none ${more} -v /srv/${name === "shop" ? "shop" : "basket"}.sh:/run.sh:ro small /bin/sh /run.sh`);
}
