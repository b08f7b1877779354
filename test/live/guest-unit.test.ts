import { join } from "node:path";
import { before, describe, it } from "node:test";
import { checkout } from "../checkout";
import { run } from "./harness/command";
import { ensureStoreServers, storeServers } from "./harness/store-servers";

const folder = join(checkout, "test", "live", "guest-unit");

describe("the guest's own tests, in Python", { timeout: 1_200_000 }, () => {
  before(ensureStoreServers);

  const suites = {
    "sign requests as the clouds' own SDKs do": ["test_sign_s3", "test_sign_azure"],
    "read and write every kind of store": ["test_stores"],
    "read secrets of every kind of store": ["test_secret_stores"],
    "fetch, verify and run releases": ["test_stage0"],
    "fill in what a release binds, and tell what changed": ["test_release"],
    "touch only what changed, refuse, and go back": ["test_rollout", "test_grafana_db", "test_grafana_admin"],
    "survive a kill at every change of the machine": ["test_kills"],
    "install and check what a machine needs": ["test_engine", "test_checks", "test_secrets_and_report"],
    "need Python 3.8 and nothing else": ["test_language"],
  };
  for (const [name, modules] of Object.entries(suites)) {
    it(name, async () => {
      await run(storeServers.python, ["-B", "-m", "unittest", ...modules], { cwd: folder, env: { ...process.env, PULUMI_LGTM_TEST_AZURITE: storeServers.azurite } });
    });
  }
});
