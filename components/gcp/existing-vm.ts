import { createHash } from "node:crypto";
import { getInstanceOutput } from "@pulumi/gcp/compute/getInstance";
import { OsPolicyAssignment } from "@pulumi/gcp/osconfig/osPolicyAssignment";
import { BucketObject } from "@pulumi/gcp/storage/bucketObject";
import * as pulumi from "@pulumi/pulumi";
import { installScript } from "../server/guest/install-script";
import type { Machine } from "../server/guest/machine";
import { installFiles, stage0Unit } from "../server/guest/userdata";
import { SpecError } from "../server/spec-error";
import type { MonitoringServerArgs } from "./args";
import { labelOfServer, serverLabel } from "./labels";
import { projectOf } from "./network";
import type { Scope } from "./scope";

/** A machine that exists: where and who it is. */
export interface ExistingMachine {
  ip: string;
  serviceAccount: string;
  /** Empty without one. */
  networkTag: string;
  network: string;
  networkProject: string;
}

export function existingMachine(at: Scope, args: MonitoringServerArgs): pulumi.Output<ExistingMachine> {
  const found = getInstanceOutput({ name: args.instance!, zone: at.zone, project: at.project }, { parent: at.opts.parent });
  return pulumi.all([found, at.zone]).apply(([machine, zone]) => machineOf(machine, zone, labelOfServer(at.name), args));
}

/** What the provider tells of a machine, as far as it matters here. */
interface Found {
  name?: string;
  labels: Record<string, string>;
  tags: string[];
  serviceAccounts: { email: string; scopes: string[] }[];
  networkInterfaces: { networkIp: string; network: string; accessConfigs: { natIp: string }[] }[];
}

/** Throws with everything that a machine lacks and the commands that give it. */
export function machineOf({ name, labels, tags, serviceAccounts, networkInterfaces }: Found, zone: string, label: string, args: Pick<MonitoringServerArgs, "publicAddress">): ExistingMachine {
  const account = serviceAccounts[0];
  const mend = `--zone=${zone}`;
  const problems = [
    ...(account?.email ? [] : [`instance: ${name} has no service account, so it could read nothing. Stop it, then: gcloud compute instances set-service-account ${name} ${mend} --service-account=<e-mail> --scopes=cloud-platform`]),
    ...(account?.email && !account.scopes.some(scope => scope.endsWith("cloud-platform")) ? [`instance: ${name} lacks the scope cloud-platform, so its roles do not count. Stop it, then: gcloud compute instances set-service-account ${name} ${mend} --service-account=${account.email} --scopes=cloud-platform`] : []),
    ...(labels?.[serverLabel] === label ? [] : [`instance: ${name} lacks the label by which it is chosen. Give it: gcloud compute instances add-labels ${name} ${mend} --labels=${serverLabel}=${label}`]),
  ];
  if (problems.length) throw new SpecError(problems);
  const nic = networkInterfaces[0]!;
  const publicIp = nic.accessConfigs[0]?.natIp;
  return {
    ip: args.publicAddress === false ? nic.networkIp : publicIp || nic.networkIp,
    serviceAccount: account!.email,
    networkTag: tags?.[0] ?? "",
    network: nic.network,
    networkProject: projectOf(nic.network),
  };
}

/**
 * Puts stage 0 on it through the agent of VM Manager, which is on Google's images; from then on it fetches its releases like any
 * other. Destroying the stack leaves the machine as it is.
 */
export function installOn(at: Scope, memory: number, machine: pulumi.Output<Machine>, bucket: pulumi.Output<string>, mayRead: pulumi.Resource[]): pulumi.Resource[] {
  const script = machine.apply(of => policyScript(of.root, installScript(of.root, memory, installFiles(of))));
  // From the bucket: a script inside of the policy is too short for it. An object without its generation would not be trusted.
  const file = new BucketObject(
    `${at.name}-install`,
    { bucket, name: script.apply(({ hash }) => `install/${hash}.sh`), content: script.apply(({ text }) => text), contentType: "text/x-shellscript" },
    at.opts,
  );
  const assignment = new OsPolicyAssignment(
    `${at.name}-install`,
    {
      project: at.project,
      location: at.zone,
      description: `Installs the monitoring server ${at.name}`,
      instanceFilter: { inclusionLabels: [{ labels: { [serverLabel]: labelOfServer(at.name) } }] },
      osPolicies: [
        {
          id: "install",
          mode: "ENFORCEMENT",
          resourceGroups: [
            {
              resources: [
                {
                  id: "stage0",
                  exec: {
                    validate: { interpreter: "SHELL", script: script.apply(({ check }) => check) },
                    enforce: { interpreter: "SHELL", file: { gcs: { bucket, object: file.name, generation: file.generation } } },
                  },
                },
              ],
            },
          ],
        },
      ],
      rollout: { disruptionBudget: { fixed: 1 }, minWaitDuration: "0s" },
      // Whether it worked is told by the server itself, in its own words.
      skipAwaitRollout: true,
    },
    { ...at.opts, dependsOn: [...at.opts.dependsOn, ...mayRead] },
  );
  return [assignment];
}

/**
 * The installation as the agent wants it: 100 is done, 101 to be done
 * (cloud.google.com/compute/vm-manager/docs/os-policies/create-os-policy-assignment). The agent asks again every hour.
 */
export function policyScript(root: string, install: string): { text: string; check: string; hash: string } {
  const hash = createHash("sha256").update(install).digest("hex");
  const mark = `${root}/stage0/installed`;
  const end = "lgtm-end-of-installation";
  return {
    hash,
    text: `sh -s <<'${end}' || exit 1\n${install}${end}\necho ${hash} >${mark} && exit 100\n`,
    check: `[ "$(cat ${mark} 2>/dev/null)" = ${hash} ] && systemctl is-enabled --quiet ${stage0Unit} && exit 100\nexit 101\n`,
  };
}
