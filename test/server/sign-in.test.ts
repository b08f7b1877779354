import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderBundle, type Plan } from "../../components/server/bundle";
import { processLayout } from "../../components/server/layout";
import { signInCallbacks } from "../../components/server/services/grafana-sign-in";
import type { SignInSpec } from "../../components/server/sign-in";
import { resolveSpec } from "../../components/server/spec";
import { SpecError } from "../../components/server/spec-error";

const id = "8bab1c86-8fba-43e5-8089-1d1c80ec267d";
const other = "11111111-2222-4333-8444-555555555555";
const github = { clientId: "Iv1.abc", organizations: ["example"] };
const oidc = { clientId: "grafana", authUrl: "https://id.example.com/auth", tokenUrl: "https://id.example.com/token" };

const bundleOf = (signIn: SignInSpec) => renderBundle({ domain: "mon.example.com", signIn });
const planOf = (signIn: SignInSpec) => JSON.parse(bundleOf(signIn).files["plan.json"]!) as Plan;

/** A section of grafana.ini, read as Grafana's own reader takes simple values. */
function section(name: string, signIn: SignInSpec): Record<string, string> {
  const [, body] = new RegExp(`\\[${name.replace(".", "\\.")}\\]\\n((?:[^\\[\\n].*\\n)*)`).exec(bundleOf(signIn).files["config/grafana/grafana.ini"]!)!;
  return Object.fromEntries(body!.trim().split("\n").map(line => [line.slice(0, line.indexOf(" = ")), line.slice(line.indexOf(" = ") + 3)]));
}

function problemsOf(signIn: unknown): string[] {
  try {
    resolveSpec({ signIn: signIn as SignInSpec });
  } catch (error) {
    if (error instanceof SpecError) return error.problems;
    throw error;
  }
  return [];
}

describe("signing in to Grafana", () => {
  it("is only for its own user admin when nothing is said; nobody is anonymous and nobody signs up", () => {
    const ini = bundleOf({}).files["config/grafana/grafana.ini"]!;
    assert.deepEqual(section("auth.anonymous", {}), { enabled: "false" });
    assert.equal(section("users", {}).allow_sign_up, "false");
    assert.equal(section("auth", {}).disable_login_form, "false");
    assert.doesNotMatch(ini, /\[auth\.(azuread|google|github|generic_oauth)\]/);
    assert.deepEqual(planOf({}).secrets.filter(name => name.startsWith("sign-in")), []);
  });

  it("keeps cookies to TLS and to this site, and never finds a user by an e-mail address that another provider tells", () => {
    const { cookie_secure, cookie_samesite } = section("security", { github });
    assert.deepEqual([cookie_secure, cookie_samesite], ["true", "lax"]);
    assert.equal(section("auth", { github }).oauth_allow_insecure_email_lookup, "false");
  });

  it("by any provider makes viewers, takes roles anew each time, and never gives away the administration of Grafana", () => {
    const everything: SignInSpec = { entra: { tenant: id, clientId: id }, google: { clientId: "x", domains: ["example.com"] }, github, oidc };
    for (const name of ["azuread", "google", "github", "generic_oauth"]) {
      const { enabled, skip_org_role_sync, allow_assign_grafana_admin, role_attribute_strict, use_pkce } = section(`auth.${name}`, everything);
      assert.deepEqual([enabled, skip_org_role_sync, allow_assign_grafana_admin, role_attribute_strict, use_pkce], ["true", "false", "false", "false", "true"], name);
    }
    assert.equal(section("users", everything).auto_assign_org_role, "Viewer");
  });

  it("has each client secret as a file, in containers and as processes, and none in the files", () => {
    assert.deepEqual(planOf({ github, oidc }).secrets.filter(name => name.startsWith("sign-in")), ["sign-in-github", "sign-in-oidc"]);
    assert.equal(section("auth.github", { github }).client_secret, "$__file{/lgtm/secrets/sign-in-github}");
    const processes = renderBundle({ signIn: { github } }, processLayout).files["config/grafana/grafana.ini"]!;
    assert.match(processes, /client_secret = \$__file\{@@root@@\/run\/secrets\/grafana\/sign-in-github\}/);
  });

  it("hides the form for passwords only when told to", () => {
    assert.equal(section("auth", { github, loginForm: false }).disable_login_form, "true");
  });

  it("tells the addresses that the providers send people back to", () => {
    assert.deepEqual(signInCallbacks(resolveSpec({ domain: "mon.example.com", ports: { https: 443, grafana: 8443 }, signIn: { entra: { tenant: id, clientId: id }, github, oidc } })), {
      entra: "https://mon.example.com:8443/login/azuread",
      github: "https://mon.example.com:8443/login/github",
      oidc: "https://mon.example.com:8443/login/generic_oauth",
    });
  });
});

describe("signing in by Entra ID", () => {
  it("lets in one directory, and maps its groups to roles in the one organisation", () => {
    const azuread = section("auth.azuread", { entra: { tenant: id, clientId: other, admins: [other], viewers: [id, other], strict: true } });
    assert.equal(azuread.allowed_organizations, id);
    assert.equal(azuread.org_mapping, `${other}:1:Admin ${id}:1:Viewer ${other}:1:Viewer`);
    assert.equal(azuread.token_url, `https://login.microsoftonline.com/${id}/oauth2/v2.0/token`);
    assert.equal(azuread.role_attribute_strict, "true");
    assert.equal(azuread.client_authentication, "client_secret_post");
  });

  it("can do without a secret: the server's own identity speaks, and Grafana may ask for it", () => {
    const entra = { tenant: id, clientId: other, credential: "managed-identity" } as const;
    const { client_authentication, managed_identity_client_id, federated_credential_audience, client_secret } = section("auth.azuread", { entra });
    assert.deepEqual([client_authentication, managed_identity_client_id, federated_credential_audience, client_secret], ["managed_identity", "@@clientid@@", "api://AzureADTokenExchange", undefined]);
    const plan = planOf({ entra });
    assert.deepEqual(plan.bindings, ["clientid"]);
    assert.deepEqual(plan.secrets.filter(name => name.startsWith("sign-in")), []);
    assert.equal(plan.services.find(({ name }) => name === "grafana")!.metadata, true);
    assert.equal(planOf({ entra: { tenant: id, clientId: other } }).services.find(({ name }) => name === "grafana")!.metadata, false);
  });

  it("refuses names of groups, which the token does not hold", () => {
    assert.deepEqual(problemsOf({ entra: { tenant: id, clientId: id, admins: ["ops"] } }), ['signIn.entra.admins[0]: "ops" is not allowed. Allowed: an id in lower case, such as "8bab1c86-8fba-43e5-8089-1d1c80ec267d".']);
  });
});

// The expressions were evaluated with both Go implementations of JMESPath that Grafana has used.
describe("roles by lists", () => {
  it("of GitHub are by team and by person, the highest first", () => {
    const { role_attribute_path, allowed_organizations } = section("auth.github", { github: { ...github, admins: ["example/ops", "octocat"], editors: ["example/dev"] } });
    assert.equal(role_attribute_path, "(groups[?@=='@example/ops'] || login=='octocat') && 'Admin' || (groups[?@=='@example/dev']) && 'Editor'");
    assert.equal(allowed_organizations, "example");
  });

  it("of Google are by address, and by group only when groups are asked for", () => {
    const google = { clientId: "x", domains: ["example.com"], admins: ["ops@example.com"] };
    const people = section("auth.google", { google });
    assert.equal(people.role_attribute_path, "(email=='ops@example.com') && 'Admin'");
    assert.deepEqual([people.scopes, people.allowed_domains, people.hosted_domain], ["openid email profile", "example.com", "example.com"]);
    const groups = section("auth.google", { google: { ...google, domains: ["example.com", "example.org"], groups: true } });
    assert.equal(groups.role_attribute_path, "(email=='ops@example.com' || groups[?@=='ops@example.com']) && 'Admin'");
    assert.match(groups.scopes!, / https:\/\/www\.googleapis\.com\/auth\/cloud-identity\.groups\.readonly$/);
    assert.deepEqual([groups.allowed_domains, groups.hosted_domain], ["example.com example.org", undefined]);
  });

  it("of OpenID Connect are by the claim that is named", () => {
    const found = section("auth.generic_oauth", { oidc: { ...oidc, groupsClaim: "realm_access.roles", userInfoUrl: "https://id.example.com/userinfo", scopes: ["openid", "groups"], admins: ["ops team"] } });
    assert.equal(found.role_attribute_path, "(realm_access.roles[?@=='ops team']) && 'Admin'");
    assert.deepEqual([found.auth_url, found.api_url, found.scopes, found.name], [oidc.authUrl, "https://id.example.com/userinfo", "openid groups", "Single sign-on"]);
  });

  it("are nothing where there are no lists: everybody who is let in is a viewer", () => {
    assert.equal(section("auth.github", { github }).role_attribute_path, undefined);
  });

  it("cannot be broken out of: quotes, comments, references and placeholders are refused", () => {
    const evil = ["x'] || 'Admin' || groups[?@=='x", "a\\b", 'a"b', "a`b", "a#b", "a;b", "a\nb", "$__file{/etc/passwd}", "%(x)s", "@@region@@", "", " a", "a "];
    for (const entry of evil) {
      assert.equal(problemsOf({ oidc: { ...oidc, admins: [entry] } }).length, 1, JSON.stringify(entry));
      assert.equal(problemsOf({ github: { ...github, viewers: [entry] } }).length, 1, JSON.stringify(entry));
      assert.equal(problemsOf({ google: { clientId: "x", domains: ["example.com"], editors: [`${entry}@example.com`] } }).length, 1, JSON.stringify(entry));
      assert.equal(problemsOf({ oidc: { ...oidc, groupsClaim: entry } }).length, 1, JSON.stringify(entry));
      assert.equal(problemsOf({ github: { ...github, clientId: entry } }).length, 1, JSON.stringify(entry));
      assert.equal(problemsOf({ oidc: { ...oidc, authUrl: `https://id.example.com/${entry || "?"}` } }).length, 1, JSON.stringify(entry));
    }
    for (const entry of ["ops", "/company/ops", "role:admin", "team A", "ops@example.com"]) assert.deepEqual(problemsOf({ oidc: { ...oidc, admins: [entry] } }), [], entry);
  });
});

describe("a way in that would let in everybody or nobody", () => {
  it("is refused, with what to do", () => {
    assert.deepEqual(problemsOf({ github: { clientId: "Iv1.abc" } }), ["signIn.github.organizations: undefined is not allowed. Allowed: at least one organisation, or strict: true with lists; else everybody with a GitHub account could sign in."]);
    assert.match(problemsOf({ google: { clientId: "x", domains: [] } })[0]!, /^signIn\.google\.domains: .*everybody with a Google account/);
    assert.deepEqual(problemsOf({ github: { clientId: "x", strict: true, admins: ["octocat"] } }), []);
    assert.deepEqual(problemsOf({ oidc: { ...oidc, strict: true } }), ["signIn.oidc.strict: true is not allowed. Allowed: false as long as admins, editors and viewers are empty: nobody could sign in."]);
    // Entra has roles of its own that count: lists may be empty.
    assert.deepEqual(problemsOf({ entra: { tenant: id, clientId: id, strict: true } }), []);
    assert.deepEqual(problemsOf({ loginForm: false }), ["signIn.loginForm: false is not allowed. Allowed: true as long as there is no other way in: add entra, google, github, oidc."]);
  });

  it("is refused where there is no Grafana", () => {
    assert.throws(() => resolveSpec({ leaveOut: ["grafana"], signIn: { github } }), /signIn: this server has no Grafana\. Take "grafana" out of leaveOut/);
  });

  it("is refused with a key that is not known, and the one that was meant", () => {
    assert.match(problemsOf({ github: { ...github, organisations: ["x"] } })[0]!, /^signIn\.github\.organisations: no such key\. Did you mean "organizations"\?/);
    assert.match(problemsOf({ oidc: { ...oidc, authUrl: "http://id.example.com/auth" } })[0]!, /^signIn\.oidc\.authUrl: .*https:\/\//);
  });
});
