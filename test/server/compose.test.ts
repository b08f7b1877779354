import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { composeFile } from "../../components/server/compose";
import { containerLayout } from "../../components/server/layout";
import { services } from "../../components/server/services";
import { resolveSpec } from "../../components/server/spec";
import type { ServiceName } from "../../components/server/versions";

interface Compose {
  services: Record<string, { networks?: string[]; network_mode?: string }>;
  networks: Record<string, { driver_opts: Record<string, string> }>;
}

/** The file of a server on which these services ask the metadata service, and no others. */
function compose(asking: ServiceName[]): Compose {
  const r = { spec: resolveSpec({}), layout: containerLayout };
  return parse(composeFile(r, services(r).map(service => ({ ...service, metadata: asking.includes(service.name) })))) as Compose;
}

describe("networks of the services", () => {
  it("are one where none on a bridge asks the metadata service", () => {
    const { services: all, networks } = compose(["alloy"]);
    assert.deepEqual(Object.keys(networks), ["lgtm"]);
    assert.equal(all.alloy!.network_mode, "host");
  });

  it("are a second one for those that do, and everybody is on the first, where they find each other", () => {
    const { services: all, networks } = compose(["loki", "grafana", "alloy"]);
    const onBridge = Object.entries(all).filter(([, service]) => service.network_mode !== "host");
    for (const [name, service] of onBridge) assert.ok(service.networks!.includes("lgtm"), name);
    assert.deepEqual(onBridge.filter(([, service]) => service.networks!.includes("cloud")).map(([name]) => name).sort(), ["grafana", "loki"]);
    assert.deepEqual(Object.values(networks).map(network => network.driver_opts["com.docker.network.bridge.name"]), ["lgtm-cloud0", "lgtm0"]);
  });

  it("have names of which the open one comes first: the engine takes the default route from it", () => {
    const names = Object.keys(compose(["loki"]).networks);
    assert.deepEqual(names, [...names].sort());
    assert.equal(names[0], "cloud");
    // What the kernel takes as the name of an interface.
    for (const network of Object.values(compose(["loki"]).networks)) assert.ok(network.driver_opts["com.docker.network.bridge.name"]!.length <= 15);
  });
});
