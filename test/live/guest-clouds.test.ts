import assert from "node:assert/strict";
import { after } from "node:test";
import { serverRoot } from "../../components/server/compose";
import type { Machine } from "../../components/server/guest/machine";
import { userData } from "../../components/server/guest/userdata";
import { startAzureBlob } from "./harness/azure-blob";
import { eventually } from "./harness/command";
import { startGcs } from "./harness/gcs";
import { ended, gateway, healthy, journal, token } from "./harness/guest";
import { azureClientId, startMetadata } from "./harness/metadata";
import { deliver, delivery, type Delivery, type Store } from "./harness/releases";
import { suite } from "./harness/requirements";
import { startKeyVault, startSecretManager, type SecretStoreStandIn } from "./harness/secret-stores";
import { startServer, type Server } from "./harness/server";
import { ensureImages } from "./harness/service-images";

// New machines of Azure and Google Cloud, side by side: user data is all they get. With an engine, as on a prepared image, and few
// services: the rest is the same as in guest-cloudinit.test.ts.
const ends: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const end of ends.reverse()) await end();
});

interface Cloud {
  server: Server;
  store: Store;
  secrets: SecretStoreStandIn;
  good: Delivery;
  tokens: { push: string; read: string };
}

const live = suite(async () => {
  const metadata = await startMetadata();
  ends.push(() => metadata.stop());
  const images = await ensureImages();

  const start = async (cloud: string, store: Store, secrets: SecretStoreStandIn, places: Pick<Machine, "store" | "secrets">, files: Record<string, string> = {}): Promise<Cloud> => {
    const tokens = { push: token("push"), read: token("read") };
    Object.assign(secrets.values, { "mon-push-default": tokens.push, "mon-read-default": tokens.read });
    const good = delivery({ host: "live", cloud, leaveOut: ["tempo", "alertmanager", "alloy"] }, { secretVersions: { "push-default": "1", "read-default": "1" } });
    await deliver(store, good);
    const machine: Machine = { format: 1, root: serverRoot, ...places, dataDisk: null };
    const server = await startServer({ name: cloud, images, userData: userData(machine), files });
    ends.push(() => server.stop());
    return { server, store, secrets, good, tokens };
  };
  const azure = async () => {
    const store = await startAzureBlob("monitoring");
    ends.push(() => store.stop());
    const secrets = await startKeyVault();
    ends.push(() => secrets.stop());
    // The rights of a new identity take minutes to arrive.
    secrets.granted = false;
    return start("azure", store, secrets, {
      store: { kind: "azure-blob", account: store.account, container: store.container, prefix: "", endpoint: store.endpoint, clientId: azureClientId },
      secrets: { kind: "key-vault", vault: secrets.url, prefix: "mon", clientId: azureClientId },
    }, store.trust);
  };
  const google = async () => {
    const store = await startGcs("monitoring");
    ends.push(() => store.stop());
    const secrets = await startSecretManager("acme");
    ends.push(() => secrets.stop());
    return start("gcp", store, secrets, {
      store: { kind: "gcs", bucket: store.bucket, prefix: "", endpoint: store.endpoint },
      secrets: { kind: "secret-manager", project: "acme", prefix: "mon", endpoint: secrets.url },
    });
  };
  const [onAzure, onGoogle] = await Promise.all([azure(), google()]);
  return { onAzure, onGoogle };
});

/** The release runs, and its token came from the cloud's store. */
async function arrived({ server, store, good, tokens }: Cloud): Promise<void> {
  const status = await ended(store, good.release);
  assert.equal(status.result, "applied", `${status.message}\n${status.lastLines.join("\n")}\n${await journal(server)}`);
  assert.deepEqual(status.lastLines, [], "nothing is left to warn of");
  assert.match(await server.exec("cloud-init status --wait"), /status: done/);
  await healthy(server, good, 5);
  const query = "/read/prometheus/api/v1/query?query=1";
  assert.equal((await gateway(server, query, tokens.read)).status, 200);
  assert.equal((await gateway(server, query, tokens.push)).status, 401);
}

live("cloud-init brings a new Azure machine to its release by its managed identity, as soon as its rights on the vault arrive", async ({ onAzure }) => {
  await eventually("the vault was asked", async () => onAzure.secrets.refused > 0, { seconds: 240 });
  onAzure.secrets.granted = true;
  await arrived(onAzure);
});

live("cloud-init brings a new Google Cloud machine to its release by its service account", ({ onGoogle }) => arrived(onGoogle));
