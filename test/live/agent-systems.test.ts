import assert from "node:assert/strict";
import { agentScene, eventually } from "./agent-scene";
import { suite, withoutJournal } from "./harness/requirements";
import { missingSystem, type System } from "./harness/server-systems";

// The other tests of the agent have Debian 12. These are the oldest and the newest systems that it is for, as far as they can be had from archives of packages.
const others: System[] = ["ubuntu-20.04", "debian-11", "ubuntu-24.04", "debian-13"];

const step = suite(async () => undefined);

for (const system of others) {
  const host = system.replace(".", "-");
  step(`on ${system} it is installed, changed without a restart and taken off`, async (_, context) => {
    const missing = await missingSystem(system);
    if (missing) return context.skip(missing);
    const { up, find, server, stack, end } = await agentScene(host, "bare", system);
    try {
      const logs = [{ paths: ["/srv/shop/*.log"] }];
      await server.exec("mkdir /srv/shop; echo first >/srv/shop/shop.log");
      await up({ logs, journal: true });
      const release = /PRETTY_NAME="(.*)"/.exec(await server.exec("cat /etc/os-release"))![1];
      console.log(`${release}, ${(await server.exec("systemctl --version | head -1; python3 --version")).replace("\n", ", ")}`);
      await eventually("the machine's metrics are there", async () => (await find.metrics(`node_memory_MemTotal_bytes{host="${host}"}`)).length === 1, { seconds: 90 });
      await eventually("the file's line is there", async () => (await find.logs(`{host="${host}", service_name="orders"}`)).length === 1, { seconds: 60 });

      const running = () => server.exec("systemctl show -p MainPID --value lgtm-agent; systemctl is-active lgtm-agent lgtm-node-exporter; systemctl is-enabled lgtm-agent lgtm-node-exporter");
      const before = await running();
      assert.match(before, /^\d+\nactive\nactive\nenabled\nenabled$/);
      await up({ logs, journal: true, cloud: "gcp" });
      assert.equal(await running(), before);
      assert.notEqual(await server.exec(`stat -c %U /proc/${before.split("\n")[0]!}`), "root");

      await server.exec("echo second >>/srv/shop/shop.log; systemd-run --quiet --unit=backup echo the backup is done");
      await eventually("the second line is there", async () => (await find.logs(`{host="${host}", service_name="orders"}`)).map(({ line }) => line).join() === "first,second", { seconds: 90 });
      if (!withoutJournal(context)) await eventually("the journal's line is there", async () => (await find.logs(`{host="${host}", service_name="backup"}`)).length === 1, { seconds: 60 });

      await stack.destroy();
      assert.equal((await server.tryExec("ls -d /opt/lgtm-agent /var/lib/lgtm-agent /etc/lgtm-agent /etc/systemd/system/lgtm-* 2>/dev/null; getent passwd lgtm-agent")).stdout, "");
    } finally {
      await end();
    }
  });
}
