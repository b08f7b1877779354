import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PreviewRole as AwsRole } from "../../components/aws/preview-role";
import { PreviewRole as AzureRole } from "../../components/azure/preview-role";
import { subjectsOf } from "../../components/cloud/preview-role";
import { PreviewRole as GcpRole } from "../../components/gcp/preview-role";
import { run as onAws } from "../aws/mocks";
import { run as onAzure } from "../azure/mocks";
import { run as onGcp } from "../gcp/mocks";
import { seen, type Registered } from "../mocks";

const who = { repository: "acme@1/infra@2", environments: ["preview-dev", "preview-prod"] };
const subjects = ["repo:acme@1/infra@2:environment:preview-dev", "repo:acme@1/infra@2:environment:preview-prod"];
const typed = (registered: Registered[], type: string) => registered.filter(each => each.type.endsWith(`:${type}`)).map(each => each.inputs as Record<string, any>);

describe("who may take a role for previews", () => {
  it("is one repository in named environments, by names or by ids that never change", () => {
    assert.deepEqual(subjectsOf(who), subjects);
    assert.deepEqual(subjectsOf({ repository: "acme/infra", environments: ["preview"] }), ["repo:acme/infra:environment:preview"]);
  });

  it("is never a pattern, another kind of job, or nobody", () => {
    for (const repository of ["acme/*", "acme", "acme@1/infra", "acme/infra:ref", "*/infra"]) assert.throws(() => subjectsOf({ ...who, repository }), /repository: .* is not allowed\. Allowed: "owner\/name"/, repository);
    assert.throws(() => subjectsOf({ ...who, environments: [] }), /environments: \[\] lets nobody in/);
    assert.throws(() => subjectsOf({ ...who, environments: ["*"] }), /environments: "\*" is not allowed/);
  });
});

describe("the role for previews on AWS", () => {
  it("is taken with GitHub's tokens for AWS alone, and reads the state and no more than a preview asks", async () => {
    const { made, registered } = await onAws(() => new AwsRole("ci", { ...who, stateBucket: "acme-pulumi", kmsKeyArn: "arn:key" }));
    assert.deepEqual(typed(registered, "OpenIdConnectProvider").map(({ url, clientIdLists }) => [url, clientIdLists]), [["https://token.actions.githubusercontent.com", ["sts.amazonaws.com"]]]);
    const [role] = typed(registered, "Role");
    const { Statement } = JSON.parse(role!.assumeRolePolicy as string) as { Statement: object[] };
    assert.deepEqual(Statement.map(each => ({ ...each, Principal: undefined })), [{
      Effect: "Allow",
      Action: "sts:AssumeRoleWithWebIdentity",
      Principal: undefined,
      Condition: { StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com", "token.actions.githubusercontent.com:sub": subjects } },
    }]);
    const rights = (JSON.parse(typed(registered, "RolePolicy")[0]!.policy as string) as { Statement: { Action: string[]; Resource: string }[] }).Statement;
    assert.deepEqual(rights.filter(({ Resource }) => Resource !== "*").map(({ Action, Resource }) => `${Action.join()} ${Resource}`), [
      "ssm:GetParameter arn:aws:ssm:*::parameter/aws/service/canonical/*",
      "s3:ListBucket,s3:GetBucketLocation arn:aws:s3:::acme-pulumi",
      "s3:GetObject arn:aws:s3:::acme-pulumi/*",
      "kms:Decrypt arn:key",
    ]);
    assert.ok(rights.every(({ Action, Resource }) => Resource !== "*" || Action.every(each => each.startsWith("ec2:Describe") && !each.includes("*"))));
    assert.equal((await seen(made.roleArn)).value, "arn:aws:iam::123456789012:role/ci-preview");
  });

  it("takes the account's provider of identities where there is one, and reads no state that it was not given", async () => {
    const { registered } = await onAws(() => new AwsRole("ci", { ...who, oidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }));
    assert.deepEqual(typed(registered, "OpenIdConnectProvider"), []);
    assert.match(typed(registered, "Role")[0]!.assumeRolePolicy as string, /"Federated":"arn:aws:iam::123456789012:oidc-provider/);
    assert.doesNotMatch(typed(registered, "RolePolicy")[0]!.policy as string, /s3:|kms:|Attribute/);
  });
});

describe("the identity for previews on Azure", () => {
  it("takes GitHub's tokens of each environment, and reads what it was given and no more", async () => {
    const scope = "/subscriptions/1/resourceGroups/mon";
    const { made, registered } = await onAzure(() => new AzureRole("ci", { ...who, resourceGroupName: "ci", scopes: [scope], stateContainerId: "/state" }));
    assert.deepEqual(typed(registered, "FederatedIdentityCredential").map(({ issuer, subject, audiences }) => [issuer, subject, audiences]), subjects.map(subject => ["https://token.actions.githubusercontent.com", subject, ["api://AzureADTokenExchange"]]));
    assert.deepEqual(typed(registered, "RoleAssignment").map(each => [String(each.roleDefinitionId).split("/").at(-1), each.scope, each.principalId]), [
      ["acdd72a7-3385-48ef-bd42-f606fba81ae7", scope, "principal-made"],
      ["2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "/state", "principal-made"],
    ]);
    assert.equal((await seen(made.clientId)).value, "client-made");
  });
});

describe("the service account for previews on Google Cloud", () => {
  it("is acted as by each of GitHub's subjects and nobody else, and reads Compute Engine and the state", async () => {
    const { made, registered } = await onGcp(() => new GcpRole("ci", { ...who, stateBucket: "acme-pulumi", kmsKey: "key" }));
    const [provider] = typed(registered, "WorkloadIdentityPoolProvider");
    assert.equal(provider!.attributeCondition, `assertion.sub in ${JSON.stringify(subjects)}`);
    assert.deepEqual([provider!.attributeMapping, provider!.oidc], [{ "google.subject": "assertion.sub" }, { issuerUri: "https://token.actions.githubusercontent.com" }]);
    const members = registered.filter(each => each.type === "gcp:serviceaccount/iAMMember:IAMMember").map(({ inputs }) => [inputs.role, inputs.member]);
    assert.deepEqual(members.map(([role]) => role), ["roles/iam.workloadIdentityUser", "roles/iam.workloadIdentityUser"]);
    assert.ok(members.every(([, member], i) => String(member).startsWith("principal://iam.googleapis.com/") && String(member).endsWith(`/subject/${subjects[i]}`)));
    const others = registered.filter(each => /IAMMember$/.test(each.type) && !each.type.startsWith("gcp:serviceaccount")).map(({ inputs }) => inputs.role);
    assert.deepEqual(others.sort(), ["roles/cloudkms.cryptoKeyDecrypter", "roles/compute.viewer", "roles/storage.objectViewer"]);
    assert.match((await seen(made.serviceAccount)).value!, /@shop-monitoring\.iam\.gserviceaccount\.com$/);
  });
});
