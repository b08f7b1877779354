import assert from "node:assert/strict";
import { after } from "node:test";
import { serverRoot } from "../../components/server/compose";
import { storePaths } from "../../components/server/release";
import { run } from "./harness/command";
import { boxes, ended, findLine, folderMachine, folderStore, forgetStatus, healthy, install, journal, once, pushLine, putSecrets, token } from "./harness/guest";
import { loopDisk } from "./harness/loop-disk";
import { deliver, delivery } from "./harness/releases";
import { suite } from "./harness/requirements";
import { startServer, type Server } from "./harness/server";
import { ensureImages } from "./harness/service-images";

// A data disk outlives its server: one server prepares it, another one takes it over.
const ends: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const end of ends.reverse()) await end();
});

const tokens = { push: token("push"), read: token("read") };
const good = delivery({ host: "live" });
const machine = (device: string, sizeGiB = 1) => ({ ...folderMachine, dataDisk: { device, sizeGiB } });
const limits = { PULUMI_LGTM_HEALTH_SECONDS: "150" };
/** Where the disk is wrong for good. */
const impatient = { ...limits, PULUMI_LGTM_DISK_SECONDS: "5" };

const live = suite(async () => {
  const disk = await loopDisk(1024);
  ends.push(() => disk.remove());
  const foreign = await loopDisk(1024);
  ends.push(() => foreign.remove());
  const start = async (name: string) => {
    const server = await startServer({ name, images: await ensureImages(), devices: [disk.device, foreign.device] });
    ends.push(() => server.stop());
    await putSecrets(server, { "push-default": tokens.push, "read-default": tokens.read });
    return server;
  };
  return { disk, foreign, start, server: await start("disk-1") };
});

/** Rolls the good release out on a machine with this disk, which must fail; returns what was said. */
async function refusal(server: Server, device: string, sizeGiB = 1): Promise<string> {
  const store = folderStore(server);
  await install(server, machine(device, sizeGiB), impatient);
  await server.exec("systemctl stop pulumi-lgtm.service");
  await forgetStatus(server, good.release);
  await deliver(store, good);
  const { code } = await once(server);
  assert.equal(code, 1);
  // Before the watching one, which tries it again, is stopped: it would leave a report of what it was at.
  const status = await ended(store, good.release);
  await server.exec("systemctl stop pulumi-lgtm.service");
  assert.notEqual(status.result, "applied");
  assert.equal(status.step, "disk");
  assert.deepEqual(await boxes(server), {}, "nothing was started");
  return status.message;
}

live("a data disk that is not there is said to be missing, and nothing is started on the system disk", async ({ server }) => {
  assert.match(await refusal(server, "/dev/loop-that-is-not-there"), /\/dev\/loop-that-is-not-there is not there/);
});

live("a disk with somebody else's file system is never formatted", async ({ server, foreign }) => {
  await run("mkfs.ext4", ["-q", "-L", "precious", foreign.device]);
  const before = await run("sha256sum", [foreign.file]);
  assert.match(await refusal(server, foreign.device), /precious/);
  assert.equal(await run("sha256sum", [foreign.file]), before);
});

live("a disk that no tool knows but that is not all zeros at its ends is never formatted", async ({ server, foreign }) => {
  await run("wipefs", ["--all", foreign.device]);
  await run("dd", ["if=/dev/zero", `of=${foreign.device}`, "bs=1M", "conv=fsync"]).catch(() => "it is full");
  await run("dd", ["if=/dev/urandom", `of=${foreign.device}`, "bs=1", "count=16", "seek=700000", "conv=notrunc,fsync"]);
  const before = await run("sha256sum", [foreign.file]);
  assert.match(await refusal(server, foreign.device), /not empty/);
  assert.equal(await run("sha256sum", [foreign.file]), before);
});

live("an empty disk of another size than the machine was given is not formatted", async ({ server, disk }) => {
  const before = await run("sha256sum", [disk.file]);
  assert.match(await refusal(server, disk.device, 20), /sizeGiB/);
  assert.equal(await run("sha256sum", [disk.file]), before);
});

live("an empty disk of the right size is formatted and the services' data is on it", async ({ server, disk }) => {
  const store = folderStore(server);
  await install(server, machine(disk.device), limits);
  await forgetStatus(server, good.release);
  await deliver(store, good);
  await server.exec("systemctl restart pulumi-lgtm.service");
  const status = await ended(store, good.release);
  assert.equal(status.result, "applied", `${status.message}\n${status.lastLines.join("\n")}\n${await journal(server)}`);
  assert.equal(await server.exec(`findmnt -n -o SOURCE ${serverRoot}/data`), disk.device);
  assert.equal(await pushLine(server, tokens.push, "a line on the disk"), 204);
  await findLine(server, tokens.read, "a line on the disk");
});

live("after a reboot the services wait for the disk and run on it again", async ({ server, disk }) => {
  const store = folderStore(server);
  await forgetStatus(server, good.release);
  await server.reboot();
  const status = await ended(store, good.release);
  assert.equal(status.result, "applied", status.message);
  await healthy(server, good);
  assert.equal(await server.exec(`findmnt -n -o SOURCE ${serverRoot}/data`), disk.device);
  await findLine(server, tokens.read, "a line on the disk");
});

live("mounted by systemd a moment before, it is taken as it is", async ({ server, disk }) => {
  const store = folderStore(server);
  await server.exec(`systemctl stop pulumi-lgtm.service docker.service docker.socket; umount ${serverRoot}/data`);
  await server.copyIn("/usr/local/sbin/mount", '#!/bin/sh\n/bin/mount "$@" && touch /run/was-first\nexec /bin/mount "$@"\n', "755");
  await forgetStatus(server, good.release);
  await server.exec("systemctl start pulumi-lgtm.service");
  const status = await ended(store, good.release);
  assert.equal(status.result, "applied", `${status.message}\n${status.lastLines.join("\n")}`);
  await server.exec("rm /usr/local/sbin/mount /run/was-first");
  assert.equal(await server.exec(`findmnt -n -o SOURCE ${serverRoot}/data`), disk.device);
});

live("another machine with the same disk, grown meanwhile, finds the data, and has the new space", async ({ server, disk, start }) => {
  await server.exec("systemctl stop pulumi-lgtm.service docker.service docker.socket; sync");
  await server.stop();
  await disk.grow(1536);
  const next = await start("disk-2");
  const store = folderStore(next);
  // The size at its creation stays in machine.json: a larger disk is taken as it is.
  await install(next, machine(disk.device), limits);
  await deliver(store, good);
  const status = await ended(store, good.release);
  assert.equal(status.result, "applied", `${status.message}\n${status.lastLines.join("\n")}\n${await journal(next)}`);
  await findLine(next, tokens.read, "a line on the disk");
  const size = Number(await next.exec(`df --output=size -m ${serverRoot}/data | tail -1`));
  assert.ok(size > 1300, `${size} MiB`);
  assert.ok(await store.get(storePaths.status(good.release)));
});
