import { at, list, texts, unknown, type Rule } from "./rule";

const ofProject = ["gcp:projects/iAMMember:IAMMember", "gcp:projects/iAMBinding:IAMBinding"];
const provider = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider";
const anyMember = [...ofProject, "gcp:serviceaccount/iAMMember:IAMMember", "gcp:serviceaccount/iAMBinding:IAMBinding"];

/** Who gets a role, as far as it is known. */
function members(props: Record<string, unknown>): string[] {
  return [...texts(props.member), ...texts(list(props.members))];
}

export const gcpRoles: Rule[] = [
  {
    id: "CKV_GCP_117",
    severity: "critical",
    asks: "Nobody gets a basic role on the project.",
    why: "Owner, editor and viewer reach into every service there is, and into those that come next.",
    mend: "Use roles of single services, such as roles/monitoring.viewer.",
    types: ofProject,
    wrong: ({ props }) => texts(props.role).map(role => /^roles\/(owner|editor|viewer|reader|writer)$/.test(role) && `role is ${role}`),
  },
  {
    id: "CKV_GCP_41",
    also: ["CKV_GCP_49"],
    severity: "critical",
    asks: "Nobody may act as every service account of the project.",
    why: "He would have the rights of them all.",
    mend: "Grant the role on one service account.",
    types: ofProject,
    wrong: ({ props }) => texts(props.role).map(role => /^roles\/(iam\.(serviceAccount(User|TokenCreator|Admin|KeyAdmin|OpenIdTokenCreator)|workloadIdentityUser|securityAdmin)|deploymentmanager\.editor|cloudbuild\.builds\.editor)$/.test(role) && `role is ${role}`),
  },
  {
    id: "CKV_GCP_42",
    severity: "high",
    asks: "No service account administers a service.",
    why: "A monitoring server reads; whoever takes it over must not be able to do more.",
    mend: "Use a role that reads, or one on a single resource.",
    types: ofProject,
    wrong: ({ props }) => members(props).some(member => member.startsWith("serviceAccount:")) && texts(props.role).map(role => /admin/i.test(role) && `role is ${role}`),
  },
  {
    id: "CKV_GCP_46",
    severity: "high",
    asks: "The default service accounts get no further rights.",
    why: "Every machine that names no account of its own would have them, too.",
    mend: "Make a service account for the purpose.",
    types: ofProject,
    wrong: ({ props }) => members(props).map(member => /(-compute@developer|@appspot)\.gserviceaccount\.com$/.test(member) && `it is for ${member}`),
  },
  {
    id: "LGTM_GCP_FEDERATION",
    also: ["CKV_GCP_125"],
    severity: "critical",
    asks: "A provider for GitHub Actions names one repository.",
    why: "The issuer is the same for all of GitHub: without a condition, any workflow of anybody could sign in.",
    mend: "Set attributeCondition on assertion.sub or assertion.repository.",
    types: [provider],
    wrong: ({ props }) => at(props, "oidc.issuerUri") !== unknown && String(at(props, "oidc.issuerUri")).includes("token.actions.githubusercontent.com") && props.attributeCondition !== unknown && !/assertion\.(sub|repository|repository_id)\s*(==|in)\s/.test(String(props.attributeCondition ?? "")) && "attributeCondition names no repository",
  },
  {
    id: "LGTM_GCP_FEDERATED_MEMBERS",
    severity: "critical",
    asks: "No right is for everybody of a pool of identities.",
    why: "It would be for every repository that any provider of the pool lets in.",
    mend: "Name the subject: principal://…/subject/…",
    types: anyMember,
    wrong: ({ props }) => members(props).map(member => /^principalSet:.*\/\*$/.test(member) && `it is for ${member}`),
  },
];
