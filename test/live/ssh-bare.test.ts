import assert from "node:assert/strict";
import { suite } from "./harness/requirements";
import { missingSystem, type System } from "./harness/server-systems";
import { root, scene, started } from "./ssh-scene";

// Each has its engine and Compose in packages of other names.
const systems: System[] = ["debian-12", "debian-13", "ubuntu-24.04"];

const step = suite(async () => undefined);

for (const system of systems) {
  step(`${system} without a container engine gets one, and loses it again with everything else`, async (_, context) => {
    const missing = await missingSystem(system);
    if (missing) return context.skip(missing);
    const { server, stack, up, end } = await scene(`bare-${system.replace(".", "-")}`, "bare", { system });
    try {
      await up({ deleteDataOnDestroy: true, leaveOut: ["grafana", "tempo", "alertmanager"] });
      console.log(`${system}: ${(await server.exec("docker --version; docker compose version")).replace("\n", ", ")}`);
      assert.deepEqual(Object.keys(await started(server)).sort(), ["lgtm-alloy", "lgtm-caddy", "lgtm-loki", "lgtm-prometheus"]);
      await stack.destroy();
      assert.equal((await server.tryExec("command -v docker dockerd containerd runc")).stdout, "");
      assert.equal((await server.tryExec(`ls -A ${root} /var/lib/docker /etc/docker 2>/dev/null | grep -v :`)).stdout.trim(), "");
    } finally {
      await end();
    }
  });
}
