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
import { cloudSystem } from "./harness/server-systems";
import { ensureImages } from "./harness/service-images";

// A new machine as AWS starts it: nothing is installed, user data is all it gets, the rest it fetches with its identity.
const ends: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const end of ends.reverse()) await end();
});

const tokens = { push: token("push"), read: token("read") };
const versions = { "push-default": "a1", "read-default": "b1" };
let good = delivery({ host: "live", cloud: "aws" }, { secretVersions: versions });

const live = suite(async () => {
  const metadata = await startMetadata();
  ends.push(() => metadata.stop());
  const s3 = await startS3("monitoring");
  ends.push(() => s3.stop());
  for (const kind of ["push", "read"] as const) await s3.putParameter(`/lgtm/mon/${kind}-default`, tokens[kind]);
  await deliver(s3, good);
  const machine: Machine = {
    format: 1,
    root: serverRoot,
    store: { kind: "s3", bucket: s3.bucket, prefix: "", region: "us-east-1", endpoint: s3.endpoint },
    secrets: { kind: "ssm", prefix: "/lgtm/mon", region: "us-east-1", endpoint: s3.endpoint },
    dataDisk: null,
  };
  const server = await startServer({
    name: "cloudinit",
    image: "bare",
    system: await cloudSystem(),
    images: await ensureImages(),
    userData: userData(machine),
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

live("no secret is on the disk but encrypted", async ({ server }) => {
  const secrets = Object.values(tokens).flatMap(value => [value, Buffer.from(`default:${value}`).toString("base64"), Buffer.from(value).toString("base64")]);
  const found = await server.tryExec(`grep -rlFf /dev/stdin ${serverRoot} /etc /var/lib/cloud /var/lib/systemd /var/log`, { input: secrets.join("\n") });
  assert.equal(found.stdout, "");
  assert.equal(await server.exec(`stat -c '%a %U' ${serverRoot}/secrets.cache /var/lib/systemd/credential.secret`), "600 root\n400 root");
});

live("while the bucket and the secret store are away the last good release runs, also over a reboot", async ({ server, s3 }) => {
  const before = await boxes(server);
  s3.pause();
  await server.exec(`systemctl restart ${stage0Unit}`);
  await healthy(server, good, 30);
  assert.deepEqual(touched(before, await boxes(server)), []);
  await server.reboot();
  await healthy(server, good);
  assert.equal(await pushLine(server, tokens.push, "a line without the bucket"), 204);
});

live("when they are back the next release is rolled out, with a rotated token", async ({ server, s3 }) => {
  s3.resume();
  const old = tokens.push;
  tokens.push = token("rotated");
  await s3.putParameter("/lgtm/mon/push-default", tokens.push);
  good = delivery({ host: "live", cloud: "aws", retention: { metrics: "30d" } }, { secretVersions: { ...versions, "push-default": "a2" } });
  const status = await rollOut(s3, good, 600);
  assert.equal(status.result, "applied", `${status.message}\n${await journal(server)}`);
  await findLine(server, tokens.read, "a line without the bucket");
  assert.equal(await pushLine(server, tokens.push, "a line with the new token"), 204);
  assert.equal(await pushLine(server, old, "a line with the old token"), 401);
});
