import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../components/server/bundle";
import { imageCache, alone } from "./harness/folders";
import { run } from "./harness/command";

/** What the pages' commands would install on a server, fetched once by this machine: the newest that run on Debian 12's Python and on Node.js 20. */
const versions = {
  node: ["@opentelemetry/auto-instrumentations-node@0.67.2", "pino@10.1.0"],
  python: ["opentelemetry-distro==0.60b1", "opentelemetry-exporter-otlp-proto-http==1.39.1", "opentelemetry-instrumentation-flask==0.60b1", "opentelemetry-instrumentation-logging==0.60b1", "flask==3.1.2", "python-json-logger==4.0.0"],
  java: "io.opentelemetry.javaagent:opentelemetry-javaagent:2.31.0",
};

/** Folders with node_modules, with Python's packages, and with opentelemetry-javaagent.jar. */
export async function agentPackages(): Promise<{ node: string; python: string; java: string }> {
  const [node, python, java] = await Promise.all([
    fetched("node", versions.node, folder => run("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, ...versions.node])),
    fetched("python", versions.python, folder => run("pip", ["install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore", "--target", folder, "--python-version", "3.11", "--only-binary=:all:", ...versions.python])),
    fetched("java", [versions.java], async folder => {
      await run("mvn", ["-q", "-B", "dependency:copy", `-Dartifact=${versions.java}`, `-DoutputDirectory=${folder}`]);
      cpSync(join(folder, `opentelemetry-javaagent-${versions.java.split(":").at(-1)}.jar`), join(folder, "opentelemetry-javaagent.jar"));
    }),
  ]);
  return { node, python, java };
}

function fetched(name: string, wanted: string[], work: (folder: string) => Promise<unknown>): Promise<string> {
  return alone(`packages-${name}`, async () => {
    const folder = join(imageCache, `packages-${name}-${sha256(wanted.join()).slice(0, 12)}`);
    if (existsSync(folder)) return folder;
    rmSync(`${folder}.coming`, { recursive: true, force: true });
    mkdirSync(`${folder}.coming`, { recursive: true });
    await work(`${folder}.coming`);
    renameSync(`${folder}.coming`, folder);
    return folder;
  });
}
