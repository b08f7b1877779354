import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import * as aws from "../../components/aws";
import * as azure from "../../components/azure";
import * as gcp from "../../components/gcp";
import { run as runAws } from "../aws/mocks";
import { id, run as runAzure } from "../azure/mocks";
import { run as runGcp } from "../gcp/mocks";
import { seen } from "../mocks";
import { silence } from "./status";

const allowedCidrs = ["203.0.113.0/24"];
const { now } = Date;
const { warn } = pulumi.log;
let said: string[] = [];

beforeEach(() => {
  said = [];
  silence.looks = 1;
  // Each look at the clock is a minute after the one before, so that the first one that finds nothing ends a minute of silence.
  let minutes = 0;
  Date.now = () => now() + 61_000 * minutes++;
  pulumi.log.warn = async text => void said.push(text);
});
afterEach(() => {
  Date.now = now;
  pulumi.log.warn = warn;
  silence.looks = 0;
});

/** What is said while a server that was silent once is rolled out. */
async function saidBy(running: Promise<{ made: { release: pulumi.Output<string> } }>): Promise<string> {
  assert.match((await seen((await running).made.release)).value!, /^[0-9a-f]{64}$/);
  // The component's outputs are registered after that, and have to be with this test's mocks.
  await new Promise(wake => setTimeout(wake, 500));
  return said.join("\n");
}

describe("a server that is silent is said to lack the rights that somebody else has to give it", () => {
  it("on AWS: the policy of a role that was given, and of a machine's", async () => {
    for (const given of [{ instanceProfileName: "theirs" }, { instanceId: "i-theirs", memory: 4096 }]) {
      silence.looks = 1;
      said = [];
      const text = await saidBy(runAws(() => new aws.MonitoringServer("mon", { allowedCidrs, ...given })));
      assert.match(text, /^The server has not reported yet\. Its role is not made here; it needs these rights:\n\{"Version":"2012-10-17".*"arn:aws:s3:::mon-telemetry\/\*"/);
    }
  });

  it("on Azure: the roles of an identity that was given", async () => {
    const text = await saidBy(runAzure(() => new azure.MonitoringServer("mon", { allowedCidrs, identityId: id("Microsoft.ManagedIdentity/userAssignedIdentities", "theirs") })));
    assert.match(text, /Its identity is not made here; it needs these roles:\nStorage Blob Data Reader on \/subscriptions\/.*\/containers\/releases\n(.*\n)+.*Key Vault Secrets User on /);
  });

  it("on Google Cloud: the roles of an account that was given, as far as they are left to grant", async () => {
    const text = await saidBy(runGcp(() => new gcp.MonitoringServer("mon", { allowedCidrs, serviceAccountEmail: "given@shop.iam.gserviceaccount.com", telemetryBucket: "theirs" })));
    assert.match(text, /it needs these roles:\nroles\/storage\.objectUser on the bucket theirs\nroles\/storage\.legacyBucketReader on the bucket theirs$/);
  });

  it("and of an identity of its own nothing is said", async () => {
    assert.equal(await saidBy(runAws(() => new aws.MonitoringServer("mon", { allowedCidrs }))), "");
  });
});
