import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { it } from "node:test";

/** Stands in for a Tempo 3.0.3, which has no such path; Tempo 2.8 itself is in test/live/move-in.test.ts. */
it("a Tempo that cannot be told to write everything out is not waited for, and that is said", async context => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(404).end("404 page not found\n");
  }).listen(0, "127.0.0.1");
  context.after(() => void server.close());
  await once(server, "listening");
  const text = `import sys; sys.path.insert(0, ${JSON.stringify(join(__dirname, "..", "..", "..", "tools", "move-in"))})
import tempo
class Container:
    def answer(self, *_):
        return "", "http://127.0.0.1:${(server.address() as AddressInfo).port}"
tempo.flush(Container())`;
  const child = spawn("python3", ["-B", "-c", text]);
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, "close")) as [number];
  assert.equal(code, 0, said);
  assert.match(said, /spans of its last minute stay behind\. A run a minute after nobody sends to it any more brings them\./);
  assert.deepEqual(asked, ["POST /shutdown"]);
});
