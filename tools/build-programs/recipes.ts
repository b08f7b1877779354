import type { ProgramName } from "../../components/local/programs/table";

/** How a program is compiled from a Go module, for a machine that reaches no release. */
export interface Recipe {
  name: ProgramName;
  /** What the result is: the name of its folder in the cache. The program table must accept it. */
  version: string;
  module: string;
  /** The version under which the module is served. */
  moduleVersion: string;
  /** Package of each binary. `.` is the wrapper itself, see `main`. */
  packages: Record<string, string>;
  tags?: string;
  /** A part that reads a C library: it is built where a C compiler and this header are, and left out elsewhere. */
  cgo?: { tag: string; header: string };
  /** Linker settings, mostly for the program to know its version. */
  variables?: Record<string, string>;
  /** Source of the wrapper's own main package, for a program that cannot be built as somebody's dependency. */
  main?: string;
  require?: string[];
  replace?: string[];
  /** Checksums that the module's own go.sum cannot have: its own. */
  sum?: string[];
  /** Cold, on 2 cores, network included. */
  expectedSeconds: number;
}

const commonVersion = "github.com/prometheus/common/version.Version";
const tempo = "github.com/grafana/tempo v1.5.1-0.20250529124718-87c2dc380cec";

/** In the order in which they are built: what is cheap and needed first comes first. */
export const recipes: readonly Recipe[] = [
  {
    name: "pulumi", version: "3.259.0", module: "github.com/pulumi/pulumi/pkg/v3", moduleVersion: "v3.259.0",
    packages: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    // Without it the engine takes itself for a development version and refuses the SDK.
    variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "v3.259.0" },
    require: ["github.com/pulumi/pulumi/sdk/v3 v3.259.0"],
    replace: ["github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e"],
    expectedSeconds: 200,
  },
  {
    name: "caddy", version: "2.11.7", module: "github.com/caddyserver/caddy/v2", moduleVersion: "v2.11.7",
    packages: { caddy: "github.com/caddyserver/caddy/v2/cmd/caddy" },
    variables: { "github.com/caddyserver/caddy/v2.CustomVersion": "v2.11.7" },
    expectedSeconds: 70,
  },
  {
    // 0.34 needs a user interface that is generated and not part of the module.
    name: "alertmanager", version: "0.31.1", module: "github.com/prometheus/alertmanager", moduleVersion: "v0.31.1",
    packages: { alertmanager: "github.com/prometheus/alertmanager/cmd/alertmanager", amtool: "github.com/prometheus/alertmanager/cmd/amtool" },
    variables: { [commonVersion]: "0.31.1" },
    expectedSeconds: 40,
  },
  {
    name: "prometheus", version: "3.14.0", module: "github.com/prometheus/prometheus", moduleVersion: "v0.314.0",
    packages: { prometheus: "github.com/prometheus/prometheus/cmd/prometheus", promtool: "github.com/prometheus/prometheus/cmd/promtool" },
    variables: { [commonVersion]: "3.14.0" },
    expectedSeconds: 250,
  },
  {
    // Nothing newer is served. The checksum database does not know it, so its sums are given here.
    name: "tempo", version: "2.8.0-dev", module: "github.com/grafana/tempo", moduleVersion: "v1.5.1-0.20250529124718-87c2dc380cec",
    packages: { tempo: "github.com/grafana/tempo/cmd/tempo" },
    variables: { "main.Version": "2.8.0-dev" },
    sum: [`${tempo} h1:wnzJov9RhSHGaTYGzTygL4qq986fLen8xSqnQgaMd28=`, `${tempo}/go.mod h1:j1IY7J2rUz7TcTjFVVx6HCpyTlYOJPtXuGRZ7sI+vSo=`],
    expectedSeconds: 150,
  },
  {
    name: "loki", version: "3.7.8", module: "github.com/grafana/loki/v3", moduleVersion: "v3.7.8",
    packages: { loki: "github.com/grafana/loki/v3/cmd/loki" },
    variables: { "github.com/grafana/loki/v3/pkg/util/build.Version": "3.7.8" },
    expectedSeconds: 300,
  },
  {
    name: "alloy", version: "1.19.0", module: "github.com/grafana/alloy", moduleVersion: "v1.19.0",
    packages: { alloy: "." }, tags: "gore2regex",
    // Without it `loki.source.journal` does nothing. The header is in Debian's libsystemd-dev.
    cgo: { tag: "promtail_journal_enabled", header: "/usr/include/systemd/sd-journal.h" },
    variables: { "github.com/grafana/alloy/internal/build.Version": "v1.19.0" },
    main: `package main

import (
	"fmt"
	"os"

	"github.com/grafana/alloy/flowcmd"
)

func main() {
	if err := flowcmd.RootCommand().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
`,
    expectedSeconds: 900,
  },
  {
    name: "compose", version: "5.6.0", module: "github.com/docker/compose/v5", moduleVersion: "v5.6.0",
    packages: { "docker-compose": "github.com/docker/compose/v5/cmd" },
    variables: { "github.com/docker/compose/v5/internal.Version": "v5.6.0" },
    expectedSeconds: 40,
  },
  {
    name: "node_exporter", version: "1.12.1", module: "github.com/prometheus/node_exporter", moduleVersion: "v1.12.1",
    packages: { node_exporter: "github.com/prometheus/node_exporter" },
    variables: { [commonVersion]: "1.12.1" },
    expectedSeconds: 30,
  },
  {
    // Only for tests. Without cgo it reads no journal. Of the versions that still have it, 3.6 is not served.
    name: "promtail", version: "3.4.1", module: "github.com/grafana/loki/v3", moduleVersion: "v3.4.1",
    packages: { promtail: "github.com/grafana/loki/v3/clients/cmd/promtail" },
    variables: { "github.com/grafana/loki/v3/pkg/util/build.Version": "3.4.1" },
    expectedSeconds: 240,
  },
];
