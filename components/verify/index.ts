import { runChecks, type Check, type Outcome, type RunOptions } from "./check";
import { Client } from "./client";
import type { Context, Target } from "./context";
import { baseline, deriving } from "./deriving";
import { finding } from "./finding";
import { newMark } from "./mark";
import { panels } from "./panels";
import { absences, reaching } from "./reaching";
import { refusing } from "./refusing";
import { sending } from "./sending";
import { grafana, watching } from "./watching";

export { UsageError, fromContract, fromFolder, localFolder } from "./inputs";
export { table } from "./report";
export type { Outcome } from "./check";
export type { Target } from "./context";

export interface VerifyOptions extends RunOptions {
  /** A service that the server's machine cannot run is a failure. @default false */
  requireAll?: boolean;
}

/** Proves a server by its contract: sends, finds again, tries to get in where nobody should, and asks it about itself. */
export async function verify(target: Target, { requireAll = false, ...options }: VerifyOptions = {}): Promise<Outcome[]> {
  const client = new Client(target.contract.ca);
  try {
    const context: Context = { target, client, mark: newMark(Date.now()) };
    return await runChecks(allChecks(context, await baseline(context), requireAll), options);
  } finally {
    client.close();
  }
}

/** In the order of the table; what a check needs comes before it. */
export function allChecks(context: Context, before: Map<string, number>, requireAll: boolean): Check[] {
  return [
    ...reaching(context),
    ...absences(context, requireAll),
    ...sending(context),
    ...finding(context),
    ...deriving(context, before),
    ...refusing(context),
    ...watching(context),
    ...panels(context),
    ...grafana(context),
  ];
}
