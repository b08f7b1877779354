/** A folder of the machine. */
export interface FolderStore {
  kind: "folder";
  path: string;
}

export interface S3Store {
  kind: "s3";
  bucket: string;
  /** Put before every path, without a slash at its end; empty for none. */
  prefix: string;
  region: string;
  /** @default AWS's own address of the bucket */
  endpoint?: string;
}

export interface AzureBlobStore {
  kind: "azure-blob";
  account: string;
  container: string;
  prefix: string;
  /** @default https://<account>.blob.core.windows.net */
  endpoint?: string;
  /** Client id of the machine's managed identity, where it has more than one. */
  clientId?: string;
}

export interface GcsStore {
  kind: "gcs";
  bucket: string;
  prefix: string;
  /** @default https://storage.googleapis.com */
  endpoint?: string;
}

/** Where releases come from and status goes. */
export type Store = FolderStore | S3Store | AzureBlobStore | GcsStore;

/** One file a secret, its name the secret's. */
export type FolderSecrets = FolderStore;

/** AWS Systems Manager's Parameter Store: `<prefix>/<secret>`, read decrypted with the machine's role (`ssm:GetParameters`, and `kms:Decrypt` with a key of your own). */
export interface SsmSecrets {
  kind: "ssm";
  /** Such as `/lgtm/mon`. */
  prefix: string;
  region: string;
  /** @default AWS's own address in the region */
  endpoint?: string;
}

/** Azure Key Vault: `<prefix>-<secret>`, read with the machine's managed identity (Key Vault Secrets User). */
export interface KeyVaultSecrets {
  kind: "key-vault";
  /** Such as `https://mon.vault.azure.net`. */
  vault: string;
  prefix: string;
  /** Client id of the machine's managed identity, where it has more than one. */
  clientId?: string;
}

/** Google Secret Manager: `<prefix>-<secret>`, read with the machine's service account (`roles/secretmanager.secretAccessor`). */
export interface SecretManagerSecrets {
  kind: "secret-manager";
  project: string;
  prefix: string;
  /** @default https://secretmanager.googleapis.com */
  endpoint?: string;
}

/**
 * Where the values of secrets come from: the newest of each, asked for when the release names another version in `secretVersions`
 * than the machine keeps. Which version a value is, these stores are not asked: the versions are the library's own.
 */
export type SecretStore = FolderSecrets | SsmSecrets | KeyVaultSecrets | SecretManagerSecrets;

/** A disk of its own for the services' data, mounted on `<root>/data`. */
export interface DataDisk {
  /** A name that stays, such as `/dev/disk/by-id/…`. */
  device: string;
  /** Size at its creation: an empty disk of another size is not formatted. A disk that grew later is taken as it is. */
  sizeGiB: number;
}

/** `<root>/machine.json`: who a machine is and where its things are. Written before the first roll-out; holds no secret. */
export interface Machine {
  format: 1;
  root: string;
  store: Store;
  /** Where status goes, of the same kind as `store`. @default store */
  statusStore?: Store;
  secrets: SecretStore;
  dataDisk: DataDisk | null;
  /** This is somebody's own machine: install no engine, units or firewall rules on it. @default false; plain processes never do */
  local?: boolean;
  /** Plain processes only: absolute path of each program by name. */
  programs?: Record<string, string>;
  /** Plain processes only: install folder of a program that has one. */
  homes?: Record<string, string>;
  /** Plain processes only: programs that could not be had, with the reason. */
  missing?: Record<string, string>;
  /** Plain processes only: what runs them. */
  node?: string;
  pm2?: string;
  pm2Logrotate?: string;
}
