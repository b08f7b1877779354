import assert from "node:assert/strict";
import { after } from "node:test";
import type { ServerContract } from "../../components/server/contract";
import { eventually } from "./harness/command";
import { suite } from "./harness/requirements";
import { addUser, ask, failureOf, restarted, root, scene, started, type Scene } from "./ssh-scene";

let it: Scene | undefined;
// One story: each step builds on those before it.
const step = suite(async () => (it = await scene("ssh", "server")));
after(() => it?.end());

const tokens = async ({ stack }: Scene) => (await stack.outputs())["tokens"] as { push: Record<string, string>; read: Record<string, string> };
const logins = ({ server }: Scene) => server.exec("journalctl --no-pager -u ssh | grep -c 'Accepted publickey' || true");

/** A certificate of nobody's, for the server's address. */
async function ownCertificate(server: Scene["server"]) {
  await server.exec(`openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=test -addext subjectAltName=IP:${await server.ip()} -keyout /tmp/tls.key -out /tmp/tls.crt`);
  const [certificate, key] = [await server.exec("cat /tmp/tls.crt"), await server.exec("cat /tmp/tls.key")];
  await server.exec("rm /tmp/tls.key /tmp/tls.crt");
  return { certificate, key };
}

step("a preview and a wrong spec connect to nobody", async scene => {
  assert.deepEqual(Object.keys((await scene.preview()).changes), ["create"]);
  assert.match(await failureOf(scene.up({ retention: { logs: "30 days" } })), /retention\.logs: "30 days" is not allowed/);
  assert.equal(await logins(scene), "0");
});

step("a connection that cannot work fails with what is wrong with it", async scene => {
  const { connection, server } = scene;
  const otherKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB2mEZqvBbZrNHRKVpSzG4pQvZ3u0hHkXzqEoVdQ1c2T";
  assert.match(await failureOf(scene.up({ connection: { ...connection, hostKey: otherKey, attempts: 1 } })), /host key/i);
  assert.match(await failureOf(scene.up({ connection: { ...connection, port: 2, attempts: 1 } })), /after 1 failed attempts: .*[Cc]onnection refused/);
  await addUser(server, "asked", "asked ALL=(ALL) ALL\n");
  assert.match(await failureOf(scene.up({ connection: { ...connection, user: "asked" } })), /The user asked may not use sudo without a password/);
  assert.equal((await server.tryExec(`ls ${root}`)).code, 2);
});

step("a server that is too small or of another kind is refused before anything is put on it", async scene => {
  const { server } = scene;
  await server.exec("cp /etc/os-release /tmp/os-release && printf 'ID=fedora\\nVERSION_ID=41\\nPRETTY_NAME=\"Fedora 41\"\\n' > /etc/os-release");
  assert.match(await failureOf(scene.up()), /This server runs Fedora 41\. Supported: Ubuntu 24\.04 and later, Debian 12 and later\./);
  await server.exec("cat /tmp/os-release > /etc/os-release");
  assert.match(await failureOf(scene.up({ memory: 1024 * 1024 })), /This server has \d+ MiB of memory and the spec is made for 1048576 MiB/);
  assert.equal((await scene.server.tryExec(`ls ${root}`)).code, 2);
});

step("the first up installs, and the server answers over TLS to those with a token", async scene => {
  const { server, stack } = scene;
  // What somebody else runs on the same engine.
  await server.exec("docker run -d --name theirs --restart always --network none --entrypoint /usr/bin/caddy $(docker images -q caddy) run");
  await scene.up();
  const contract = (await stack.outputs())["contract"] as ServerContract;
  assert.equal(contract.address, await server.ip());
  assert.equal(contract.ca.trim(), await server.exec(`cat ${root}/data/caddy/certificates/pki/authorities/local/root.crt`));
  const { push, read } = await tokens(scene);
  assert.equal((await ask(server, "/read/loki/ready")).code, 401);
  assert.equal((await ask(server, "/read/loki/loki/api/v1/labels", { token: read["default"] })).code, 200);
  const line = JSON.stringify({ streams: [{ stream: { service_name: "kept" }, values: [[`${Date.now()}000000`, "from before the destroy"]] }] });
  assert.equal((await ask(server, "/loki/api/v1/push", { token: push["default"], body: line })).code, 204);
});

step("a second up with nothing changed does nothing", async scene => {
  const before = await started(scene.server);
  const loginsBefore = await logins(scene);
  const { changes } = await scene.up();
  assert.deepEqual(Object.keys(changes), ["same"]);
  assert.deepEqual(await started(scene.server), before);
  assert.equal(await logins(scene), loginsBefore);
});

step("through another host and as another user the same server is reached, and nothing on it changes", async scene => {
  const { server, connection } = scene;
  const before = await started(server);
  const { host, port, user, privateKey, hostKey } = connection;
  const { changes } = await scene.up({ connection: { ...connection, user: "root", proxy: { host, port, user, privateKey, hostKey } } });
  assert.deepEqual({ ...changes, same: 0 }, { same: 0, update: 3 });
  await scene.up();
  assert.deepEqual(await started(server), before);
});

step("a preview shows the line that changes, and only the service that it concerns is restarted", async scene => {
  const change = { retention: { traces: "3d" } };
  const { output } = await scene.preview(change);
  const files = output.split("\n").filter(line => line.includes("lgtm:server:File::")).map(line => /mon-bundle\/([^\]]+)/.exec(line)![1]);
  assert.deepEqual(files, ["config/tempo/tempo.yml"]);
  assert.match(output, /~ +block_retention *: +"168h" +=> +"72h"/);
  const before = await started(scene.server);
  const { changes } = await scene.up(change);
  assert.deepEqual({ ...changes, same: 0 }, { same: 0, update: 3 });
  assert.deepEqual(restarted(before, await started(scene.server)), ["lgtm-tempo"]);
});

step("a rotated token works at once, the old one no longer, and nothing is restarted", async scene => {
  const { server } = scene;
  const old = (await tokens(scene)).read["default"]!;
  const before = await started(server);
  await scene.up({ retention: { traces: "3d" }, rotate: { "read-default": "2026-11" } });
  const { read } = await tokens(scene);
  assert.notEqual(read["default"], old);
  assert.equal((await ask(server, "/read/loki/loki/api/v1/labels", { token: read["default"] })).code, 200);
  assert.equal((await ask(server, "/read/loki/loki/api/v1/labels", { token: old })).code, 401);
  assert.deepEqual(restarted(before, await started(server)), []);
});

step("a release that a program's own checker refuses fails with its words, and fails again unchanged", async scene => {
  const { server } = scene;
  const before = await started(server);
  const change = { retention: { traces: "3d" }, rotate: { "read-default": "2026-11" } };
  const release = await server.exec(`cat ${root}/applied.json`);
  for (const attempt of ["first", "second"]) {
    const message = await failureOf(scene.up({ ...change, tls: "given", secrets: { "tls-certificate": "no certificate", "tls-key": "no key" } }));
    assert.match(message, /was refused by the server's own checks; nothing was changed\./, attempt);
    assert.match(message, /caddy refuses its new configuration/, attempt);
  }
  assert.deepEqual(await started(server), before);
  assert.equal(await server.exec(`cat ${root}/applied.json`), release);
  const { certificate, key } = await ownCertificate(server);
  await scene.up({ ...change, tls: "given", secrets: { "tls-certificate": certificate, "tls-key": key } });
  assert.equal(await server.exec(`ls ${root}/secrets`), "push-default\nread-default\ntls-certificate\ntls-key");
  await scene.up(change);
  assert.equal(await server.exec(`ls ${root}/secrets`), "push-default\nread-default");
});

step("a release that does not start is rolled back, fails again while its cause is there, and works once it is gone", async scene => {
  const { server } = scene;
  await server.exec("systemd-run --quiet --unit theirs-web python3 -m http.server 8443");
  const change = { retention: { traces: "3d" }, rotate: { "read-default": "2026-11" }, ports: { https: 8443 } };
  const token = (await tokens(scene)).read["default"];
  for (const attempt of ["first", "second"]) {
    const message = await failureOf(scene.up(change));
    assert.match(message, /what ran before runs again/, attempt);
    assert.match(message, /8443: bind: address already in use/, attempt);
    assert.equal((await ask(server, "/read/loki/loki/api/v1/labels", { token })).code, 200, attempt);
  }
  await server.exec("systemctl stop theirs-web");
  await scene.up(change);
  assert.equal((await ask(server, "/read/loki/loki/api/v1/labels", { token, port: 8443 })).code, 200);
});

step("no secret is readable in the state, in the server's journal or in what is on its disk for everybody", async scene => {
  const { server, stack } = scene;
  const { push, read } = await tokens(scene);
  const state = stack.state();
  const journal = await server.exec("journalctl --no-pager");
  for (const token of [...Object.values(push), ...Object.values(read)]) {
    assert.ok(!state.includes(token), "a token is in the state");
    assert.ok(!journal.includes(token), "a token is in the journal");
    assert.equal((await server.tryExec("su deploy -c 'grep -rlFf - /var/lib/pulumi-lgtm /run /etc /tmp 2>/dev/null'", { input: token })).stdout, "");
  }
  assert.ok(!state.includes("OPENSSH PRIVATE KEY"));
});

step("a destroy takes off what was installed, leaves what others have, and keeps the data", async scene => {
  const { server, stack } = scene;
  const theirs = await server.exec("docker inspect --format '{{.State.StartedAt}}' theirs");
  await stack.destroy();
  assert.equal(await server.exec("docker ps --all --format '{{.Names}}'"), "theirs");
  assert.equal(await server.exec("docker inspect --format '{{.State.StartedAt}}' theirs"), theirs);
  assert.equal(await server.exec(`ls ${root}`), "data");
  assert.equal(await server.exec("find /etc/systemd /run/pulumi-lgtm /etc/docker -name '*pulumi-lgtm*' -o -name daemon.json 2>/dev/null || true"), "");
  assert.equal((await server.tryExec("iptables -S | grep -i 169.254")).stdout, "");
});

step("an up after that finds the data again", async scene => {
  await scene.up();
  const query = `/read/loki/loki/api/v1/query_range?query=${encodeURIComponent('{service_name="kept"}')}`;
  const { read } = await tokens(scene);
  await eventually("the line from before is found", async () => (await ask(scene.server, query, { token: read["default"] })).text.includes("from before the destroy"), { seconds: 60 });
});

step("a server that nobody reaches holds up a destroy only until it is abandoned", async scene => {
  const { server, stack } = scene;
  await server.exec("systemctl stop ssh.socket ssh.service 2>/dev/null; true");
  assert.match(await failureOf(stack.destroy()), /after 3 failed attempts/);
  await scene.up({ abandon: true });
  await stack.destroy();
  assert.doesNotMatch(stack.state(), /lgtm:ssh:MonitoringServer/);
  assert.match(await server.exec("docker ps --format '{{.Names}}'"), /lgtm-loki/);
});
