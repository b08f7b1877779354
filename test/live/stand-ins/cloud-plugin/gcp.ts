import type { Package } from "./resource-type";
export const gcp: Package = { version: "9.37.0", declarations: () => "", resources: {}, functions: {} };
