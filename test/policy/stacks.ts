import type { Registered } from "../mocks";
import { awsStacks } from "./stacks-aws";
import { azureStacks } from "./stacks-azure";
import { gcpStacks } from "./stacks-gcp";

/** Programs by cloud and what is special about them, with what each registers. */
export type Stacks = Record<string, () => Promise<Registered[]>>;

/** Programs whose resources are judged. */
export const stacks: Stacks = { ...awsStacks, ...azureStacks, ...gcpStacks };
