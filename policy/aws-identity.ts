import { at, list, oneOf, shown, texts, unknown, type Resource, type Rule } from "./rule";

const role = "aws:iam/role:Role";
const policyTypes = ["aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy", role];

/**
 * Actions that AWS offers for all resources only (Service Authorization Reference, tables "Actions": no resource type), as far
 * as a monitoring server or a preview needs them; each reads names and numbers. And two that are meant for all: what Grafana's
 * datasource asks of every log group, as in AWS's own AmazonGrafanaCloudWatchAccess, and the agent of Systems Manager, to which
 * AWS's own AmazonSSMManagedInstanceCore grants the same, and parameters besides.
 */
const forAllOnly = [
  /^cloudwatch:(Describe|List|Get)\w+$/i,
  /^ec2:Describe\w+$/i,
  /^tag:Get(Resources|TagKeys|TagValues)$/i,
  /^logs:(DescribeLogGroups|DescribeQueries|DescribeQueryDefinitions|GetQueryResults|GetLogGroupFields|StartQuery|StopQuery|GetLogEvents)$/i,
  /^(ssmmessages:(Create|Open)(Control|Data)Channel|ec2messages:(AcknowledgeMessage|DeleteMessage|FailMessage|GetEndpoint|GetMessages|SendReply))$/i,
  /^ssm:(UpdateInstanceInformation|ListInstanceAssociations|UpdateInstanceAssociationStatus|GetDocument|DescribeDocument|DescribeAssociation)$/i,
  /^(sts:GetCallerIdentity|iam:ListAccountAliases|s3:ListAllMyBuckets|ecr:GetAuthorizationToken|oam:List(Sinks|AttachedLinks)|pi:\w+|xray:Get\w+|ce:Get\w+)$/i,
];

const takesData = /^(s3:GetObject|ssm:GetParameters?(ByPath)?|secretsmanager:GetSecretValue|kms:Decrypt|dynamodb:(GetItem|Scan|Query)|\*|(s3|ssm|secretsmanager|kms):\*)$/i;
const givesRights = /^(iam:(\*|PassRole|Create\w+|Put\w+|Attach\w+|Update\w+|Add\w+|Set\w+)|sts:AssumeRole|sts:\*|\*|lambda:(\*|CreateFunction|UpdateFunctionCode)|ec2:RunInstances|cloudformation:(\*|CreateStack))$/i;
const onlyReads = /^[\w-]+:(Describe|List|Get|Head|BatchGet|Search|Lookup|View)\w*\*?$/i;

interface Statement {
  where: string;
  actions: string[];
  resources: string[];
  conditional: boolean;
  principal: unknown;
  effect: unknown;
}

/** Statements of a policy document, given as text or as an object. */
function statements(document: unknown, path: string): Statement[] {
  const parsed: unknown = typeof document === "string" ? parse(document) : document;
  const found = at(parsed, "Statement") ?? at(parsed, "statements");
  return list(found).map((each, i) => ({
    where: `${path}: ${texts(at(each, "Sid"))[0] ?? `statement ${i + 1}`}`,
    actions: texts(at(each, "Action")),
    resources: texts(at(each, "Resource")),
    conditional: at(each, "Condition") !== undefined,
    principal: at(each, "Principal"),
    effect: at(each, "Effect"),
  })).filter(each => each.effect !== "Deny");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function permissions({ type, props }: Resource): Statement[] {
  if (type !== role) return statements(props.policy, "policy");
  return list(props.inlinePolicies).flatMap((each, i) => statements(at(each, "policy"), `inlinePolicies[${i}].policy`));
}

/** Actions of these statements that are for all resources and of which this holds. */
function onEverything(holds: (action: string, statement: Statement) => boolean): Rule["wrong"] {
  return resource => permissions(resource).filter(({ resources }) => resources.some(each => /^\*$|^arn:aws[\w-]*:\*/.test(each))).map(statement => {
    const actions = statement.actions.filter(action => holds(action, statement));
    return actions.length > 0 && `${statement.where}: ${actions.join(", ")} on ${statement.resources.join(", ")}`;
  });
}

const allowsForAll = (action: string) => forAllOnly.some(pattern => pattern.test(action));

export const awsIdentity: Rule[] = [
  {
    id: "CKV_AWS_355",
    severity: "high",
    asks: "Rights are for named resources, where AWS can name them.",
    why: "A right on everything also holds for what is made next year.",
    mend: "Name the resources' ARNs in Resource.",
    types: policyTypes,
    wrong: onEverything((action, { conditional }) => !allowsForAll(action) && !conditional),
  },
  {
    id: "CKV_AWS_290",
    severity: "high",
    asks: "Rights to change things have a bound: named resources or a condition.",
    why: "Whoever takes over the machine could otherwise change the account.",
    mend: "Name the resources, or add a Condition.",
    types: policyTypes,
    wrong: onEverything((action, { conditional }) => !conditional && !onlyReads.test(action) && !allowsForAll(action)),
  },
  {
    id: "CKV_AWS_288",
    severity: "critical",
    asks: "Nobody may read all objects, parameters or secrets of the account.",
    why: "One taken machine would otherwise give away every other system's data.",
    mend: "Name the bucket, or the prefix of the parameters.",
    types: policyTypes,
    wrong: onEverything(action => takesData.test(action)),
  },
  {
    id: "CKV_AWS_286",
    severity: "critical",
    asks: "Nobody may give himself more rights.",
    why: "It would make every other bound worthless.",
    mend: "Leave these actions out, or name the one role that may be passed.",
    types: policyTypes,
    wrong: onEverything(action => givesRights.test(action)),
  },
  {
    id: "LGTM_AWS_ACTIONS",
    also: ["CKV_AWS_62", "CKV_AWS_63"],
    severity: "high",
    asks: "Actions are named; a wildcard stands at the end of reading ones at most.",
    why: "AWS adds actions, and a wildcard grants them unseen.",
    mend: "List the actions.",
    types: policyTypes,
    wrong: resource => permissions(resource).map(({ where, actions }) => {
      const wild = actions.filter(action => action.includes("*") && !/^[\w-]+:(Describe|List|Get)\w*\*$/.test(action));
      return wild.length > 0 && `${where}: ${wild.join(", ")}`;
    }),
  },
  {
    id: "CKV_AWS_60",
    severity: "critical",
    asks: "A role names who may take it.",
    why: "A role for everybody is open to every account there is.",
    mend: "Name the service, or the provider of identities with a condition on its subject.",
    types: [role],
    wrong: ({ props }) => statements(props.assumeRolePolicy, "assumeRolePolicy").map(({ where, principal }) => (principal === "*" || texts(at(principal, "AWS")).includes("*")) && `${where}: everybody may take it`),
  },
  {
    id: "CKV_AWS_61",
    severity: "high",
    asks: "No whole account may take a role.",
    why: "The account's root stands for every identity in it that may assume roles.",
    mend: "Name the role or the service.",
    types: [role],
    wrong: ({ props }) => statements(props.assumeRolePolicy, "assumeRolePolicy").map(({ where, principal }) => {
      const accounts = texts(at(principal, "AWS")).filter(each => /^\d{12}$|^arn:aws[\w-]*:iam::\d{12}:root$/.test(each));
      return accounts.length > 0 && `${where}: ${accounts.join(", ")} may take it`;
    }),
  },
  {
    id: "LGTM_AWS_FEDERATION",
    also: ["CKV_AWS_358"],
    severity: "critical",
    asks: "A role for GitHub Actions names the repository and the audience.",
    why: "The provider of identities is the same for all of GitHub: without the subject, any workflow of anybody could take the role.",
    mend: 'Add a Condition on "token.actions.githubusercontent.com:sub" that starts with repo:<owner>/<name>, and one on ":aud".',
    types: [role],
    wrong: ({ props }) => federated(props.assumeRolePolicy),
  },
];

/** What is wrong with the trust in GitHub's identities, if there is any. */
function federated(document: unknown): string[] {
  if (document === unknown) return [];
  const parsed: unknown = typeof document === "string" ? parse(document) : document;
  return list(at(parsed, "Statement")).filter(each => texts(at(each, "Principal.Federated")).some(arn => arn.includes("token.actions.githubusercontent.com"))).flatMap(each => {
    const conditions = Object.values((at(each, "Condition") ?? {}) as Record<string, Record<string, unknown>>);
    const of = (claim: string) => conditions.flatMap(all => texts(all[`token.actions.githubusercontent.com:${claim}`]));
    const loose = of("sub").filter(subject => !/^repo:[\w.-]+(@\d+)?\/[\w.-]+(@\d+)?:./.test(subject) || /^repo:[^:]*\*/.test(subject));
    return [
      ...(of("sub").length === 0 ? ["assumeRolePolicy: no condition on the subject"] : []),
      ...loose.map(subject => `assumeRolePolicy: the subject ${shown(subject)} is not one repository`),
      ...(oneOf(of("aud")[0], "sts.amazonaws.com") ? [] : ["assumeRolePolicy: no condition on the audience"]),
    ];
  });
}
