import assert from "node:assert/strict";
import { test } from "node:test";
import { argumentsOf } from "./stand-ins/cloud-plugin/arguments";
import { aws } from "./stand-ins/cloud-plugin/aws";
import { azure } from "./stand-ins/cloud-plugin/azure";
import { gcp } from "./stand-ins/cloud-plugin/gcp";
import { tls } from "./stand-ins/cloud-plugin/tls";

for (const [name, { resources, declarations }] of Object.entries({ aws, azure, gcp, tls })) {
  test(`the stand-in for ${name} names properties that the SDK declares`, () => {
    for (const [token, { replaces = [], needs = {}, holds = {}, exclusive = [], autoName }] of Object.entries(resources)) {
      const { required, optional } = argumentsOf(declarations(token));
      const paths = [...replaces, ...Object.keys(needs), ...Object.keys(holds), ...exclusive, ...(autoName ? [autoName] : [])];
      const unknown = paths.map(path => path.split(".")[0]!).filter(property => !required.includes(property) && !optional.includes(property));
      assert.deepEqual(unknown, [], token);
    }
  });
}
