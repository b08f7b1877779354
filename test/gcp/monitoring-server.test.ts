import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isSecret, made, open, plainText, seen } from "../mocks";
import { project, region, zone } from "./mocks";
import { email, machineOf, rules, server, tag } from "./server";

/** Resources of Google Cloud that carry no labels. */
const unlabelled = /:(Service|Account|IAMMember|BucketIAMMember|SecretIamMember|SecretVersion|BucketObject|Network|Subnetwork|Firewall|ResourcePolicy|DiskResourcePolicyAttachment|RecordSet)$/;

describe("a monitoring server on Google Cloud", () => {
  it("is a small machine that starts only what is signed, whose keys are nobody's, and takes no input on its serial port", async () => {
    const { only } = await server();
    const instance = only("Instance");
    assert.equal(instance.machineType, "e2-small");
    assert.deepEqual([instance.project, instance.zone], [project, zone]);
    assert.deepEqual(instance.bootDisk.initializeParams.image, "ubuntu-os-cloud/ubuntu-2404-lts-amd64");
    assert.deepEqual(instance.shieldedInstanceConfig, { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true });
    const { "user-data": _, ...metadata } = instance.metadata;
    assert.deepEqual(metadata, { "block-project-ssh-keys": "true", "enable-oslogin": "TRUE", "serial-port-enable": "FALSE" });
    assert.deepEqual(instance.serviceAccount, { email, scopes: ["cloud-platform"] });
    assert.deepEqual([instance.canIpForward, instance.allowStoppingForUpdate, instance.metadataStartupScript], [false, true, undefined]);
    assert.deepEqual(instance.scheduling, { automaticRestart: true, onHostMaintenance: "MIGRATE" });
  });

  it("finds its disk, its buckets and its secrets by its user data, which is within Google's limit", async () => {
    const { only } = await server();
    const instance = only("Instance");
    assert.ok(Buffer.byteLength(instance.metadata["user-data"]) <= 262_144);
    assert.deepEqual(machineOf(instance), {
      format: 1,
      root: "/var/lib/pulumi-lgtm",
      store: { kind: "gcs", bucket: "mon-configuration", prefix: "" },
      statusStore: { kind: "gcs", bucket: "mon-telemetry", prefix: "" },
      secrets: { kind: "secret-manager", project, prefix: "lgtm-project-stack-mon" },
      dataDisk: { device: "/dev/disk/by-id/google-lgtm-data", sizeGiB: 20 },
    });
    assert.deepEqual(instance.attachedDisks, [{ source: `https://www.googleapis.com/compute/v1/projects/${project}/zones/${zone}/disks/${tag}-data`, deviceName: "lgtm-data" }]);
  });

  it("lets in the given ranges on 443 and Identity-Aware Proxy on 22, and out on the ports it needs", async () => {
    const { typed, only } = await server({ allowedCidrs: ["203.0.113.0/24", "198.51.100.7/32"] });
    assert.deepEqual(rules(typed("Firewall")), {
      "mon-in": ["INGRESS", { protocol: "tcp", ports: ["443"] }, ["203.0.113.0/24", "198.51.100.7/32"], [tag]],
      "mon-iap": ["INGRESS", { protocol: "tcp", ports: ["22"] }, ["35.235.240.0/20"], [tag]],
      "mon-out": ["EGRESS", { protocol: "tcp", ports: ["80", "443"] }, ["0.0.0.0/0"], [tag]],
      "mon-out-rest": ["EGRESS", { protocol: "all" }, ["0.0.0.0/0"], [tag]],
    });
    assert.deepEqual(only("Instance").tags, [tag]);
    assert.deepEqual(typed("Firewall").map(({ inputs }) => inputs.priority), [undefined, undefined, undefined, 65000]);
    for (const { inputs } of typed("Firewall")) assert.ok(inputs.description);
    const mail = await server({ alerts: { email: [{ to: ["a@example.com"], from: "b@example.com", smarthost: "smtp.example.com:587" }] } });
    assert.deepEqual(mail.named("Firewall", "mon-out").allows[0].ports, ["80", "443", "587"]);
  });

  it("has a network without subnetworks in all the world, from which Google's services are reached", async () => {
    const { only } = await server();
    assert.equal(only("Network").autoCreateSubnetworks, false);
    assert.deepEqual([only("Subnetwork").privateIpGoogleAccess, only("Subnetwork").ipCidrRange, only("Subnetwork").region], [true, "10.90.0.0/24", region]);
    assert.equal(only("Subnetwork").logConfig.metadata, "EXCLUDE_ALL_METADATA");
  });

  it("has roles on its own buckets and secrets alone", async () => {
    const { typed, component } = await server();
    assert.deepEqual(typed("IAMMember"), []);
    assert.deepEqual(typed("BucketIAMMember").map(({ inputs }) => [inputs.bucket, inputs.role, inputs.member]), [
      ["mon-configuration", "roles/storage.objectViewer", `serviceAccount:${email}`],
      ["mon-telemetry", "roles/storage.objectUser", `serviceAccount:${email}`],
      ["mon-telemetry", "roles/storage.legacyBucketReader", `serviceAccount:${email}`],
    ]);
    for (const { inputs } of typed("SecretIamMember")) assert.deepEqual([inputs.role, inputs.member], ["roles/secretmanager.secretAccessor", `serviceAccount:${email}`]);
    assert.deepEqual(typed("SecretIamMember").map(({ inputs }) => inputs.secretId), typed("Secret").map(({ inputs }) => inputs.secretId));
    const { value: roles } = await seen(component.requiredRoles);
    assert.equal(roles?.length, 3 + typed("Secret").length);
    assert.ok(roles?.every(({ granted }) => granted));
  });

  it("reads of the project what its spec asks, and says what is left to grant in another one", async () => {
    const { typed, component } = await server({ discovery: { gce: { zones: [zone] } }, cloudDatasources: { gcp: [{}, { name: "orders", project: "shop-orders" }] } });
    assert.deepEqual(typed("IAMMember").map(({ inputs }) => [inputs.project, inputs.role]), [[project, "roles/compute.viewer"], [project, "roles/monitoring.viewer"], [project, "roles/logging.viewer"]]);
    const { value: roles } = await seen(component.requiredRoles);
    assert.deepEqual(roles?.filter(({ granted }) => !granted).map(({ role, on, name }) => [role, on, name]), [["roles/monitoring.viewer", "project", "shop-orders"], ["roles/logging.viewer", "project", "shop-orders"]]);
    const services = typed("Service").map(({ inputs }) => inputs.service);
    for (const api of ["monitoring", "logging"]) assert.ok(services.includes(`${api}.googleapis.com`), api);
  });

  it("reads the metrics and the logs of the cloud that its spec asks for", async () => {
    const { typed, component } = await server({ cloudMetrics: { gcp: { services: ["cloud-sql"] } }, cloudLogs: { gcp: { subscription: "lgtm-logs" } }, cloudDatasources: { gcp: [{ logs: false }] } });
    assert.deepEqual(typed("IAMMember").map(({ inputs }) => [inputs.project, inputs.role]), [[project, "roles/monitoring.viewer"]]);
    assert.deepEqual(typed("SubscriptionIAMMember").map(({ inputs }) => [inputs.project, inputs.subscription, inputs.role]), [[project, "lgtm-logs", "roles/pubsub.subscriber"]]);
    assert.ok(typed("Service").some(({ inputs }) => inputs.service === "pubsub.googleapis.com"));
    assert.ok((await seen(component.requiredRoles)).value?.every(({ granted }) => granted));
    const elsewhere = await server({ cloudLogs: { gcp: { subscription: "lgtm-logs", project: "shop-logs" } } });
    assert.deepEqual(elsewhere.typed("SubscriptionIAMMember"), []);
    assert.deepEqual((await seen(elsewhere.component.requiredRoles)).value?.filter(({ granted }) => !granted).map(({ on, name }) => [on, name]), [["subscription", "projects/shop-logs/subscriptions/lgtm-logs"]]);
  });

  it("switches on the services it needs and never off, or leaves that to others", async () => {
    const { typed } = await server({ domain: "mon.example.com", managedZone: "example-com" });
    assert.deepEqual(typed("Service").map(({ inputs }) => inputs.service), ["compute", "iam", "secretmanager", "storage", "dns"].map(api => `${api}.googleapis.com`));
    for (const { inputs } of typed("Service")) assert.equal(inputs.disableOnDestroy, false);
    assert.deepEqual((await server({ enableApis: false })).typed("Service"), []);
  });

  it("has two buckets that nobody can make public; releases are versioned", async () => {
    const { typed, named } = await server();
    assert.deepEqual(typed("Bucket").map(({ name, inputs }) => [name, (inputs.versioning as { enabled: boolean }).enabled]), [["mon-configuration", true], ["mon-telemetry", false]]);
    for (const { inputs } of typed("Bucket")) assert.deepEqual([inputs.uniformBucketLevelAccess, inputs.publicAccessPrevention, inputs.location], [true, "enforced", region]);
    assert.deepEqual(named("Bucket", "mon-telemetry").softDeletePolicy, { retentionDurationSeconds: 0 });
    assert.equal(named("Bucket", "mon-configuration").softDeletePolicy, undefined);
  });

  it("keeps its data on a disk of a name that stays, with a snapshot a day in its own region", async () => {
    const { only } = await server();
    const disk = only("Disk");
    assert.deepEqual([disk.name, disk.size, disk.type, disk.zone, disk.createSnapshotBeforeDestroy], [`${tag}-data`, 20, "pd-balanced", zone, false]);
    const { snapshotSchedulePolicy: policy } = only("ResourcePolicy");
    assert.deepEqual(policy.retentionPolicy, { maxRetentionDays: 7, onSourceDiskDelete: "KEEP_AUTO_SNAPSHOTS" });
    assert.equal(policy.snapshotProperties.storageLocations, region);
    assert.deepEqual([only("DiskResourcePolicyAttachment").disk, only("DiskResourcePolicyAttachment").name], [`${tag}-data`, "mon-snapshots"]);
    assert.deepEqual((await server({ snapshotsKept: 0 })).typed("ResourcePolicy"), []);
    assert.notEqual((await server({}, { name: "other" })).only("Disk").name, disk.name);
  });

  it("takes a last snapshot, empties the bucket, or neither, as onDestroy says", async () => {
    const wanted = { keep: [false, false], snapshot: [true, false], delete: [false, true] } as const;
    for (const onDestroy of ["keep", "snapshot", "delete"] as const) {
      const { only, named } = await server({ onDestroy });
      assert.deepEqual([only("Disk").createSnapshotBeforeDestroy, named("Bucket", "mon-telemetry").forceDestroy], wanted[onDestroy], onDestroy);
      assert.equal(named("Bucket", "mon-configuration").forceDestroy, true);
    }
  });

  it("puts the pointer into the bucket when bundle and release are there, under their hashes", async () => {
    const { component, named } = await server();
    const release = (await seen(component.release)).value!;
    assert.equal(named("BucketObject", "mon-release").name, `releases/${release}.json`);
    assert.equal((JSON.parse(open(named("BucketObject", "mon-pointer").content) as string) as { release: string }).release, release);
    assert.match(named("BucketObject", "mon-bundle").name, /^bundles\/[0-9a-f]{64}\.json$/);
    const document = JSON.parse(open(named("BucketObject", "mon-release").content) as string) as { bindings: object };
    assert.deepEqual(document.bindings, { address: "203.0.113.7", bucket: "mon-telemetry" });
    const { named: found } = await server({ discovery: { gce: { zones: [zone] } } });
    assert.equal((JSON.parse(open(found("BucketObject", "mon-release").content) as string) as { bindings: { project: string } }).bindings.project, project);
  });

  it("has a contract whose authority is known before the machine answers", async () => {
    const { component } = await server();
    const { value: contract, secret } = await seen(component.contract);
    assert.equal(secret, false);
    assert.equal(contract?.url, "https://203.0.113.7/");
    assert.equal(contract?.ca, "certificate of mon-ca");
    assert.deepEqual(contract?.scrapeSource, { cloud: "gcp", serviceAccount: email, networkTag: tag, network: "mon-network", project });
    assert.deepEqual(contract?.tokenSecrets, { push: { default: `projects/${project}/secrets/lgtm-project-stack-mon-push-default` }, read: { default: `projects/${project}/secrets/lgtm-project-stack-mon-read-default` } });
    assert.deepEqual(contract?.labels, { environment: "monitoring", cloud: "gcp", host: "mon" });
    assert.deepEqual((await seen(component.data)).value, { disk: `${tag}-data`, telemetryBucket: "mon-telemetry" });
  });

  it("gets a public certificate when the world may come in, and the record of its name in the given zone", async () => {
    const { component, only, typed } = await server({ domain: "mon.example.com", managedZone: "projects/shop-dns/managedZones/example-com", allowedCidrs: ["0.0.0.0/0"] });
    assert.deepEqual(typed("PrivateKey"), []);
    assert.equal((await seen(component.contract)).value?.ca, "");
    const record = only("RecordSet");
    assert.deepEqual([record.name, record.rrdatas, record.type, record.managedZone, record.project], ["mon.example.com.", ["203.0.113.7"], "A", "example-com", "shop-dns"]);
  });

  it("keeps every secret in Secret Manager and none anywhere else", async () => {
    const { component, registered, typed, only } = await server({ alerts: { slack: [{}] }, secrets: { "alerts-slack-webhook": "https://hooks.example.com/given" } });
    for (const { inputs } of typed("SecretVersion")) assert.ok(isSecret(inputs.secretData));
    const names = ["alerts-slack-webhook", "ca-certificate", "ca-key", "grafana-admin-password", "grafana-secret-key", "push-default", "read-default"];
    assert.deepEqual(typed("SecretVersion").map(({ name }) => name).sort(), names.map(secret => `mon-${secret}`));
    assert.deepEqual(typed("Secret").map(({ inputs }) => inputs.secretId).sort(), names.map(secret => `lgtm-project-stack-mon-${secret}`));
    for (const { inputs } of typed("Secret")) assert.deepEqual(inputs.replication, { auto: {} });
    const values = ["ya29.token", "https://hooks.example.com/given", made("mon-ca-key"), ...typed("SecretVersion").filter(each => !/slack|ca-/.test(each.name)).map(({ name }) => made(name))];
    assert.equal(values.length, 7);
    for (const each of registered) for (const value of values) assert.ok(!plainText(each.inputs).includes(value), `${each.type} ${each.name} shows ${value}`);
    for (const value of values) assert.ok(!JSON.stringify(only("Instance").metadata).includes(value));
    assert.ok((await seen(component.tokens)).secret && (await seen(component.adminPassword)).secret);
    for (const output of [component.contract, component.data, component.requiredRoles, component.release]) assert.equal((await seen<unknown>(output)).secret, false);
  });

  it("labels everything that can carry labels, and the user's win", async () => {
    const { registered, only } = await server({ tags: { team: "orders", "managed-by": "us" }, domain: "mon.example.com", managedZone: "example-com" });
    const wanted = { "managed-by": "us", "lgtm-server": "project_stack_mon", team: "orders" };
    const labelled = registered.filter(({ type }) => type.startsWith("gcp:") && !unlabelled.test(type));
    assert.deepEqual([...new Set(labelled.map(({ type }) => type.split(":").pop()))].sort(), ["Address", "Bucket", "Disk", "Instance", "Secret"]);
    for (const { name, inputs } of labelled) assert.deepEqual(inputs.labels, wanted, name);
    assert.deepEqual(only("Instance").bootDisk.initializeParams.labels, wanted);
    assert.deepEqual(only("ResourcePolicy").snapshotSchedulePolicy.snapshotProperties.labels, wanted);
  });

  it("takes a machine by name, with the image and the kind of disk that it needs", async () => {
    const { only } = await server({ machineType: "c4a-standard-1" });
    assert.deepEqual([only("Instance").bootDisk.initializeParams.image, only("Instance").bootDisk.initializeParams.type, only("Disk").type], ["ubuntu-os-cloud/ubuntu-2404-lts-arm64", "hyperdisk-balanced", "hyperdisk-balanced"]);
    const older = await server({ machineType: "t2a-standard-1" });
    assert.deepEqual([older.only("Instance").bootDisk.initializeParams.image, older.only("Disk").type], ["ubuntu-os-cloud/ubuntu-2404-lts-arm64", "pd-balanced"]);
    assert.equal((await server({ image: "projects/shop/global/images/hardened" })).only("Instance").bootDisk.initializeParams.image, "projects/shop/global/images/hardened");
  });

  it("uses a key of the user's own for disks, buckets and secrets", async () => {
    const kmsKey = `projects/${project}/locations/${region}/keyRings/ring/cryptoKeys/key`;
    const { only, typed } = await server({ kmsKey });
    assert.equal(only("Instance").bootDisk.kmsKeySelfLink, kmsKey);
    assert.deepEqual(only("Disk").diskEncryptionKey, { kmsKeySelfLink: kmsKey });
    for (const { inputs } of typed("Bucket")) assert.deepEqual(inputs.encryption, { defaultKmsKeyName: kmsKey });
    for (const { inputs } of typed("Secret")) assert.deepEqual(inputs.replication, { userManaged: { replicas: [{ location: region, customerManagedEncryption: { kmsKeyName: kmsKey } }] } });
  });

  it("names its price by one dated table", async () => {
    const { component } = await server();
    assert.deepEqual(component.price.unknown, []);
    assert.equal(component.price.usd, Math.round(component.price.items.reduce((sum, { usd }) => sum + usd!, 0) * 100) / 100);
    assert.ok(component.price.usd > 15 && component.price.usd < 30, String(component.price.usd));
    assert.deepEqual((await server({ machineType: "c3-standard-22", memory: 90112 })).component.price.unknown, ["machine c3-standard-22"]);
  });

  it("is previewed with what is not known yet, and nobody waits", async () => {
    const { registered, component } = await server({}, { preview: true });
    const { registered: created } = await server();
    assert.deepEqual(registered.map(({ type, name }) => `${type} ${name}`).sort(), created.map(({ type, name }) => `${type} ${name}`).sort());
    assert.equal((await seen(component.contract)).known, false);
  });
});
