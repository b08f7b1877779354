/**
 * STAND-IN for the provider plugins of @pulumi/aws, @pulumi/azure-native, @pulumi/gcp and @pulumi/tls, so that the engine can
 * run whole programs without a cloud. STAND_IN_FOR says which of them; what exists is in the folder of PULUMI_LGTM_TEST_CLOUD.
 *
 * It knows what decides whether an upgrade is safe: which properties replace (each table names its source), what the SDK
 * takes, what a cloud refuses to make twice, to attach twice or to delete while it is in use. It does not know a cloud's
 * rights, quotas, waits or defaults.
 */
import { aws } from "./aws";
import { azure } from "./azure";
import { Cloud, folderVariable } from "./cloud";
import { gcp } from "./gcp";
import type { Package } from "./resource-type";
import { serve } from "./server";
import { tls } from "./tls";

const packages: Record<string, Package> = { aws, "azure-native": azure, gcp, tls };

const name = process.env["STAND_IN_FOR"] ?? "";
const of = packages[name];
const folder = process.env[folderVariable];
if (!of) throw new Error(`This stand-in does not know the package "${name}". Known: ${Object.keys(packages).join(", ")}.`);
if (!folder) throw new Error(`${folderVariable} is not set: the folder in which this stand-in keeps its cloud.`);
serve(of, ({ region, location }) => ({ cloud: new Cloud(folder), region: String(region ?? location ?? of.region) }));
