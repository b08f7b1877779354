import { grafanaUrl } from "../../alerts/links";
import type { Layout } from "../layout";
import { signInProviders, signInSecret, type EntraSignIn, type GithubSignIn, type GoogleSignIn, type OidcSignIn, type RolesByGroup, type SignInProvider, type SignInSpec } from "../sign-in";
import type { ResolvedSpec } from "../spec";
import type { Ini, Section } from "./ini";
import type { SecretFile } from "./service";

/** Grafana's own names of the providers: in its sections and in the addresses that they send a user back to. */
const grafanaName: Record<SignInProvider, string> = { entra: "azuread", google: "google", github: "github", oidc: "generic_oauth" };

/** Addresses that each provider must be told: it sends users back there. */
export function signInCallbacks(spec: ResolvedSpec): Partial<Record<SignInProvider, string>> {
  return Object.fromEntries(signInProviders.filter(provider => spec.signIn[provider]).map(provider => [provider, `${grafanaUrl(spec)}/login/${grafanaName[provider]}`]));
}

/** Client secrets as files. */
export function signInSecrets(signIn: SignInSpec): SecretFile[] {
  return signInProviders.filter(provider => signIn[provider] && !isKeyless(signIn, provider)).map(provider => ({ secret: signInSecret(provider), file: signInSecret(provider) }));
}

/** Grafana's sections about signing in. */
export function signInSections({ signIn }: ResolvedSpec, layout: Layout): Ini {
  const { entra, google, github, oidc } = signIn;
  const secretOf = (provider: SignInProvider) => ({ client_secret: `$__file{${layout.secrets("grafana")}/${signInSecret(provider)}}` });
  return {
    // Two providers may know the same e-mail address: only a user's id says who it is.
    auth: { disable_login_form: signIn.loginForm === false, oauth_allow_insecure_email_lookup: false },
    "auth.anonymous": { enabled: false },
    ...(entra && { "auth.azuread": { ...common(entra), ...fromEntra(entra), ...(isKeyless(signIn, "entra") ? ownIdentity : { client_authentication: "client_secret_post", ...secretOf("entra") }) } }),
    ...(google && { "auth.google": { ...common(google), ...fromGoogle(google), ...secretOf("google") } }),
    ...(github && { "auth.github": { ...common(github), ...fromGithub(github), ...secretOf("github") } }),
    ...(oidc && { "auth.generic_oauth": { ...common(oidc), ...fromOidc(oidc), ...secretOf("oidc") } }),
  };
}

function isKeyless({ entra }: SignInSpec, provider: SignInProvider): boolean {
  return provider === "entra" && entra?.credential === "managed-identity";
}

/** The application trusts the server's identity by a federated credential (Grafana's documentation, "Managed Identity"). */
const ownIdentity: Section = { client_authentication: "managed_identity", managed_identity_client_id: "@@clientid@@", federated_credential_audience: "api://AzureADTokenExchange" };

function common({ clientId, strict = false }: RolesByGroup & { clientId: string }): Section {
  return {
    enabled: true,
    client_id: clientId,
    // Their first sign-in makes them a user here.
    allow_sign_up: true,
    role_attribute_strict: strict,
    // Roles come from the provider at each sign-in; the administration of Grafana itself stays with its user admin.
    skip_org_role_sync: false,
    allow_assign_grafana_admin: false,
    use_pkce: true,
  };
}

function fromEntra(entra: EntraSignIn): Section {
  const login = `https://login.microsoftonline.com/${entra.tenant}/oauth2/v2.0`;
  // Entra's groups are mapped to roles in the one organisation; role_attribute_path does not see them.
  const mapping = byRole(entra).flatMap(([role, groups]) => groups.map(group => `${group}:1:${role}`));
  return {
    name: "Microsoft Entra ID",
    scopes: "openid email profile",
    auth_url: `${login}/authorize`,
    token_url: `${login}/token`,
    allowed_organizations: entra.tenant,
    ...(mapping.length && { org_mapping: mapping.join(" ") }),
  };
}

function fromGoogle({ domains = [], groups, ...lists }: GoogleSignIn): Section {
  return {
    scopes: `openid email profile${groups ? " https://www.googleapis.com/auth/cloud-identity.groups.readonly" : ""}`,
    ...(domains.length && { allowed_domains: domains.join(" ") }),
    ...(domains.length === 1 && { hosted_domain: domains[0] }),
    ...rolePath(lists, mail => (groups ? `email=='${mail}' || groups[?@=='${mail}']` : `email=='${mail}'`)),
  };
}

function fromGithub({ organizations = [], ...lists }: GithubSignIn): Section {
  return {
    scopes: "user:email,read:org",
    ...(organizations.length && { allowed_organizations: organizations.join(" ") }),
    ...rolePath(lists, entry => (entry.includes("/") ? `groups[?@=='@${entry}']` : `login=='${entry}'`)),
  };
}

function fromOidc({ name = "Single sign-on", authUrl, tokenUrl, userInfoUrl, groupsClaim = "groups", scopes = ["openid", "profile", "email"], ...lists }: OidcSignIn): Section {
  return {
    name,
    scopes: scopes.join(" "),
    auth_url: authUrl,
    token_url: tokenUrl,
    ...(userInfoUrl && { api_url: userInfoUrl }),
    ...rolePath(lists, group => `${groupsClaim}[?@=='${group}']`),
  };
}

const byRole = ({ admins = [], editors = [], viewers = [] }: RolesByGroup): [role: string, entries: string[]][] => [["Admin", admins], ["Editor", editors], ["Viewer", viewers]];

/**
 * A JMESPath that gives the highest role, or nothing. A filter, not contains(): Grafana first asks what it knows of the
 * person, where there are no groups, and contains() would fail there. What the lists may hold needs no quoting.
 */
function rolePath(lists: RolesByGroup, test: (entry: string) => string): Section {
  const roles = byRole(lists).filter(([, entries]) => entries.length).map(([role, entries]) => `(${entries.map(test).join(" || ")}) && '${role}'`);
  return roles.length ? { role_attribute_path: roles.join(" || ") } : {};
}
