import { WorkloadIdentityPool } from "@pulumi/gcp/iam/workloadIdentityPool";
import { WorkloadIdentityPoolProvider } from "@pulumi/gcp/iam/workloadIdentityPoolProvider";
import { CryptoKeyIAMMember } from "@pulumi/gcp/kms/cryptoKeyIAMMember";
import { getClientConfigOutput } from "@pulumi/gcp/organizations/getClientConfig";
import { IAMMember as ProjectMember } from "@pulumi/gcp/projects/iammember";
import { Account } from "@pulumi/gcp/serviceaccount/account";
import { IAMMember as AccountMember } from "@pulumi/gcp/serviceaccount/iammember";
import { BucketIAMMember } from "@pulumi/gcp/storage/bucketIAMMember";
import * as pulumi from "@pulumi/pulumi";
import { issuer, subjectsOf, type PreviewRoleSubjects } from "../cloud/preview-role";
import { shortId } from "./labels";

export interface PreviewRoleArgs extends PreviewRoleSubjects {
  /** Id of the project. @default the provider's: gcp:project */
  project?: string;
  /** Bucket with Pulumi's state; the account may read it. @default none: the state is elsewhere */
  stateBucket?: pulumi.Input<string>;
  /** Id of the key in Cloud KMS that encrypts the stacks' secrets, projects/…/cryptoKeys/<key>; the account may decrypt with it. @default none */
  kmsKey?: pulumi.Input<string>;
}

/**
 * A service account that GitHub Actions acts as to preview pull requests, without a key that somebody would have to keep. It
 * reads what there is in Compute Engine, and the state; it changes nothing, and reads no secret of the project.
 *
 * @example
 * new PreviewRole("preview", { repository: "acme/infra", environments: ["preview-prod"], stateBucket: "acme-pulumi" });
 */
export class PreviewRole extends pulumi.ComponentResource {
  /** What the workflow takes: `workload_identity_provider`. */
  readonly workloadIdentityProvider: pulumi.Output<string>;
  /** What the workflow takes: `service_account`. */
  readonly serviceAccount: pulumi.Output<string>;

  constructor(name: string, args: PreviewRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    const subjects = subjectsOf(args);
    super("lgtm:gcp:PreviewRole", name, { repository: args.repository, environments: args.environments }, opts);
    const parent = this;
    const project = pulumi.output(args.project ?? getClientConfigOutput({ parent }).project);
    // Google keeps the id of a deleted pool for thirty days.
    const pool = new WorkloadIdentityPool(`${name}-preview`, { project, workloadIdentityPoolId: shortId(name), displayName: "GitHub Actions", description: `Previews of ${args.repository}` }, { parent });
    const provider = new WorkloadIdentityPoolProvider(
      `${name}-github`,
      {
        project,
        workloadIdentityPoolId: pool.workloadIdentityPoolId,
        workloadIdentityPoolProviderId: "github",
        displayName: "GitHub Actions",
        attributeMapping: { "google.subject": "assertion.sub" },
        attributeCondition: `assertion.sub in ${JSON.stringify(subjects)}`,
        oidc: { issuerUri: issuer },
      },
      { parent },
    );
    const account = new Account(`${name}-preview`, { project, accountId: shortId(`${name}-preview`.slice(0, 21)), displayName: `Previews of ${args.repository}`.slice(0, 100) }, { parent });
    const member = pulumi.interpolate`serviceAccount:${account.email}`;
    for (const [i, subject] of subjects.entries())
      new AccountMember(`${name}-${args.environments[i]}`, { serviceAccountId: account.name, role: "roles/iam.workloadIdentityUser", member: pulumi.interpolate`principal://iam.googleapis.com/${pool.name}/subject/${subject}` }, { parent });
    new ProjectMember(`${name}-compute`, { project, role: "roles/compute.viewer", member }, { parent });
    if (args.stateBucket !== undefined) new BucketIAMMember(`${name}-state`, { bucket: args.stateBucket, role: "roles/storage.objectViewer", member }, { parent });
    if (args.kmsKey !== undefined) new CryptoKeyIAMMember(`${name}-decrypt`, { cryptoKeyId: args.kmsKey, role: "roles/cloudkms.cryptoKeyDecrypter", member }, { parent });
    this.workloadIdentityProvider = provider.name;
    this.serviceAccount = account.email;
    this.registerOutputs({ workloadIdentityProvider: this.workloadIdentityProvider, serviceAccount: this.serviceAccount });
  }
}
