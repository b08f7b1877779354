/** Grafana's database is encrypted with it: a new one would make what is stored there unreadable. */
export const grafanaSecretKey = "grafana-secret-key";

/** Grafana reads it when its database is made, and never again; a new one is given to it through its API (guest/apply/grafana_admin.py). */
export const grafanaAdminPassword = "grafana-admin-password";

/** Certificate and key of an authority that is known before the server is there, PEM. */
export const caCertificate = "ca-certificate";
export const caKey = "ca-key";

/** Whether a secret is made for the user when it is not given; the others (webhooks, passwords, certificates) only the user has. */
export function isGenerated(secret: string): boolean {
  return /^(push|read)-/.test(secret) || secret === grafanaAdminPassword || secret === grafanaSecretKey;
}
