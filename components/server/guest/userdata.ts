import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { yaml } from "../yaml";
import type { Machine, Store } from "./machine";
import { stage0Program } from "./program";

/** A file that a new machine is given. `mode` as chmod takes it. */
export interface InstalledFile {
  path: string;
  mode: string;
  text: string;
}

export const stage0Unit = "pulumi-lgtm.service";

/** The modules of each kind of store; the first is the one that stage 0 calls `store`. */
const modules: Record<Store["kind"], string[]> = {
  folder: ["store_folder.py"],
  s3: ["store_s3.py", "sign_s3.py", "store_http.py"],
  "azure-blob": ["store_azure.py", "sign_azure.py", "store_http.py"],
  gcs: ["store_gcs.py", "store_http.py"],
};

/** What a new machine needs to find its releases by itself: machine.json, stage 0, the store's module, a unit. Nothing secret. */
export function installFiles(machine: Machine): InstalledFile[] {
  if (machine.statusStore && machine.statusStore.kind !== machine.store.kind)
    throw new Error(`statusStore.kind: "${machine.statusStore.kind}" differs from store.kind "${machine.store.kind}". Stage 0 carries one kind: give both the same.`);
  const folder = `${machine.root}/stage0`;
  const [store, ...others] = modules[machine.store.kind];
  const python = [
    { name: "stage0.py", text: stage0Program() },
    { name: "store.py", text: applyModule(store!) },
    ...others.map(name => ({ name, text: applyModule(name) })),
  ];
  return [
    { path: `${machine.root}/machine.json`, mode: "644", text: `${JSON.stringify(machine, null, 2)}\n` },
    ...python.map(({ name, text }) => ({ path: `${folder}/${name}`, mode: "644", text })),
    { path: `/etc/systemd/system/${stage0Unit}`, mode: "644", text: unit(machine.root) },
  ];
}

/** cloud-init user data of a new machine. The same machine gives the same bytes. */
export function userData(machine: Machine): string {
  const config = {
    write_files: installFiles(machine).map(({ path, mode, text }) => ({ path, permissions: `0${mode}`, content: text })),
    runcmd: [
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", stage0Unit],
      // Not waited for: cloud-init's own end must not depend on a roll-out.
      ["systemctl", "start", "--no-block", stage0Unit],
    ],
  };
  // Indented as little as YAML allows: every line of a file is indented.
  return `#cloud-config\n${yaml(config, 1)}`;
}

/** The same compressed, as base64: AWS takes 16,384 bytes, and cloud-init unpacks. */
export function compressedUserData(machine: Machine): string {
  return gzipSync(userData(machine), { level: 9 }).toString("base64");
}

function applyModule(name: string): string {
  return readFileSync(join(__dirname, "apply", name), "utf8");
}

/** The unit restarts stage 0 whatever ends it, with growing pauses (from systemd 254; always 10 s before), and never gives up. */
function unit(root: string): string {
  return `[Unit]
Description=Monitoring server: fetches and rolls out its releases
After=network-online.target
Wants=network-online.target
RequiresMountsFor=${root}
StartLimitIntervalSec=0

[Service]
ExecStart=/usr/bin/python3 -B ${root}/stage0/stage0.py --machine ${root}/machine.json
Restart=always
RestartSec=10
RestartSteps=5
RestartMaxDelaySec=300

[Install]
WantedBy=multi-user.target
`;
}
