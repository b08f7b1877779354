import { SpecError } from "../server/spec-error";

/** Who may take a role for previews: jobs of one repository on GitHub that run in named environments. */
export interface PreviewRoleSubjects {
  /**
   * The repository as GitHub's tokens name it: "owner/name", and for repositories made or renamed since July 2026 with the ids
   * that never change, "owner@1/name@2". `gh api repos/<owner>/<name> --jq '"\(.owner.login)@\(.owner.id)/\(.name)@\(.id)"'`
   * prints the latter.
   */
  repository: string;
  /** Environments of the repository in which previews run, such as ["preview-dev", "preview-prod"]. Other jobs do not get the role. */
  environments: string[];
}

/** Who signs the tokens of GitHub Actions. */
export const issuer = "https://token.actions.githubusercontent.com";

/** Subjects of the tokens that are let in. Throws one {@link SpecError} with everything that is wrong. */
export function subjectsOf({ repository, environments }: PreviewRoleSubjects): string[] {
  const problems = [
    ...(/^[\w.-]+\/[\w.-]+$|^[\w.-]+@\d+\/[\w.-]+@\d+$/.test(repository) ? [] : [`repository: ${JSON.stringify(repository)} is not allowed. Allowed: "owner/name", or "owner@1/name@2" with GitHub's ids.`]),
    ...(environments.length ? [] : ['environments: [] lets nobody in. Name the environments in which previews run, such as ["preview-prod"].']),
    ...environments.filter(each => !/^[\w.-]+$/.test(each)).map(each => `environments: ${JSON.stringify(each)} is not allowed. Allowed: letters, digits, ".", "_" and "-".`),
  ];
  if (problems.length) throw new SpecError(problems);
  return environments.map(environment => `repo:${repository}:environment:${environment}`);
}
