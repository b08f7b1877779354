import { z } from "zod/v3";

/** Who gets which role in Grafana. In several lists: the highest; but a person's own entry counts before those of their groups. */
export interface RolesByGroup {
  /** @default [] */
  admins?: string[];
  /** @default [] */
  editors?: string[];
  /** @default [] */
  viewers?: string[];
  /** Refuse whoever is in none of the lists. @default false: they are viewers */
  strict?: boolean;
}

/** Microsoft Entra ID. Lists hold object ids of groups; the application's own roles Admin, Editor and Viewer count as well. */
export interface EntraSignIn extends RolesByGroup {
  /** Directory (tenant) id: nobody else's users are let in. */
  tenant: string;
  /** Application (client) id. */
  clientId: string;
  /** The secret `sign-in-entra`; or none, as the server's own managed identity speaks for the application (on Azure). @default "secret" */
  credential?: "secret" | "managed-identity";
}

/** Google. Lists hold e-mail addresses of people, with `groups` also of groups. Client secret: `sign-in-google`. */
export interface GoogleSignIn extends RolesByGroup {
  clientId: string;
  /** Workspace domains whose users are let in. @default none: only with `strict` */
  domains?: string[];
  /** Ask Google for the groups of who signs in; needs the Cloud Identity API. @default false */
  groups?: boolean;
}

/** GitHub. Lists hold teams as "organisation/team" and people by their login. Client secret: `sign-in-github`. */
export interface GithubSignIn extends RolesByGroup {
  clientId: string;
  /** Organisations whose members are let in. @default none: only with `strict` */
  organizations?: string[];
}

/** Any OpenID Connect provider. Lists hold what its claim of groups holds. Client secret: `sign-in-oidc`. */
export interface OidcSignIn extends RolesByGroup {
  clientId: string;
  authUrl: string;
  tokenUrl: string;
  /** @default none: everything is in the ID token */
  userInfoUrl?: string;
  /** What the button says. @default "Single sign-on" */
  name?: string;
  /** Claim with the groups, such as "realm_access.roles". @default "groups" */
  groupsClaim?: string;
  /** @default ["openid", "profile", "email"] */
  scopes?: string[];
}

/** Ways into Grafana beside its own user `admin`. Client secrets are secrets, never part of the spec. */
export interface SignInSpec {
  entra?: EntraSignIn;
  google?: GoogleSignIn;
  github?: GithubSignIn;
  oidc?: OidcSignIn;
  /** Whether the form for name and password is shown. @default true */
  loginForm?: boolean;
}

export const signInProviders = ["entra", "google", "github", "oidc"] as const;
export type SignInProvider = (typeof signInProviders)[number];

/** Name of the secret with a provider's client secret. */
export const signInSecret = (provider: SignInProvider) => `sign-in-${provider}`;

// What is allowed in an entry can be put into Grafana's INI file and into a JMESPath as it is: no quotes, no $, # or ;.
const guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'an id in lower case, such as "8bab1c86-8fba-43e5-8089-1d1c80ec267d"');
const clientId = z.string().regex(/^[\w.:-]{1,200}$/, "the client id as the provider shows it: letters, digits and _ . : -, at most 200");
const mail = z.string().regex(/^[\w.+-]+@[\w-]+(\.[\w-]+)+$/, 'an e-mail address, such as "ops@example.com"');
const domain = z.string().regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, 'a domain in lower case, such as "example.com"');
const login = "[A-Za-z0-9]([A-Za-z0-9-]{0,38})";
const githubEntry = z.string().regex(new RegExp(`^${login}(/[a-z0-9_-]{1,100})?$`), 'a team as "organisation/team", or the login of a person');
const organization = z.string().regex(new RegExp(`^${login}$`), "the login of an organisation: letters, digits and hyphens");
const group = z.string().regex(/^(?!.*@@)[\w@/:.+-]([\w@/:.+ -]{0,198}[\w@/:.+-])?$/, "letters, digits, spaces and _ @ / : . + -, at most 200, not @@");
const address = z.string().regex(/^https:\/\/[\w.-]+(:\d{1,5})?(\/[\w./~-]*)?$/, 'an address with https:// and without a query, such as "https://id.example.com/authorize"');

const roles = (entry: z.ZodString) => ({ admins: z.array(entry).optional(), editors: z.array(entry).optional(), viewers: z.array(entry).optional(), strict: z.boolean().optional() });

const anyEntry = ({ admins = [], editors = [], viewers = [] }: RolesByGroup) => admins.length + editors.length + viewers.length > 0;
const somebody = (it: RolesByGroup) => !it.strict || anyEntry(it);
const nobody = { path: ["strict"], message: "false as long as admins, editors and viewers are empty: nobody could sign in" };

/** Spec key `signIn`. @internal */
export const signInSchema = z
  .strictObject({
    entra: z.strictObject({ ...roles(guid), tenant: guid, clientId: guid, credential: z.enum(["secret", "managed-identity"]).optional() }).optional(),
    google: z
      .strictObject({ ...roles(mail), clientId, domains: z.array(domain).optional(), groups: z.boolean().optional() })
      .refine(somebody, nobody)
      .refine(it => it.strict || it.domains?.length, { path: ["domains"], message: "at least one domain, or strict: true with lists; else everybody with a Google account could sign in" })
      .optional(),
    github: z
      .strictObject({ ...roles(githubEntry), clientId, organizations: z.array(organization).optional() })
      .refine(somebody, nobody)
      .refine(it => it.strict || it.organizations?.length, { path: ["organizations"], message: "at least one organisation, or strict: true with lists; else everybody with a GitHub account could sign in" })
      .optional(),
    oidc: z
      .strictObject({
        ...roles(group),
        clientId,
        authUrl: address,
        tokenUrl: address,
        userInfoUrl: address.optional(),
        name: z.string().regex(/^[A-Za-z0-9]([\w .-]{0,38}[A-Za-z0-9])?$/, "letters, digits, spaces and _ . -, at most 40").optional(),
        groupsClaim: z.string().regex(/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/, 'names of letters, digits and _, joined by points, such as "realm_access.roles"').optional(),
        scopes: z.array(z.string().regex(/^[\w.:/-]+$/, "letters, digits and _ . : / -")).min(1).optional(),
      })
      .refine(somebody, nobody)
      .optional(),
    loginForm: z.boolean().optional(),
  })
  .refine(it => it.loginForm !== false || signInProviders.some(provider => it[provider]), { path: ["loginForm"], message: `true as long as there is no other way in: add ${signInProviders.join(", ")}` });

/** Whether signing in needs the server's own identity in the cloud. */
export const signInIsKeyless = ({ entra }: SignInSpec) => entra?.credential === "managed-identity";
