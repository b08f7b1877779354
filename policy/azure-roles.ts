import { at, list, texts, type Rule } from "./rule";

const definition = "azure-native:authorization:RoleDefinition";
const assignment = "azure-native:authorization:RoleAssignment";
const credential = "azure-native:managedidentity:FederatedIdentityCredential";

/** Built-in roles with which one can take all the others. */
const powerful: Record<string, string> = {
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
  "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
  "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
};

export const azureRoles: Rule[] = [
  {
    id: "CKV_AZURE_39",
    severity: "critical",
    asks: "No role is made that may do everything.",
    why: "Nobody looks for an owner under another name.",
    mend: "List the actions.",
    types: [definition],
    wrong: ({ props }) => list(props.permissions).map((each, i) => texts(at(each, "actions")).includes("*") && `permissions[${i}].actions holds "*"`),
  },
  {
    id: "LGTM_AZURE_ROLES",
    severity: "critical",
    asks: "No machine or pipeline owns a subscription or a resource group.",
    why: "With these roles it could give itself all others.",
    mend: "Assign roles that read, and roles on single containers and vaults.",
    types: [assignment],
    wrong: ({ props }) => texts(props.roleDefinitionId).map(id => {
      const role = powerful[id.toLowerCase().split("/").at(-1)!];
      return role && `roleDefinitionId is that of ${role}`;
    }),
  },
  {
    id: "LGTM_AZURE_FEDERATION",
    severity: "critical",
    asks: "An identity for GitHub Actions names one repository.",
    why: "The issuer is the same for all of GitHub: without the subject, any workflow of anybody could take it.",
    mend: "Set subject: repo:<owner>/<name>:environment:<environment>.",
    types: [credential],
    wrong: ({ props }) => texts(props.issuer).some(issuer => issuer.includes("token.actions.githubusercontent.com")) && texts(props.subject).map(subject => !/^repo:[\w.-]+(@\d+)?\/[\w.-]+(@\d+)?:./.test(subject) && `subject is "${subject}"`),
  },
];
