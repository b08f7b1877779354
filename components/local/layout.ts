import { processLayout, type Layout } from "../server/layout";
import { findCached, programsDir } from "./programs/cache";
import { programs } from "./programs/table";

/** Where services find their files as processes of this machine, for the versions of the programs that are here. */
export function processLayoutHere(): Layout {
  return { ...processLayout, tempo2: findCached(programs.tempo, programsDir())?.version.startsWith("2.") ?? false };
}
