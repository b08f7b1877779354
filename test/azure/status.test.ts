import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { statusReader } from "../../components/azure/status";

const container = { resourceGroupName: "mon", account: "monconf", name: "status" };
const release = "a".repeat(64);
const original = { fetch: globalThis.fetch, now: Date.now };
let signatures: Record<string, string>[] = [];

class Nothing extends pulumi.ComponentResource {
  constructor() {
    super("test:index:Nothing", "nothing");
  }
}

/** A reader whose account answers what `answer` says, with signatures that tell one from the other. */
async function reader(answer: (url: string) => Response | Promise<Response>) {
  signatures = [];
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs as Record<string, unknown> }),
    call: ({ inputs }) => {
      signatures.push(inputs as Record<string, string>);
      return { serviceSasToken: `?sig=secret-${signatures.length}` };
    },
  });
  globalThis.fetch = async url => answer(String(url));
  return statusReader(new Nothing(), container)(release);
}

afterEach(() => Object.assign(globalThis, { fetch: original.fetch }) && (Date.now = original.now));

test("a report is read, one that is not there yet is nothing", async () => {
  const urls: string[] = [];
  const read = await reader(url => (urls.push(url), urls.length === 1 ? new Response("", { status: 404 }) : new Response("report")));
  assert.equal(await read(), undefined);
  assert.equal(await read(), "report");
  assert.deepEqual(urls, Array(2).fill(`https://monconf.blob.core.windows.net/status/status/${release}.json?sig=secret-1`));
});

test("the signature is for reading this container over HTTPS, ends within the hour, and is made anew before", async () => {
  let clock = 1_800_000_000_000;
  Date.now = () => clock;
  const read = await reader(() => new Response("report"));
  await read();
  clock += 19 * 60_000;
  await read();
  assert.equal(signatures.length, 1);
  clock += 2 * 60_000;
  await read();
  assert.equal(signatures.length, 2);
  const { permissions, resource, protocols, canonicalizedResource, sharedAccessStartTime, sharedAccessExpiryTime } = signatures[0]!;
  assert.deepEqual([permissions, resource, protocols, canonicalizedResource], ["r", "c", "https", "/blob/monconf/status"]);
  assert.ok(Date.parse(sharedAccessExpiryTime!) - Date.parse(sharedAccessStartTime!) < 3_600_000);
});

test("what fails is said without the signature", async () => {
  const says = async (answer: () => Response | Promise<Response>) => {
    const read = await reader(answer);
    return read().then(() => assert.fail("it was read"), (error: Error) => (assert.ok(!`${error.message}${String(error.cause)}`.includes("secret-"), error.message), error.message));
  };
  assert.equal(await says(() => new Response("", { status: 403, statusText: "Forbidden" })), "monconf.blob.core.windows.net answered 403 Forbidden");
  const unreachable = Object.assign(new TypeError("fetch failed: https://monconf.blob.core.windows.net/?sig=secret-1"), { cause: { code: "ENOTFOUND" } });
  assert.equal(await says(() => Promise.reject(unreachable)), "monconf.blob.core.windows.net cannot be reached: ENOTFOUND");
});
