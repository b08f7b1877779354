import { z } from "zod/v3";

/** Where Loki and Tempo keep what they have: on the server's data disk, or in object storage. */
export const StorageKind = {
  disk: "disk",
  /** Amazon S3. */
  s3: "s3",
  /** A container of an Azure storage account. */
  azureBlob: "azure-blob",
  /** Google Cloud Storage. */
  gcs: "gcs",
} as const;
export type StorageKind = (typeof StorageKind)[keyof typeof StorageKind];

/**
 * Where logs and traces are kept. In object storage they are in the server's telemetry bucket, under `loki/` and `tempo/`, and the
 * server reaches it with the identity of its machine: there is no key. What is being written, and caches, are on the data disk in
 * any case. A change shows no longer what was kept before; it stays where it is, and comes back with the old value.
 */
export interface StorageSpec {
  kind: StorageKind;
  /**
   * Address of the object storage, where it is not that of the kind's public cloud: "https://s3.cn-north-1.amazonaws.com.cn",
   * "https://blob.core.usgovcloudapi.net". Not for gcs, since Loki takes none there. @default the public cloud's
   */
  endpoint?: string;
}

/** What objects are kept under in the bucket. */
export const storagePrefix = { loki: "loki", tempo: "tempo" } as const;

const examples: Partial<Record<StorageKind, { form: RegExp; example: string }>> = {
  [StorageKind.s3]: { form: /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/, example: "https://s3.cn-north-1.amazonaws.com.cn" },
  // Tempo takes whatever does not begin with "blob." for an emulator and speaks plain HTTP to it.
  [StorageKind.azureBlob]: { form: /^https:\/\/blob\.[a-z0-9.-]+$/, example: "https://blob.core.usgovcloudapi.net" },
};

/** Spec key `storage`. @internal */
export const storageSchema = z.strictObject({ kind: z.nativeEnum(StorageKind), endpoint: z.string().optional() }).superRefine(({ kind, endpoint }, context) => {
  const known = examples[kind];
  if (endpoint === undefined || known?.form.test(endpoint)) return;
  const message = known ? `scheme and host without a path, such as "${known.example}"` : `none with kind "${kind}". Leave it out`;
  context.addIssue({ code: "custom", path: ["endpoint"], message });
});

export const resolveStorage = (storage: StorageSpec = { kind: StorageKind.disk }): StorageSpec => storage;

/** Whether Loki and Tempo need the machine's identity. */
export const inObjectStorage = ({ kind }: StorageSpec): boolean => kind !== StorageKind.disk;

/** The endpoint of S3 as both programs want it: a host, and whether to speak plain HTTP to it. */
export function s3Endpoint({ endpoint }: StorageSpec): { endpoint: string; insecure?: true } {
  if (endpoint === undefined) return { endpoint: "s3.@@region@@.amazonaws.com" };
  const { protocol, host } = new URL(endpoint);
  return { endpoint: host, ...(protocol === "http:" && { insecure: true }) };
}

/** What follows the account's name in the address of Azure's blob storage; nothing where it is the public cloud. */
export function azureSuffix({ endpoint }: StorageSpec): { endpoint_suffix?: string } {
  return endpoint === undefined ? {} : { endpoint_suffix: new URL(endpoint).host };
}

/**
 * Bytes of one part of an upload to Google's storage. Its client reserves a whole part for each upload under way, 16 MiB by
 * default in Loki and 10 MiB in Tempo.
 */
export const gcsPart = 2_097_152;
