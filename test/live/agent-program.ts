import { AppServerAgent, type AppServerAgentArgs } from "../../components/ssh";

/** The program of the tests' stacks with an agent over SSH. */
export function program(args: AppServerAgentArgs) {
  return async () => {
    new AppServerAgent("app", args);
    return {};
  };
}
