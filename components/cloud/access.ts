/** What is wrong with a list of ports to scrape: one line each. */
export function portProblems(ports: unknown): string[] {
  if (!Array.isArray(ports) || ports.length === 0) return [`ports: ${JSON.stringify(ports) ?? "missing"} names no port. Give the ports to scrape, such as [9100].`];
  return ports.filter(port => !(Number.isInteger(port) && port >= 1 && port <= 65535)).map(port => `ports: ${JSON.stringify(port)} is not allowed. Allowed: whole numbers from 1 to 65535.`);
}
