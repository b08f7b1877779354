import { cases, resource, type Case } from "./case";

const machine = cases("gcp:compute/instance:Instance");
const firewall = cases("gcp:compute/firewall:Firewall");
const subnet = cases("gcp:compute/subnetwork:Subnetwork");
const bucket = cases("gcp:storage/bucket:Bucket");
const member = cases("gcp:projects/iAMMember:IAMMember");
const meta = (metadata: Record<string, string>) => ({ metadata });
const shielded = { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true };
const world = (...allows: object[]) => ({ sourceRanges: ["0.0.0.0/0"], allows });
const tcp = (...ports: string[]) => ({ protocol: "tcp", ports });
const network = resource("gcp:compute/network:Network", { autoCreateSubnetworks: false }, "net");
const robot = "serviceAccount:mon@project.iam.gserviceaccount.com";
const github = { oidc: { issuerUri: "https://token.actions.githubusercontent.com" } };

export const gcpCases: Case[] = [
  machine("CKV_GCP_30", { serviceAccount: { email: "mon@project.iam.gserviceaccount.com" } }, {}, { serviceAccount: { scopes: ["cloud-platform"] } }, { serviceAccount: { email: "123-compute@developer.gserviceaccount.com" } }),
  machine("CKV_GCP_32", meta({ "block-project-ssh-keys": "true" }), {}, meta({ "block-project-ssh-keys": "false" })),
  machine("CKV_GCP_34", meta({ "enable-oslogin": "TRUE" }), {}, meta({ "enable-oslogin": "FALSE" })),
  machine("CKV_GCP_35", {}, meta({ "serial-port-enable": "TRUE" }), meta({ "serial-port-enable": "1" })),
  machine("CKV_GCP_36", {}, { canIpForward: true }),
  machine("CKV_GCP_39", { shieldedInstanceConfig: shielded }, {}, { shieldedInstanceConfig: { ...shielded, enableSecureBoot: false } }),
  machine("CKV_GCP_40", { networkInterfaces: [{ network: "n" }] }, { networkInterfaces: [{ accessConfigs: [{}] }] }),
  machine("CKV_GCP_38", { bootDisk: { kmsKeySelfLink: "k" } }, {}),
  machine("LGTM_GCP_METADATA_SECRETS", meta({ "user-data": "#cloud-config\nsecret: mon-push-default\n" }), meta({ "user-data": "password: 0123456789abcdefghij\n" }), { metadataStartupScript: "echo ghp_0123456789abcdefghijABCDEFGHIJ012345" }),
  firewall("CKV_GCP_2", { sourceRanges: ["35.235.240.0/20"], allows: [tcp("22")] }, world(tcp("22")), world(tcp("20-25")), world({ protocol: "all" }), world(tcp())),
  firewall("CKV_GCP_3", world(tcp("443")), world(tcp("3389"))),
  firewall("CKV_GCP_106", { ...world(tcp("80")), direction: "EGRESS" }, world(tcp("80")), { ...world(tcp("80")), sourceRanges: ["::/0"] }),
  firewall("CKV2_GCP_12", world(tcp("443")), world({ protocol: "all" }), world(tcp())),
  { rule: "CKV2_GCP_18", good: [network, resource("gcp:compute/firewall:Firewall", { network: "net" })], bad: [[network], [network, resource("gcp:compute/firewall:Firewall", { network: "other" })]] },
  cases("gcp:compute/network:Network")("LGTM_GCP_AUTO_SUBNETS", { autoCreateSubnetworks: false }, {}, { autoCreateSubnetworks: true }),
  subnet("CKV_GCP_26", { logConfig: { flowSampling: 0.5 } }, {}),
  subnet("CKV_GCP_74", { privateIpGoogleAccess: true }, {}),
  cases("gcp:storage/bucketIAMMember:BucketIAMMember")("CKV_GCP_28", { member: robot }, { member: "allUsers" }, { member: "allAuthenticatedUsers" }),
  bucket("CKV_GCP_29", { uniformBucketLevelAccess: true }, {}),
  bucket("CKV_GCP_114", { publicAccessPrevention: "enforced" }, {}, { publicAccessPrevention: "inherited" }),
  bucket("CKV_GCP_78", { versioning: { enabled: true } }, {}, { versioning: { enabled: false } }),
  bucket("CKV_GCP_62", { logging: { logBucket: "b" } }, {}),
  member("CKV_GCP_117", { role: "roles/monitoring.viewer", member: robot }, { role: "roles/viewer", member: robot }, { role: "roles/owner", member: "user:x" }),
  member("CKV_GCP_41", { role: "roles/logging.viewer", member: robot }, { role: "roles/iam.serviceAccountUser", member: robot }, { role: "roles/iam.serviceAccountTokenCreator", member: robot }),
  member("CKV_GCP_42", { role: "roles/compute.viewer", member: robot }, { role: "roles/compute.admin", member: robot }, { role: "roles/storage.objectAdmin", member: robot }),
  member("CKV_GCP_46", { role: "roles/logging.viewer", member: robot }, { role: "roles/logging.viewer", member: "serviceAccount:123-compute@developer.gserviceaccount.com" }),
  cases("gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider")("LGTM_GCP_FEDERATION", { ...github, attributeCondition: 'assertion.sub == "repo:acme/infra:environment:preview"' }, github, { ...github, attributeCondition: 'assertion.ref == "refs/heads/main"' }),
  cases("gcp:serviceaccount/iAMMember:IAMMember")("LGTM_GCP_FEDERATED_MEMBERS", { member: "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/repo:acme/infra:environment:preview" }, { member: "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*" }),
];
