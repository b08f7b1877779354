import assert from "node:assert/strict";
import { totalmem } from "node:os";
import { serverRoot } from "../../components/server/compose";
import { storePaths } from "../../components/server/release";
import { eventually } from "./harness/command";
import { applied, folderScene } from "./harness/folder-scene";
import { boxes, ended, findLine, forgetStatus, healthy, journal, once, pushLine, rollOut, setLimits, touched } from "./harness/guest";
import { deliver, delivery, edit } from "./harness/releases";

// One server is given everything that can go wrong, in the order of these tests, and keeps running.
const live = folderScene("guest-failures");
/** What the server should run by now. */
let good = delivery({ host: "live" });
const broken = delivery({ host: "live" }, { change: files => edit(files, "config/prometheus/prometheus.yml", /^/, "no_such_key: true\n") });

live("the first release is applied", async scene => {
  await applied(scene, good);
  assert.equal(await pushLine(scene.server, scene.tokens.push, "the first line"), 204);
});

live("a release whose Prometheus file is wrong is refused with promtool's words while the old one runs on", async ({ server, store }) => {
  const before = await boxes(server);
  const status = await rollOut(store, broken);
  assert.equal(status.result, "refused");
  assert.equal(status.step, "validate");
  assert.match(`${status.message}\n${status.lastLines.join("\n")}`, /prometheus refuses[\s\S]*no_such_key/);
  assert.deepEqual(touched(before, await boxes(server)), []);
  assert.ok(!(await server.exec(`cat ${serverRoot}/config/prometheus/prometheus.yml`)).includes("no_such_key"));
  await healthy(server, good, 5);
});

live("the refused release fails again, unchanged, when it is rolled out once more", async ({ server, store }) => {
  const before = await boxes(server);
  const earlier = JSON.parse((await store.get(storePaths.status(broken.release)))!) as { message: string };
  await forgetStatus(server, broken.release);
  const { code, said } = await once(server);
  assert.equal(code, 1, said);
  const status = await ended(store, broken.release);
  assert.equal(status.result, "refused");
  assert.equal(status.message, earlier.message);
  assert.deepEqual(touched(before, await boxes(server)), []);
});

live("a release that passes the checkers but does not become healthy is rolled back, and the status quotes the service", async ({ server, store }) => {
  // Given up sooner than on a real machine; Tempo and Loki need some 20 s.
  await setLimits(server, { PULUMI_LGTM_HEALTH_SECONDS: "60" });
  const before = await boxes(server);
  const status = await rollOut(store, delivery({ host: "live" }, { change: files => edit(files, "config/tempo/tempo.yml", "path: /lgtm/data/wal", "path: /nowhere/wal") }), 600);
  assert.equal(status.result, "rolled-back", `${status.message}\n${await journal(server)}`);
  assert.match(status.message, /tempo/);
  assert.match(status.lastLines.join("\n"), /\/nowhere/);
  await healthy(server, good, 120);
  assert.deepEqual(touched(before, await boxes(server)), ["tempo"]);
  assert.ok(!(await server.exec(`cat ${serverRoot}/config/tempo/tempo.yml`)).includes("/nowhere"));
  await setLimits(server, {});
});

live("a release or bundle that is not what its name says is refused, and the old one runs on", async ({ server, store }) => {
  const before = await boxes(server);
  const changed = delivery({ host: "changed" });
  for (const path of [storePaths.bundle(changed.bundle.hash), storePaths.release(changed.release)]) {
    const other = { ...changed, objects: { ...changed.objects, [path]: `${changed.objects[path]} ` } };
    await forgetStatus(server, changed.release);
    await store.put(storePaths.pointer, good.pointer);
    await server.exec("sleep 3");
    const status = await rollOut(store, other);
    assert.equal(status.result, "refused");
    assert.match(status.message, new RegExp(path.replace(".json", "").split("/")[1]!));
    assert.match(status.message, /sha256/);
  }
  assert.deepEqual(touched(before, await boxes(server)), []);
});

live("a release for a machine with more memory is refused with both numbers", async ({ server, store }) => {
  const before = await boxes(server);
  const memory = Math.ceil((totalmem() / 1024 / 1024) * 2);
  const status = await rollOut(store, delivery({ host: "live", memory }));
  assert.equal(status.result, "refused");
  assert.ok(status.message.includes(`${memory} MiB`), status.message);
  assert.deepEqual(touched(before, await boxes(server)), []);
});

live("after the plug was pulled and without its store the last good release runs, its containers find their secrets, and no line is lost", async scene => {
  const { server, tokens } = scene;
  await server.exec(`mv ${serverRoot}/store ${serverRoot}/store.away`);
  await server.reboot(true);
  await healthy(server, good);
  assert.equal(await pushLine(server, tokens.push, "a line after the crash"), 204);
  await findLine(server, tokens.read, "a line after the crash");
  await findLine(server, tokens.read, "the first line");
  assert.equal((await boxes(server)).caddy!.running, true);

  await server.exec(`mv ${serverRoot}/store.away ${serverRoot}/store`);
  good = await applied(scene, delivery({ host: "live", retention: { metrics: "50d" } }));
});

live("a roll-out that is cut off in the middle goes on after the reboot", async ({ server, store, tokens }) => {
  const next = delivery({ host: "live", timezone: "Asia/Seoul" });
  await deliver(store, next);
  await eventually("the switch has begun", async () => /"step": "(switch|health)"/.test((await store.get(storePaths.status(next.release))) ?? ""), { seconds: 120, every: 0.2 });
  await server.reboot(true);
  const status = await ended(store, next.release);
  assert.equal(status.result, "applied", `${status.message}\n${status.lastLines.join("\n")}\n${await journal(server)}`);
  good = next;
  await healthy(server, good);
  assert.ok(Object.values(await boxes(server)).every(box => box.running && box.env.includes("TZ=Asia/Seoul")));
  await findLine(server, tokens.read, "a line after the crash");
});
