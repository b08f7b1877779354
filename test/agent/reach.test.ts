import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, it } from "node:test";
import { checkout } from "../checkout";

const program = join(checkout, "components/agent/on-server");

/** Runs a few lines of Python beside the agent's installer. */
function python(lines: string): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("python3", ["-B", "-c", `import sys\nsys.path.insert(0, ${JSON.stringify(program)})\nimport failed, reach\ntry:\n${lines.replace(/^/gm, "    ")}\nexcept failed.Failed as error:\n    print("refused: %s" % error)\n    sys.exit(1)`]);
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.on("error", reject);
    child.on("close", code => resolve({ code, said }));
  });
}

/** What is said of a server that answers so. */
async function saidOf(answer: (response: ServerResponse, authorization: string | undefined) => void, lines = (url: string) => `reach.check({"url": ${JSON.stringify(url)}, "client": "orders"}, None, "secret")`) {
  const server = createServer((request, response) => answer(response, request.headers.authorization));
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  try {
    return await python(lines(`http://127.0.0.1:${(server.address() as AddressInfo).port}/otlp/v1/metrics`));
  } finally {
    server.close();
  }
}

const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString();

describe("before anything is touched on a server, the monitoring server is asked", () => {
  it("and nothing is said when it takes the token", async () => {
    assert.deepEqual(await saidOf((response, authorization) => response.writeHead(authorization === "Bearer secret" ? 200 : 401).end()), { code: 0, said: "" });
  });

  it("a token that it does not know is refused", async () => {
    const { code, said } = await saidOf(response => response.writeHead(401).end());
    assert.equal(code, 1);
    assert.match(said, /^refused: The monitoring server refuses the token \(401 at http:\S+\)\. Is it that of its push client 'orders'/);
    assert.doesNotMatch(said, /secret/);
  });

  it("a server that is away or overloaded is waited for", async () => {
    assert.match((await saidOf(response => response.writeHead(502).end())).said, /^note: the monitoring server takes nothing now \(502 /);
    const { code, said } = await python('reach.check({"url": "http://127.0.0.1:1/", "client": "orders"}, None, "secret")');
    assert.equal(code, 0);
    assert.match(said, /^note: the monitoring server cannot be reached at http:\/\/127\.0\.0\.1:1\/: .*refused/);
  });

  it("something else at its address is refused, and the token goes nowhere else", async () => {
    let elsewhere = 0;
    const { code, said } = await saidOf(response => (elsewhere++, response.writeHead(302, { location: "/other" }).end()));
    assert.equal(code, 1);
    assert.match(said, /answers 302, as no monitoring server does/);
    assert.equal(elsewhere, 1);
  });

  it("clocks that differ are told, and refused from ten minutes on", async () => {
    const withDate = (seconds: number) => saidOf(response => response.writeHead(200, { date: at(seconds) }).end());
    assert.deepEqual(await withDate(5), { code: 0, said: "" });
    const behind = await withDate(90);
    assert.equal(behind.code, 0);
    assert.match(behind.said, /^note: This server's clock is (89|9\d) seconds behind the monitoring server's\. Let both keep their time by NTP/);
    const ahead = await withDate(-3600);
    assert.equal(ahead.code, 1);
    assert.match(ahead.said, /^refused: This server's clock is 3\d\d\d seconds ahead of the monitoring server's.*What is more than 10 minutes off is refused/);
  });

  it("a certificate that is not valid at this time is a matter of the clock, when the clocks differ", async () => {
    const lines = (url: string) => `class Expired: verify_code, verify_message = 10, "certificate has expired"\nprint(reach.about_certificate(Expired, ${JSON.stringify(url)}))`;
    const skewed = await saidOf((response, authorization) => response.writeHead(authorization ? 500 : 401, { date: at(-90_000) }).end(), lines);
    assert.match(skewed.said, /^refused: This server's clock is 9\d{4} seconds ahead/);
    const right = await saidOf(response => response.writeHead(401).end(), lines);
    assert.match(right.said, /^The certificate at \S+ is not trusted: certificate has expired/);
  });
});
