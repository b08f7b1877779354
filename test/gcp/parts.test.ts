import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { managedZoneOf } from "../../components/gcp/address";
import { machineOf, policyScript } from "../../components/gcp/existing-vm";
import { labelProblems } from "../../components/gcp/labels";
import { resolveLocation } from "../../components/gcp/location";
import { subnetworkOf } from "../../components/gcp/network";
import { archOf, diskTypeOf, memoryOfType, typeOfSize } from "../../components/gcp/sizes";
import { sizes } from "../../components/cloud/sizes";
import { prices } from "../../components/cloud/price-table";
import { machine, zone } from "./mocks";

describe("where a server is made", () => {
  it("what is given comes before what the provider has", () => {
    const provider = { project: "theirs", region: "us-central1", zone: "us-central1-f" };
    assert.deepEqual(resolveLocation({}, provider), { project: "theirs", region: "us-central1", zone: "us-central1-f" });
    assert.deepEqual(resolveLocation({ project: "ours", region: "europe-west3" }, provider), { project: "ours", region: "europe-west3", zone: "europe-west3-b" });
    assert.deepEqual(resolveLocation({ zone: "europe-west3-c" }, provider), { project: "theirs", region: "europe-west3", zone: "europe-west3-c" });
    assert.deepEqual(resolveLocation({}, { project: "theirs", zone: "us-central1-f" }).region, "us-central1");
  });

  it("what nobody said is asked for, with the commands that say it", () => {
    assert.throws(() => resolveLocation({}, { project: "", region: "", zone: "" }), /(?=[^]*project: missing\. Say which: pulumi config set gcp:project <id>)(?=[^]*region: missing\. Say which: pulumi config set gcp:region)/);
  });

  it("subnetworks and zones of other projects are told by their links", () => {
    assert.deepEqual(subnetworkOf("https://www.googleapis.com/compute/v1/projects/host/regions/europe-west1/subnetworks/sub", "own", "here"), { project: "host", region: "europe-west1", name: "sub" });
    assert.deepEqual(subnetworkOf("sub", "own", "here"), { project: "own", region: "here", name: "sub" });
    assert.deepEqual(managedZoneOf("projects/dns/managedZones/example-com", "own"), { project: "dns", name: "example-com" });
    assert.deepEqual(managedZoneOf("example-com", "own"), { project: "own", name: "example-com" });
  });
});

describe("machines of Google Cloud", () => {
  it("have for every size a type with that memory and a known price", () => {
    for (const [size, type] of Object.entries(typeOfSize)) {
      assert.equal(memoryOfType[type], sizes[size as keyof typeof sizes].memory, size);
      assert.ok(prices.gcp.machines[type]! > 0, type);
      assert.equal(diskTypeOf(type), "pd-balanced", type);
    }
  });

  it("tell their processor and their kind of disk by their family", () => {
    assert.deepEqual(["e2-small", "n4-standard-2", "c4a-standard-1", "n4a-standard-1", "t2a-standard-1", "t2d-standard-1", "c4d-highcpu-2"].map(type => [archOf(type), diskTypeOf(type)]), [
      ["amd64", "pd-balanced"], ["amd64", "hyperdisk-balanced"], ["arm64", "hyperdisk-balanced"], ["arm64", "hyperdisk-balanced"], ["arm64", "pd-balanced"], ["amd64", "pd-balanced"], ["amd64", "hyperdisk-balanced"],
    ]);
  });

  it("that exist are refused with everything they lack and the commands that give it", () => {
    const wanted = "project_stack_mon";
    assert.equal(machineOf(machine, zone, wanted, {}).ip, "203.0.113.9");
    assert.equal(machineOf(machine, zone, wanted, { publicAddress: false }).ip, "10.0.0.9");
    assert.equal(machineOf({ ...machine, tags: [] }, zone, wanted, {}).networkTag, "");
    assert.throws(() => machineOf({ ...machine, labels: {}, serviceAccounts: [] }, zone, wanted, {}), /(?=[^]*instance: vm-given has no service account[^]*gcloud compute instances set-service-account vm-given --zone=europe-west3-b)(?=[^]*gcloud compute instances add-labels vm-given --zone=europe-west3-b --labels=lgtm-server=project_stack_mon)/);
    assert.throws(() => machineOf({ ...machine, serviceAccounts: [{ email: "a@b", scopes: ["https://www.googleapis.com/auth/devstorage.read_only"] }] }, zone, wanted, {}), /instance: vm-given lacks the scope cloud-platform/);
  });
});

it("labels are lower case, in any script", () => {
  assert.deepEqual(labelProblems({ team: "orders_1-a", 팀: "주문" }), []);
  assert.equal(labelProblems({ "1team": "a", Team: "a", team: "A", ["x".repeat(64)]: "", ok: "y".repeat(64) }).length, 5);
});

describe("the script that VM Manager runs", () => {
  const install = (body: string) => {
    const root = mkdtempSync(join(tmpdir(), "lgtm-gcp-"));
    mkdirSync(join(root, "stage0"));
    // Stands in for the unit's state, which only a machine with systemd has.
    writeFileSync(join(root, "systemctl"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    const { text, check, hash } = policyScript(root, body);
    const run = (script: string) => {
      writeFileSync(join(root, "script.sh"), script);
      return spawnSync("sh", [join(root, "script.sh")], { encoding: "utf8", env: { ...process.env, PATH: `${root}:${process.env.PATH}` } }).status;
    };
    return { root, run, text, check, hash, end: () => rmSync(root, { recursive: true }) };
  };

  it("says 101 before, 100 once it is installed, and 101 again for another installation", () => {
    const it = install("echo installed\n");
    try {
      assert.equal(it.run(it.check), 101);
      assert.equal(it.run(it.text), 100);
      assert.equal(readFileSync(join(it.root, "stage0/installed"), "utf8"), `${it.hash}\n`);
      assert.equal(it.run(it.check), 100);
      assert.equal(it.run(policyScript(it.root, "echo another\n").check), 101);
    } finally {
      it.end();
    }
  });

  it("is no success when the installation is none", () => {
    const it = install("echo no >&2; exit 3\n");
    try {
      assert.equal(it.run(it.text), 1);
      assert.equal(it.run(it.check), 101);
    } finally {
      it.end();
    }
  });
});
