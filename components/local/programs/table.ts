import { homedir } from "node:os";
import { versions } from "../../server/versions";

export type ProgramName =
  | "pulumi" | "prometheus" | "loki" | "tempo" | "alertmanager" | "grafana" | "alloy" | "caddy" | "node_exporter" | "compose"
  /** What agents take over; only tests run it. */
  | "promtail";

export const platforms = ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64"] as const;
export type Platform = (typeof platforms)[number];

/** One official file of a release. */
export interface Release {
  url: string;
  /** Pinned. Without it the publisher's list at `checksums` decides, which protects the transfer but not the publisher. */
  sha256?: string;
  /** The publisher's own list for the same release: SHA-256, or SHA-512 where that is what it publishes. */
  checksums: string;
  format: "tar.gz" | "zip" | "raw";
  /** Where each binary is in the archive. `all` keeps everything, without the archive's top folder. */
  members: Record<string, string> | "all";
  /** Subfolder of the program's folder that receives the members. @default the folder itself */
  into?: string;
}

export interface Program {
  name: ProgramName;
  /** What is downloaded. */
  version: string;
  /** What else serves if it is in the cache: other versions that were built from source and work with our configuration. */
  alsoCached: string[];
  /** All of them are needed; the first is the program itself. */
  binaries: [string, ...string[]];
  /** Subfolder of the program's folder where the binaries are. @default the folder itself */
  folder?: string;
  /** Runs with files beside the binary, so the folder must be found too. @default false */
  needsHome?: boolean;
  /** What an installed program must be to be used: our configuration is written for these. */
  installed: { atLeast: string; below: string };
  versionArgs: string[];
  /** Where an installed one may be, besides PATH. */
  alsoIn?: string[];
  releases: Partial<Record<Platform, Release>>;
}

type Sums = Partial<Record<Platform, string | undefined>>;

/** One release file for each platform of `sums`; an undefined sum means: the publisher's list decides. */
function releases(sums: Sums, file: (os: string, arch: string) => Release): Program["releases"] {
  const result: Program["releases"] = {};
  for (const platform of platforms) {
    if (!(platform in sums)) continue;
    const [os, arch] = platform.split("-") as [string, string];
    result[platform] = { ...file(os, arch), ...(sums[platform] ? { sha256: sums[platform] } : {}) };
  }
  return result;
}

const github = (repository: string, tag: string) => `https://github.com/${repository}/releases/download/${tag}`;

/** The Prometheus projects all publish alike. */
function fromPrometheus(name: string, version: string, binaries: string[], sums: Sums): Program["releases"] {
  const base = github(`prometheus/${name}`, `v${version}`);
  return releases(sums, (os, arch) => {
    const top = `${name}-${version}.${os}-${arch}`;
    const members = Object.fromEntries(binaries.map(binary => [binary, `${top}/${binary}`]));
    return { url: `${base}/${top}.tar.gz`, checksums: `${base}/sha256sums.txt`, format: "tar.gz", members };
  });
}

/** Loki and Alloy: a zip with one binary that carries the platform in its name. */
function fromZip(name: string, version: string, sums: Sums): Program["releases"] {
  const base = github(`grafana/${name}`, `v${version}`);
  return releases(sums, (os, arch) => ({
    url: `${base}/${name}-${os}-${arch}.zip`, checksums: `${base}/SHA256SUMS`, format: "zip", members: { [name]: `${name}-${os}-${arch}` },
  }));
}

const tools = { pulumi: "3.259.0", node_exporter: "1.12.1", compose: "5.6.0", promtail: "3.4.1" };
/** Grafana's file names carry the number of the build. */
const grafanaBuild = "36482603486";

const table: Program[] = [
  {
    name: "pulumi", version: tools.pulumi, alsoCached: [], binaries: ["pulumi"], folder: "bin",
    installed: { atLeast: "3.200.0", below: "4.0.0" }, versionArgs: ["version"],
    // Everything of the archive is kept: the language host and the dynamic provider are files beside `pulumi`.
    releases: releases({ "linux-amd64": undefined, "linux-arm64": undefined, "darwin-amd64": undefined, "darwin-arm64": undefined }, (os, arch) => ({
      url: `https://get.pulumi.com/releases/sdk/pulumi-v${tools.pulumi}-${os}-${arch === "amd64" ? "x64" : arch}.tar.gz`,
      checksums: `https://get.pulumi.com/releases/sdk/pulumi-${tools.pulumi}-checksums.txt`, format: "tar.gz", members: "all", into: "bin",
    })),
  },
  {
    name: "prometheus", version: versions.prometheus, alsoCached: [], binaries: ["prometheus", "promtool"],
    installed: { atLeast: "3.14.0", below: "4.0.0" }, versionArgs: ["--version"],
    releases: fromPrometheus("prometheus", versions.prometheus, ["prometheus", "promtool"], {
      "linux-amd64": "f665c6da19eb7ba399c915d30c7d9793c9b417bf8a749b504bc470678631478d",
      "linux-arm64": "077f3781ab7245dc04c9a3c9b78ba120fc8e41aa0dc97489b0af67247e50ba83",
      "darwin-amd64": "a14307b9726e66cadb81be9a544732623af26dabeb7702c987aa9c3c062ada34",
      "darwin-arm64": "a9623f7f4fe65b1b171b423c1a72bbf23dfdf41a171dcb33e7dd302af80dc01c",
    }),
  },
  {
    name: "loki", version: versions.loki, alsoCached: ["3.7.6"], binaries: ["loki"],
    installed: { atLeast: "3.7.0", below: "4.0.0" }, versionArgs: ["--version"],
    releases: fromZip("loki", versions.loki, {
      "linux-amd64": "62aea42c9cba52cd1642b3666ab37019a0ce4c24ab50b07e85dccc8d812f7d61", "linux-arm64": undefined,
      "darwin-amd64": undefined, "darwin-arm64": undefined,
    }),
  },
  {
    // One configuration serves Tempo 2.8 and 3.0. There is no release for macOS.
    name: "tempo", version: versions.tempo, alsoCached: ["2.8.0-dev"], binaries: ["tempo"],
    installed: { atLeast: "2.8.0", below: "4.0.0" }, versionArgs: ["--version"],
    releases: releases({ "linux-amd64": undefined, "linux-arm64": undefined }, (os, arch) => ({
      url: `${github("grafana/tempo", `v${versions.tempo}`)}/tempo_${versions.tempo}_${os}_${arch}.tar.gz`,
      checksums: `${github("grafana/tempo", `v${versions.tempo}`)}/SHA256SUMS`, format: "tar.gz", members: { tempo: "tempo" },
    })),
  },
  {
    name: "alertmanager", version: versions.alertmanager, alsoCached: ["0.31.1"], binaries: ["alertmanager", "amtool"],
    installed: { atLeast: "0.31.0", below: "1.0.0" }, versionArgs: ["--version"],
    releases: fromPrometheus("alertmanager", versions.alertmanager, ["alertmanager", "amtool"], {
      "linux-amd64": "265b9d1e55ef0d5306a436018af6d2b686c2ce051f03d968f7464ecb1372a7e8",
      "linux-arm64": "d98d6cbaf52151c7e76e24355fec88b11cebcb9875d4cdd8b76ddce7a7e5535c",
      "darwin-amd64": undefined,
      "darwin-arm64": "a3941879f340ef12a4cc1a479c82bd8520611265ea8d1ee25c88bd5f944d8293",
    }),
  },
  {
    name: "grafana", version: versions.grafana, alsoCached: [], binaries: ["grafana"], folder: "bin", needsHome: true,
    installed: { atLeast: "13.0.0", below: "14.0.0" }, versionArgs: ["--version"], alsoIn: ["/usr/share/grafana/bin"],
    releases: releases({
      "linux-amd64": "6107ad27016296aac38e0d7ffa8753ab540b5541ad27e94790f771289d733235",
      "linux-arm64": "a2a41b960ba4c25e83140484e48813730d3c81891a128439a2a9d2df6eb3840e",
    }, (os, arch) => {
      const url = `https://dl.grafana.com/grafana/release/${versions.grafana}/grafana_${versions.grafana}_${grafanaBuild}_${os}_${arch}.tar.gz`;
      return { url, checksums: `${url}.sha256`, format: "tar.gz", members: "all" };
    }),
  },
  {
    name: "alloy", version: versions.alloy, alsoCached: ["1.19.0"], binaries: ["alloy"],
    installed: { atLeast: "1.19.0", below: "2.0.0" }, versionArgs: ["--version"],
    releases: fromZip("alloy", versions.alloy, {
      "linux-amd64": "3694ea4e1044b367e1c21ffe28117f209c5989fa5e604d000321809f871ab701", "linux-arm64": undefined,
      "darwin-amd64": undefined, "darwin-arm64": undefined,
    }),
  },
  {
    name: "caddy", version: versions.caddy, alsoCached: ["2.11.9"], binaries: ["caddy"],
    installed: { atLeast: "2.10.0", below: "3.0.0" }, versionArgs: ["version"],
    releases: releases({
      "linux-amd64": "727b91701a392de6ebc5027509f548bf39979e5216340d0faed8fa5e69c84f8b",
      "linux-arm64": "d8fc6d179a5d283028a472a5618564f6ad8a86fed513e64f032b3b0b7cc45e42",
      "darwin-amd64": undefined,
      "darwin-arm64": "cda3030e5d5b13eb9f0b6fb541037f633bddd958c070c5f561d7a5cccb581665",
    }, (os, arch) => {
      const base = github("caddyserver/caddy", `v${versions.caddy}`);
      const file = `caddy_${versions.caddy}_${os === "darwin" ? "mac" : os}_${arch}.tar.gz`;
      return { url: `${base}/${file}`, checksums: `${base}/caddy_${versions.caddy}_checksums.txt`, format: "tar.gz", members: { caddy: "caddy" } };
    }),
  },
  {
    name: "node_exporter", version: tools.node_exporter, alsoCached: [], binaries: ["node_exporter"],
    installed: { atLeast: "1.9.0", below: "2.0.0" }, versionArgs: ["--version"],
    releases: fromPrometheus("node_exporter", tools.node_exporter, ["node_exporter"], {
      "linux-amd64": "b51d8a76aa2a9156a55d501aca6276fae09e262259a5e4e831d2c2222f084e63",
      "linux-arm64": "ad35b605f9954b9f1ffddf5ba054bdc5a98d790b9eae5291e1eeb83f1ecbd0e7",
    }),
  },
  {
    // Of Loki's releases up to 3.7.2; the one that the teams run who move in.
    name: "promtail", version: tools.promtail, alsoCached: [], binaries: ["promtail"],
    installed: { atLeast: "3.0.0", below: "3.7.3" }, versionArgs: ["--version"],
    releases: releases({ "linux-amd64": undefined, "linux-arm64": undefined, "darwin-amd64": undefined, "darwin-arm64": undefined }, (os, arch) => {
      const base = github("grafana/loki", `v${tools.promtail}`);
      return { url: `${base}/promtail-${os}-${arch}.zip`, checksums: `${base}/SHA256SUMS`, format: "zip", members: { promtail: `promtail-${os}-${arch}` } };
    }),
  },
  {
    name: "compose", version: tools.compose, alsoCached: [], binaries: ["docker-compose"],
    installed: { atLeast: "2.24.0", below: "6.0.0" }, versionArgs: ["version"],
    alsoIn: [`${homedir()}/.docker/cli-plugins`, "/usr/local/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins"],
    releases: releases({
      "linux-amd64": "40343e21ca777173e69cff5dbafeb37c6f81f3b0d57d9e597f036e95eb63e76a",
      "linux-arm64": "733ec76717ceb59052a9609b9dadfb523b2df8eab57a54212872d10a58078ea2",
    }, (os, arch) => {
      const base = github("docker/compose", `v${tools.compose}`);
      const file = `docker-compose-${os}-${arch === "amd64" ? "x86_64" : "aarch64"}`;
      return { url: `${base}/${file}`, checksums: `${base}/checksums.txt`, format: "raw", members: { "docker-compose": file } };
    }),
  },
];

/** Every program we run, and where it comes from. */
export const programs = Object.fromEntries(table.map(program => [program.name, program])) as Record<ProgramName, Program>;
export const programNames: readonly ProgramName[] = table.map(program => program.name);

/** This machine, or undefined where nobody publishes for it. */
export function thisPlatform(os: string = process.platform, arch: string = process.arch): Platform | undefined {
  const name = `${os}-${arch === "x64" ? "amd64" : arch}`;
  return platforms.find(platform => platform === name);
}
