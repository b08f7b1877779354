import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Provider } from "@pulumi/gcp/provider";
import { parse } from "yaml";
import { MonitoringServer, type MonitoringServerArgs } from "../../components/gcp";
import { isSecret, made, open, plainText, seen } from "../mocks";
import { project, region, run, zone } from "./mocks";

const base: MonitoringServerArgs = { allowedCidrs: ["203.0.113.0/24"] };

async function server(more: Partial<MonitoringServerArgs> = {}, { name = "mon", preview = false } = {}) {
  const { made: component, registered } = await run(() => new MonitoringServer(name, { ...base, ...more }), { preview });
  const typed = (type: string) => registered.filter(each => each.type.endsWith(`:${type}`));
  const only = (type: string): Record<string, any> => {
    const found = typed(type);
    assert.equal(found.length, 1, `${type}: ${found.map(each => each.name).join(", ") || "none"}`);
    return found[0]!.inputs;
  };
  return { component, registered, typed, only, named: (type: string, resource: string) => typed(type).find(each => each.name === resource)!.inputs as Record<string, any> };
}

function machineOf(instance: Record<string, any>): Record<string, any> {
  const config = parse(instance.metadata["user-data"]) as { write_files: { path: string; content: string }[] };
  return JSON.parse(config.write_files.find(file => file.path.endsWith("/machine.json"))!.content) as Record<string, any>;
}

/** What each firewall rule says: direction, ports, where from or to, and for whom. */
function rules(firewalls: { name: string; inputs: Record<string, any> }[]) {
  return Object.fromEntries(firewalls.map(({ name, inputs }) => [name, [inputs.direction, (inputs.allows ?? inputs.denies)[0], inputs.sourceRanges ?? inputs.destinationRanges, inputs.targetTags]]));
}

const tag = "mon-42d24c77";
const email = `${tag}@${project}.iam.gserviceaccount.com`;

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

/** Resources of Google Cloud that carry no labels. */
const unlabelled = /:(Service|Account|IAMMember|BucketIAMMember|SecretIamMember|SecretVersion|BucketObject|Network|Subnetwork|Firewall|ResourcePolicy|DiskResourcePolicyAttachment|RecordSet)$/;

describe("what a team has already", () => {
  it("a subnetwork: no network is made, and the rules are in the network's own project", async () => {
    const { typed, only, component } = await server({ subnetwork: "projects/shop-host/regions/europe-west3/subnetworks/monitoring" });
    for (const type of ["Network", "Subnetwork"]) assert.deepEqual(typed(type), [], type);
    assert.equal(only("Instance").networkInterfaces[0].subnetwork, "https://www.googleapis.com/compute/v1/projects/shop-host/regions/europe-west3/subnetworks/monitoring");
    for (const { inputs } of typed("Firewall")) assert.deepEqual([inputs.project, inputs.network], ["shop-host", "https://www.googleapis.com/compute/v1/projects/shop-host/global/networks/vpc-given"]);
    assert.equal(((await seen(component.contract)).value?.scrapeSource as { project: string }).project, "shop-host");
    const near = await server({ subnetwork: "default" });
    assert.match(near.only("Instance").networkInterfaces[0].subnetwork, new RegExp(`projects/${project}/regions/${region}/subnetworks/default$`));
  });

  it("a private subnetwork: the address is reserved in it, and nothing is public", async () => {
    const { only, component } = await server({ subnetwork: "default", publicAddress: false });
    assert.deepEqual([only("Address").addressType, only("Instance").networkInterfaces[0].networkIp, only("Instance").networkInterfaces[0].accessConfigs], ["INTERNAL", "10.0.0.7", undefined]);
    assert.match(only("Address").subnetwork, /subnetworks\/default$/);
    assert.equal((await seen(component.contract)).value?.url, "https://10.0.0.7/");
  });

  it("network tags, a service account, buckets, a disk, an address: taken as they are", async () => {
    const { typed, only, named, component } = await server({
      subnetwork: "default", networkTags: ["monitoring", "web"], serviceAccountEmail: "given@shop.iam.gserviceaccount.com", configurationBucket: "releases-given", telemetryBucket: "telemetry-given",
      dataDisk: "disk-given", address: "address-given", discovery: { gce: { zones: [zone] } },
    });
    for (const type of ["Firewall", "Account", "Bucket", "BucketIAMMember", "IAMMember", "Disk", "ResourcePolicy", "Address"]) assert.deepEqual(typed(type), [], type);
    const instance = only("Instance");
    assert.deepEqual(instance.tags, ["monitoring", "web"]);
    assert.equal(instance.serviceAccount.email, "given@shop.iam.gserviceaccount.com");
    assert.equal(instance.attachedDisks[0].source, "disk-given");
    assert.ok(!component.price.items.some(({ what }) => /data disk|snapshots|address/.test(what)), "what is made costs, and nothing else");
    assert.deepEqual(instance.networkInterfaces[0].accessConfigs, [{ natIp: "203.0.113.8" }]);
    assert.equal(named("BucketObject", "mon-pointer").bucket, "releases-given");
    assert.equal(machineOf(instance).statusStore.bucket, "telemetry-given");
    const { value: roles } = await seen(component.requiredRoles);
    assert.deepEqual(roles?.filter(({ granted }) => !granted).map(({ role, name }) => [role, name]), [
      ["roles/storage.objectViewer", "releases-given"], ["roles/storage.objectUser", "telemetry-given"], ["roles/storage.legacyBucketReader", "telemetry-given"], ["roles/compute.viewer", project],
    ]);
    for (const { inputs } of typed("SecretIamMember")) assert.equal(inputs.member, "serviceAccount:given@shop.iam.gserviceaccount.com");
  });

  it("a bucket beside a service account of the server's own: the account gets its rights on it", async () => {
    const { typed } = await server({ telemetryBucket: "telemetry-given" });
    assert.deepEqual(typed("BucketIAMMember").map(({ inputs }) => inputs.bucket).sort(), ["mon-configuration", "telemetry-given", "telemetry-given"]);
  });

  it("a snapshot: the new disk is made of it, under a name of its own", async () => {
    const { only } = await server({ dataSnapshot: "mon-data-20261122" });
    assert.equal(only("Disk").snapshot, "mon-data-20261122");
    assert.match(only("Disk").name, new RegExp(`^${tag}-data-[0-9a-f]{8}$`));
  });

  it("a machine: stage 0 comes through VM Manager, and network, disks and identity stay as they are", async () => {
    const { typed, only, named, component } = await server({ instance: "vm-given", memory: 4096 });
    for (const type of ["Instance", "Disk", "Address", "Network", "Subnetwork", "Firewall", "Account"]) assert.deepEqual(typed(type), [], type);
    const assignment = only("OsPolicyAssignment");
    assert.deepEqual(assignment.instanceFilter, { inclusionLabels: [{ labels: { "lgtm-server": "project_stack_mon" } }] });
    assert.deepEqual([assignment.location, assignment.skipAwaitRollout], [zone, true]);
    const { validate, enforce } = assignment.osPolicies[0].resourceGroups[0].resources[0].exec;
    const file = named("BucketObject", "mon-install");
    assert.deepEqual(enforce.file, { gcs: { bucket: "mon-configuration", object: file.name, generation: 1761042312345678 } });
    assert.ok(validate.script.length < 1024);
    const script = open(file.content) as string;
    assert.match(script, /"kind": "secret-manager"/);
    assert.match(script, /"dataDisk": null/);
    assert.ok(typed("Service").some(({ inputs }) => inputs.service === "osconfig.googleapis.com"));
    assert.ok(typed("SecretIamMember").every(({ inputs }) => inputs.member === "serviceAccount:given@shop.iam.gserviceaccount.com"));
    assert.equal((await seen(component.contract)).value?.address, "203.0.113.9");
    assert.deepEqual((await seen(component.contract)).value?.scrapeSource, { cloud: "gcp", serviceAccount: "given@shop.iam.gserviceaccount.com", networkTag: "web", network: `https://www.googleapis.com/compute/v1/projects/${project}/global/networks/default`, project });
    assert.deepEqual(component.price.items.map(({ what }) => what), ["6 secrets"]);
  });

  it("an authority: nothing is made of it", async () => {
    const { typed, component } = await server({ secrets: { "ca-certificate": "given pem", "ca-key": "given key" } });
    assert.deepEqual([typed("PrivateKey"), typed("SelfSignedCert")], [[], []]);
    assert.equal((await seen(component.contract)).value?.ca, "given pem");
  });
});

describe("what is wrong with the arguments is said at once, all of it", () => {
  const refused = (more: object, words: RegExp) => assert.rejects(server(more), words);

  it("of the ways in", async () => {
    await refused({ allowedCidrs: undefined }, /allowedCidrs: missing names nobody who may reach the server\. Give ranges such as/);
    await refused({ allowedCidrs: ["0.0.0.0/0", "::/0"] }, /allowedCidrs: on Google Cloud the server has an IPv4 address only, which nobody of "::\/0" could reach\. Leave it out/);
    await refused({ tls: "acme", domain: "mon.example.com" }, /tls: "acme" needs port 443 open to the world/);
    await refused({ publicAddress: false }, /Give subnetwork of a private network with Cloud NAT/);
    await refused({ managedZone: "example-com" }, /managedZone: there is no name for the record/);
    await refused({ networkTags: ["Web"] }, /networkTags: \["Web"\] is not allowed\. Allowed: at least one network tag/);
  });

  it("of the machine and its disk", async () => {
    await refused({ size: "tiny", onDestroy: "forget" }, /(?=[^]*size: "tiny" is not allowed\. Allowed: "small", "medium", "large")(?=[^]*onDestroy: "forget" is not allowed)/);
    await refused({ machineType: "z9-huge" }, /machineType: nobody here knows how much memory "z9-huge" has\. Say it in MiB/);
    await refused({ instance: "vm-1" }, /memory: missing\. Say how much the machine of instance has/);
    await refused({ instance: "vm-1", memory: 4096, subnetwork: "default" }, /subnetwork: instance says which machine it is/);
    await refused({ dataDisk: "disk-1", dataSnapshot: "snap-1" }, /dataDisk and dataSnapshot cannot both be set/);
    await refused({ dataDisk: "disk-1", snapshotsKept: 3 }, /snapshotsKept: dataDisk names a disk that exists, and its snapshots are its owner's/);
    await refused({ zone: "europe-west3" }, /zone: "europe-west3" is not allowed\. Allowed: a zone such as "europe-west3-b"/);
    await refused({ zone: "europe-west3-a", region: "us-central1" }, /zone: "europe-west3-a" is not in the region "us-central1"\. Leave one of them out/);
  });

  it("of labels, which Google takes in lower case only, and of the name", async () => {
    await refused({ tags: { Team: "orders" } }, /tags\.Team: the name is not allowed\. On Google Cloud these are labels: lower-case letters, digits, _ and -, a letter first, at most 63/);
    await refused({ tags: { team: "Orders Team" } }, /tags\.team: "Orders Team" is not allowed\. On Google Cloud these are labels/);
    await assert.rejects(server({}, { name: "Mon_1" }), /name: "Mon_1" is not allowed\. Allowed: lower-case letters, digits and -/);
  });

  it("of the spec and of mistyped arguments", async () => {
    await refused({ retention: { logs: "1h" } }, /retention\.logs: "1h" is not allowed/);
    await refused({ machinType: "e2-small" }, /machinType: no such key/);
    await refused({ alerts: { slack: [{}] } }, /secrets\.alerts-slack-webhook: missing\. This server needs it/);
    // This one is found when the component is there already: its registration has to end with this test.
    await new Promise(wake => setTimeout(wake, 300));
  });
});

it("the provider that the component is given makes every resource", async () => {
  const { registered } = await run(() => new MonitoringServer("mon", base, { provider: new Provider("elsewhere", { project, region }) }));
  const ofGcp = registered.filter(({ type }) => type.startsWith("gcp:"));
  assert.ok(ofGcp.length > 30, String(ofGcp.length));
  assert.deepEqual(ofGcp.filter(({ provider }) => !provider?.includes("::elsewhere::")).map(({ name }) => name), []);
});
