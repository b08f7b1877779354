import { AppServerAgent, type AppServerAgentArgs } from "../../components/ssh";

/** Agents of several servers in one stack, by name. */
export function program(agents: Record<string, AppServerAgentArgs>) {
  return async () => {
    for (const [name, args] of Object.entries(agents)) new AppServerAgent(name, args);
    return {};
  };
}
