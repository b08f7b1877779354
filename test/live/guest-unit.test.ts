import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { checkout } from "../checkout";
import { alone } from "./harness/folders";

/** Stand-in of Azure Blob Storage; from npm, as the others are from PyPI. */
const azurite = "3.37.0";
const folder = join(checkout, "test", "live", "guest-unit");
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-lgtm");
const venv = join(cache, "test-venv");
const azuriteFolder = join(cache, `test-azurite-${azurite}`);

function run(program: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", chunk => (said += chunk));
    child.on("error", reject);
    child.on("close", code => (code === 0 ? resolve() : reject(new Error(`${program} ${args.join(" ")} ended with ${code}:\n${said}`))));
  });
}

/** Does `work` once for what `wanted` says; a broken one is made anew. */
async function made(place: string, wanted: string, work: () => Promise<void>): Promise<void> {
  const mark = join(place, "made-of");
  const hash = createHash("sha256").update(wanted).digest("hex");
  if (existsSync(mark) && readFileSync(mark, "utf8") === hash) return;
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  await work();
  writeFileSync(mark, hash);
}

describe("the guest's own tests, in Python", { timeout: 1_200_000 }, () => {
  before(() =>
    alone("guest-unit", async () => {
      const requirements = join(folder, "requirements.txt");
      await made(venv, readFileSync(requirements, "utf8"), async () => {
        await run("python3", ["-m", "venv", venv]);
        await run(join(venv, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", "--requirement", requirements]);
      });
      await made(azuriteFolder, azurite, () => run("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefix", azuriteFolder, `azurite@${azurite}`]));
    }),
  );

  const suites = {
    "sign requests as the clouds' own SDKs do": ["test_sign_s3", "test_sign_azure"],
    "read and write every kind of store": ["test_stores"],
    "fetch, verify and run releases": ["test_stage0"],
    "fill in what a release binds, and tell what changed": ["test_release"],
    "touch only what changed, refuse, and go back": ["test_rollout", "test_grafana_db"],
    "survive a kill at every change of the machine": ["test_kills"],
    "install and check what a machine needs": ["test_engine", "test_checks", "test_secrets_and_report"],
    "need Python 3.8 and nothing else": ["test_language"],
  };
  for (const [name, modules] of Object.entries(suites)) {
    it(name, () =>
      run(join(venv, "bin", "python"), ["-B", "-m", "unittest", ...modules], {
        cwd: folder,
        env: { ...process.env, PULUMI_LGTM_TEST_AZURITE: join(azuriteFolder, "node_modules", "azurite", "dist", "src", "blob", "main.js") },
      }),
    );
  }
});
