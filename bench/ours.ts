import { args } from "./servers";

/** The program with the library. */
export async function program(cloud: string): Promise<void> {
  const { MonitoringServer } = (await import(`../components/${cloud}/index.js`)) as { MonitoringServer: new (name: string, args: object) => unknown };
  new MonitoringServer("mon", args);
}
