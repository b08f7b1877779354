/** What the machine's service account may do, as plain data: each right can be read and tested. */

/** One role that the machine's service account needs. */
export interface RequiredRole {
  /** Such as "roles/storage.objectViewer". */
  role: string;
  on: "bucket" | "secret" | "project" | "subscription";
  /** Name of the bucket, id of the secret or of the project, or projects/<project>/subscriptions/<name>. */
  name: string;
  /** False: yours to grant, since it is on something that is not made here. */
  granted: boolean;
}

/** Reads releases; cannot write what root runs. With the right to list, what is not there is answered with 404 instead of 403. */
export const configurationRoles = { reader: "roles/storage.objectViewer" } as const;

/** Writes and deletes what it observes; Tempo asks for the bucket itself when it starts, which only the reader's role allows. */
export const telemetryRoles = { user: "roles/storage.objectUser", reader: "roles/storage.legacyBucketReader" } as const;

/** Reads the value of one secret. */
export const secretRole = "roles/secretmanager.secretAccessor";
