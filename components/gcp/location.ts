import { getClientConfigOutput } from "@pulumi/gcp/organizations/getClientConfig";
import * as pulumi from "@pulumi/pulumi";
import { SpecError } from "../server/spec-error";

/** Where things are made. */
export interface Location {
  project: string;
  region: string;
  zone: string;
}

/** The project, region and zone that were given, else those of the provider that the component uses. */
export function location(parent: pulumi.Resource, args: Partial<Location>): { [key in keyof Location]: pulumi.Output<string> } {
  // The provider answers with its access token beside, so that the whole answer is secret; these three are not.
  const found = pulumi.unsecret(getClientConfigOutput({ parent }).apply(({ project, region, zone }) => resolveLocation(args, { project, region, zone })));
  return { project: found.project, region: found.region, zone: found.zone };
}

/** Of a region, zone b is the default: every region has one. */
export function resolveLocation(args: Partial<Location>, provider: Partial<Location>): Location {
  const project = args.project || provider.project;
  const region = args.region || (args.zone && regionOf(args.zone)) || provider.region || (provider.zone && regionOf(provider.zone));
  const problems = [
    ...(project ? [] : ["project: missing. Say which: pulumi config set gcp:project <id>, or give project."]),
    ...(region ? [] : ["region: missing. Say which: pulumi config set gcp:region europe-west3, or give region."]),
  ];
  if (!project || !region) throw new SpecError(problems);
  const ofProvider = provider.zone && regionOf(provider.zone) === region ? provider.zone : undefined;
  return { project, region, zone: args.zone || ofProvider || `${region}-b` };
}

export function regionOf(zone: string): string {
  return zone.replace(/-[a-z]$/, "");
}
