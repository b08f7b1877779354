import { awsBucket } from "./aws-bucket";
import { awsIdentity } from "./aws-identity";
import { awsMachine } from "./aws-machine";
import { awsNetwork } from "./aws-network";
import { azureMachine } from "./azure-machine";
import { azureNetwork } from "./azure-network";
import { azureRoles } from "./azure-roles";
import { azureStorage } from "./azure-storage";
import { everywhere } from "./everywhere";
import { gcpBucket } from "./gcp-bucket";
import { gcpMachine } from "./gcp-machine";
import { gcpNetwork } from "./gcp-network";
import { gcpRoles } from "./gcp-roles";
import type { Rule } from "./rule";

/** Every rule, of every cloud. */
export const rules: readonly Rule[] = [
  ...everywhere,
  ...awsMachine, ...awsNetwork, ...awsIdentity, ...awsBucket,
  ...azureMachine, ...azureNetwork, ...azureStorage, ...azureRoles,
  ...gcpMachine, ...gcpNetwork, ...gcpBucket, ...gcpRoles,
];
