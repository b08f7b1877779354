import assert from "node:assert/strict";
import { after } from "node:test";
import { suite } from "./harness/requirements";
import { root, scene, started, type Scene } from "./ssh-scene";

let it: Scene | undefined;
const step = suite(async () => (it = await scene("ssh-bare", "bare")));
after(() => it?.end());

step("a server without a container engine gets one, and loses it again with everything else", async ({ server, stack, up }) => {
  await up({ deleteDataOnDestroy: true, leaveOut: ["grafana", "tempo", "alertmanager"] });
  assert.deepEqual(Object.keys(await started(server)).sort(), ["lgtm-alloy", "lgtm-caddy", "lgtm-loki", "lgtm-prometheus"]);
  await stack.destroy();
  assert.equal((await server.tryExec("command -v docker dockerd containerd runc")).stdout, "");
  assert.equal((await server.tryExec(`ls -A ${root} /var/lib/docker /etc/docker 2>/dev/null | grep -v :`)).stdout.trim(), "");
});
