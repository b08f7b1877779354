/**
 * Label `environment` of what comes from a cloud and has none of its own: a word, since a missing label would be filled in with the
 * server's own environment. The alert `CloudUnattributed` counts it.
 */
export const unattributed = "unattributed";

/** What a cloud's resources are called in labels, unless a tag says more. */
export const Named = {
  /** A program that somebody wrote: its name is the service, and the host is the kind of thing that runs it. */
  service: "service",
  /** Anything else: its name is the host, and the service is the kind. */
  host: "host",
} as const;
export type Named = (typeof Named)[keyof typeof Named];
