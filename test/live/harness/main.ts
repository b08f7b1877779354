import { ensureDocker, stopEngine } from "./engine";
import { ensureServerImage } from "./server-image";
import { ensureImages } from "./service-images";

/** `node dist/test/live/harness/main.js up` makes what the live tests need, `stop` ends the engine that they started. */
async function main(command: string): Promise<void> {
  if (command === "stop") {
    console.log((await stopEngine()) ? "The container engine of the tests is stopped." : "No container engine of the tests runs.");
    return;
  }
  if (command !== "up") throw new Error(`"${command}" is not known. Known: up, stop.`);
  await ensureDocker();
  for (const image of [...(await ensureImages()), await ensureServerImage("bare"), await ensureServerImage("server")]) console.log(image);
}

// Without an argument it is a test runner that loads every file.
const [command] = process.argv.slice(2);
if (require.main === module && command) main(command).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
