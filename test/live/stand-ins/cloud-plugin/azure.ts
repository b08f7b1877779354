import type { Package } from "./resource-type";
export const azure: Package = { version: "3.28.0", declarations: () => "", resources: {}, functions: {} };
