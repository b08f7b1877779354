import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { renderBundle, type Plan } from "../../components/server/bundle";
import { resolveSpec, type ServerSpec } from "../../components/server/spec";
import { SpecError } from "../../components/server/spec-error";
import type { StorageSpec } from "../../components/server/storage";

const render = (storage?: StorageSpec) => {
  const { files } = renderBundle(storage ? { storage } : {});
  return { loki: parse(files["config/loki/loki.yml"]!), tempo: parse(files["config/tempo/tempo.yml"]!).storage.trace, plan: JSON.parse(files["plan.json"]!) as Plan };
};
const problemsOf = (storage: unknown): string[] => {
  try {
    resolveSpec({ storage } as ServerSpec);
  } catch (error) {
    if (error instanceof SpecError) return error.problems;
    throw error;
  }
  return [];
};
const withMetadata = ({ services }: Plan) => services.filter(({ metadata }) => metadata).map(({ name }) => name);

describe("storage", () => {
  it("is the data disk by default, where nothing needs the machine's identity and the files are as they always were", () => {
    const { loki, tempo, plan } = render();
    assert.deepEqual(loki.storage_config, { use_thanos_objstore: true, object_store: { filesystem: { dir: "/lgtm/data/chunks" } }, tsdb_shipper: { active_index_directory: "/lgtm/data/index", cache_location: "/lgtm/data/index-cache" } });
    assert.equal(loki.compactor.working_directory, "/lgtm/data/compactor");
    assert.deepEqual(tempo, { backend: "local", wal: { path: "/lgtm/data/wal" }, local: { path: "/lgtm/data/blocks" } });
    assert.deepEqual(plan.bindings, []);
    assert.deepEqual(withMetadata(plan), ["alloy"]);
    assert.deepEqual(render({ kind: "disk" }), render());
  });

  const stores: [StorageSpec, string, object, object, string[]][] = [
    [
      { kind: "s3" }, "s3",
      { bucket_name: "@@bucket@@", region: "@@region@@", endpoint: "s3.@@region@@.amazonaws.com", dualstack_enabled: false },
      { bucket: "@@bucket@@", prefix: "tempo", region: "@@region@@", endpoint: "s3.@@region@@.amazonaws.com" },
      ["bucket", "region"],
    ],
    [
      { kind: "s3", endpoint: "http://10.0.0.5:9000" }, "s3",
      { bucket_name: "@@bucket@@", region: "@@region@@", endpoint: "10.0.0.5:9000", insecure: true, dualstack_enabled: false },
      { bucket: "@@bucket@@", prefix: "tempo", region: "@@region@@", endpoint: "10.0.0.5:9000", insecure: true },
      ["bucket", "region"],
    ],
    [
      { kind: "azure-blob" }, "azure",
      { account_name: "@@account@@", container_name: "@@container@@", user_assigned_id: "@@clientid@@" },
      { storage_account_name: "@@account@@", container_name: "@@container@@", prefix: "tempo", use_managed_identity: true, user_assigned_id: "@@clientid@@" },
      ["account", "clientid", "container"],
    ],
    [
      { kind: "azure-blob", endpoint: "https://blob.core.usgovcloudapi.net" }, "azure",
      { account_name: "@@account@@", container_name: "@@container@@", user_assigned_id: "@@clientid@@", endpoint_suffix: "blob.core.usgovcloudapi.net" },
      { storage_account_name: "@@account@@", container_name: "@@container@@", prefix: "tempo", use_managed_identity: true, user_assigned_id: "@@clientid@@", endpoint_suffix: "blob.core.usgovcloudapi.net" },
      ["account", "clientid", "container"],
    ],
    [{ kind: "gcs" }, "gcs", { bucket_name: "@@bucket@@", chunk_buffer_size: 2097152 }, { bucket_name: "@@bucket@@", prefix: "tempo", chunk_buffer_size: 2097152 }, ["bucket"]],
  ];
  for (const [storage, name, ofLoki, ofTempo, bindings] of stores) {
    it(`${JSON.stringify(storage)} is one bucket for both programs, under prefixes, without a key`, () => {
      const { loki, tempo, plan } = render(storage);
      assert.deepEqual(loki.storage_config.object_store, { storage_prefix: "loki", [name]: ofLoki });
      assert.equal(loki.schema_config.configs[0].object_store, name);
      assert.equal(loki.compactor.delete_request_store, name);
      assert.deepEqual(tempo, { backend: name, wal: { path: "/lgtm/data/wal" }, [name]: ofTempo });
      assert.deepEqual(plan.bindings, bindings);
      assert.deepEqual(withMetadata(plan), ["loki", "tempo", "alloy"]);
      assert.doesNotMatch(JSON.stringify([loki, tempo]), /secret|access_key|account_key|connection_string/);
    });
  }

  it("in a bucket leaves on the disk what is being written and caches, apart from those of another store", () => {
    const { loki } = render({ kind: "s3" });
    assert.equal(loki.common.path_prefix, "/lgtm/data");
    assert.deepEqual(loki.storage_config.tsdb_shipper, { active_index_directory: "/lgtm/data/s3/index", cache_location: "/lgtm/data/s3/index-cache" });
    assert.equal(loki.compactor.working_directory, "/lgtm/data/s3/compactor");
  });

  it("changes nothing but where things are kept: retention and limits are the same", () => {
    const [disk, bucket] = [render(), render({ kind: "s3" })];
    assert.deepEqual(bucket.loki.limits_config, disk.loki.limits_config);
    assert.equal(bucket.loki.compactor.retention_enabled, true);
  });

  it("gives Tempo 3 the folder in which it begins to write, which it takes from nowhere but its own default", () => {
    const compose = parse(renderBundle({}).files["compose/docker-compose.yml"]!) as { services: { tempo: { volumes: string[] } } };
    assert.deepEqual(compose.services.tempo.volumes.filter(volume => volume.includes("/data/tempo:")), ["@@root@@/data/tempo:/lgtm/data", "@@root@@/data/tempo:/var/tempo"]);
  });

  it("that is wrong is refused with what is allowed", () => {
    assert.deepEqual(problemsOf({ kind: "S3" }), ['storage.kind: "S3" is not allowed. Allowed: "disk", "s3", "azure-blob", "gcs".']);
    assert.deepEqual(problemsOf({ kind: "s3", endpoint: "s3.amazonaws.com/bucket" }), ['storage.endpoint: "s3.amazonaws.com/bucket" is not allowed. Allowed: scheme and host without a path, such as "https://s3.cn-north-1.amazonaws.com.cn".']);
    assert.match(problemsOf({ kind: "azure-blob", endpoint: "http://blob.core.windows.net" })[0]!, /Allowed: scheme and host without a path, such as "https:\/\/blob\.core\.usgovcloudapi\.net"/);
    for (const kind of ["disk", "gcs"]) assert.deepEqual(problemsOf({ kind, endpoint: "https://storage.example.com" }), [`storage.endpoint: "https://storage.example.com" is not allowed. Allowed: none with kind "${kind}". Leave it out.`]);
    assert.match(problemsOf({ kind: "s3", bucket: "b" })[0]!, /^storage\.bucket: no such key\. Did you mean "kind"\?/);
  });
});
