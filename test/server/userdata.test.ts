import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import type { Machine, SecretStore, Store } from "../../components/server/guest/machine";
import { compressedUserData, installFiles, stage0Unit, userData } from "../../components/server/guest/userdata";

const root = "/var/lib/pulumi-lgtm";
const stores: Record<Store["kind"], Store> = {
  folder: { kind: "folder", path: `${root}/store` },
  s3: { kind: "s3", bucket: "releases", prefix: "mon", region: "eu-central-1" },
  "azure-blob": { kind: "azure-blob", account: "releases", container: "mon", prefix: "" },
  gcs: { kind: "gcs", bucket: "releases", prefix: "mon" },
};

/** The secret store that goes with each. */
const secrets: Record<Store["kind"], SecretStore> = {
  folder: { kind: "folder", path: `${root}/secrets` },
  s3: { kind: "ssm", prefix: "/lgtm/mon", region: "eu-central-1" },
  "azure-blob": { kind: "key-vault", vault: "https://mon.vault.azure.net", prefix: "mon", clientId: "" },
  gcs: { kind: "secret-manager", project: "acme", prefix: "mon" },
};

/** Bytes: AWS of raw user data, which is compressed for it; Azure of custom data; GCP of a metadata value. */
const limits: Record<Store["kind"], number> = { folder: 65_535, s3: 16_384, "azure-blob": 65_535, gcs: 262_144 };

/** As long as the clouds allow. */
const long: Record<string, string> = {
  bucket: "b".repeat(63), container: "c".repeat(63), account: "a".repeat(24), prefix: "p".repeat(64), region: "ap-southeast-2", clientId: "0".repeat(36),
  vault: `https://${"v".repeat(24)}.vault.azure.net`, project: "g".repeat(30),
};

function machine(store: Store): Machine {
  return { format: 1, root, store, secrets: secrets[store.kind], dataDisk: { device: "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0", sizeGiB: 16384 } };
}

interface CloudConfig {
  write_files: { path: string; permissions: string; content: string }[];
  runcmd: string[][];
}

describe("user data of a new machine", () => {
  for (const [kind, store] of Object.entries(stores)) {
    it(`carries the very files of an installation: ${kind}`, () => {
      const config = parse(userData(machine(store))) as CloudConfig;
      assert.deepEqual(config.write_files.map(({ path, permissions, content }) => ({ path, mode: permissions.slice(1), text: content })), installFiles(machine(store)));
    });

    it(`stays below its cloud's limit: ${kind}`, () => {
      const longest = <T extends object>(of: T) => Object.fromEntries(Object.entries(of).map(([key, value]) => [key, long[key] ?? value])) as T;
      const there = longest(store.kind === "azure-blob" ? { ...store, clientId: "" } : store);
      const of = { ...machine(there), statusStore: there, secrets: longest(secrets[store.kind]) };
      const size = store.kind === "s3" ? Buffer.from(compressedUserData(of), "base64").length : Buffer.byteLength(userData(of));
      assert.ok(size < limits[store.kind], `${size} bytes`);
    });

    it(`has every module that stage 0 imports: ${kind}`, () => {
      const files = installFiles(machine(store)).filter(file => file.path.endsWith(".py"));
      const there = new Set(files.map(file => file.path.split("/").pop()!.replace(".py", "")));
      const ours = /^(?:from|import) ((?:store|sign)\w*)/gm;
      const imported = files.flatMap(file => [...file.text.matchAll(ours)].map(match => match[1]!));
      assert.ok(imported.includes("store"));
      assert.deepEqual(imported.filter(name => !there.has(name)), []);
    });
  }

  it("starts with the line by which cloud-init knows it", () => {
    assert.match(userData(machine(stores.s3)), /^#cloud-config\n/);
  });

  it("is the same for the same machine and holds the machine as it was given", () => {
    assert.equal(userData(machine(stores.s3)), userData(machine(stores.s3)));
    assert.deepEqual(JSON.parse(installFiles(machine(stores.s3)).find(file => file.path === `${root}/machine.json`)!.text), machine(stores.s3));
  });

  it("starts stage 0 without waiting for it, and again whenever it ends", () => {
    const config = parse(userData(machine(stores.gcs))) as CloudConfig;
    assert.deepEqual(config.runcmd, [["systemctl", "daemon-reload"], ["systemctl", "enable", stage0Unit], ["systemctl", "start", "--no-block", stage0Unit]]);
    const unit = config.write_files.find(file => file.path === `/etc/systemd/system/${stage0Unit}`)!.content;
    for (const line of ["Restart=always", "StartLimitIntervalSec=0", `ExecStart=/usr/bin/python3 -B ${root}/stage0/stage0.py --machine ${root}/machine.json`])
      assert.ok(unit.split("\n").includes(line), unit);
  });

  it("refuses a status store of another kind, which stage 0 could not write", () => {
    assert.throws(() => userData({ ...machine(stores.s3), statusStore: stores.gcs }), /statusStore\.kind: "gcs" differs from store\.kind "s3"/);
  });
});
