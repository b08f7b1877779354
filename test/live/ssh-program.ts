import { MonitoringServer, type MonitoringServerArgs } from "../../components/ssh";

/** The program of the tests' stacks over SSH. */
export function program(args: MonitoringServerArgs) {
  return async () => {
    const { contract, tokens, release, adminPassword } = new MonitoringServer("mon", args);
    return { contract, tokens, release, adminPassword };
  };
}
