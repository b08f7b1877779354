import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below those that the kernel gives to whoever asks for any, such as a program of another test, before they are listened on. */
const range = { from: 12_000, to: 20_000 };

/** A port that is free now on every address of this machine. */
export const freePort = async (): Promise<number> => (await freePorts(1))[0]!;

/** The same several times, each another. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(range.from, range.to);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer().once("error", () => resolve(false));
    server.listen(port, "0.0.0.0", () => server.close(() => resolve(true)));
  });
}
