/** The rules as a policy pack: `pulumi preview --policy-pack <folder with PulumiPolicy.yaml>`. Loading this starts its server. */
import { PolicyPack } from "@pulumi/policy";
import { policyOf } from "./pack";
import { rules } from "./rules";

new PolicyPack("pulumi-lgtm", { policies: rules.map(policyOf) });
