/** The server that is measured, the same in every cloud. */
export const args = { allowedCidrs: ["203.0.113.0/24"], pushClients: ["orders", "billing"] };
