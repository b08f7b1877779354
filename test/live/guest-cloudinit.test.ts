import assert from "node:assert/strict";
import { after } from "node:test";
import { serverRoot } from "../../components/server/compose";
import type { Machine } from "../../components/server/guest/machine";
import { stage0Unit, userData } from "../../components/server/guest/userdata";
import { boxes, ended, findLine, healthy, journal, pushLine, rollOut, token, touched } from "./harness/guest";
import { startMetadata } from "./harness/metadata";
import { deliver, delivery } from "./harness/releases";
import { suite } from "./harness/requirements";
import { startS3 } from "./harness/s3";
import { startServer } from "./harness/server";
import { ensureImages } from "./harness/service-images";

// A new machine as a cloud starts it: nothing is installed, user data is all it gets, the rest it fetches with its identity.
const ends: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const end of ends.reverse()) await end();
});

const tokens = { push: token("push"), read: token("read") };
let good = delivery({ host: "live", cloud: "aws" });

const live = suite(async () => {
  const metadata = await startMetadata();
  ends.push(() => metadata.stop());
  const s3 = await startS3("monitoring");
  ends.push(() => s3.stop());
  await deliver(s3, good);
  const machine: Machine = {
    format: 1,
    root: serverRoot,
    store: { kind: "s3", bucket: s3.bucket, prefix: "", region: "us-east-1", endpoint: s3.endpoint },
    secrets: { kind: "folder", path: `${serverRoot}/secrets` },
    dataDisk: null,
  };
  const server = await startServer({
    name: "cloudinit",
    image: "bare",
    images: await ensureImages(),
    userData: userData(machine),
    files: { [`${serverRoot}/secrets/push-default`]: tokens.push, [`${serverRoot}/secrets/read-default`]: tokens.read },
  });
  ends.push(() => server.stop());
  return { server, s3 };
});

live("cloud-init runs the user data of a new machine unattended, until every service is healthy", async ({ server, s3 }) => {
  const status = await ended(s3, good.release, 900);
  assert.equal(status.result, "applied", `${status.message}\n${status.lastLines.join("\n")}\n${await journal(server)}`);
  assert.match(await server.exec("cloud-init status --wait"), /status: done/);
  assert.match(await server.exec(`journalctl -u ${stage0Unit} --no-pager`), /installing the container engine/);
  await healthy(server, good, 5);
  assert.equal(await pushLine(server, tokens.push, "a line to the new machine"), 204);
  await findLine(server, tokens.read, "a line to the new machine");
});

live("while the bucket is away the last good release runs, also over a reboot", async ({ server, s3 }) => {
  const before = await boxes(server);
  s3.pause();
  await server.exec(`systemctl restart ${stage0Unit}`);
  await healthy(server, good, 30);
  assert.deepEqual(touched(before, await boxes(server)), []);
  await server.reboot();
  await healthy(server, good);
  assert.equal(await pushLine(server, tokens.push, "a line without the bucket"), 204);
});

live("when the bucket is back the next release is rolled out", async ({ server, s3 }) => {
  s3.resume();
  good = delivery({ host: "live", cloud: "aws", retention: { metrics: "30d" } });
  const status = await rollOut(s3, good, 600);
  assert.equal(status.result, "applied", `${status.message}\n${await journal(server)}`);
  await findLine(server, tokens.read, "a line without the bucket");
});
