import { parse } from "yaml";

/** What user data tells stage 0 of its machine. */
export function machineIn(userData: string): Record<string, any> {
  const config = parse(userData) as { write_files: { path: string; content: string }[] };
  return JSON.parse(config.write_files.find(file => file.path.endsWith("/machine.json"))!.content) as Record<string, any>;
}
