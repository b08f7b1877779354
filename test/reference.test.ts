import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { referencePages } from "../tools/reference";
import { text } from "./markdown";

describe("the pages made of the code", () => {
  for (const [page, wanted] of Object.entries(referencePages())) {
    it(`${page} says what the code says`, () => {
      // Not assert.equal: the difference of two long pages helps nobody.
      assert.ok(text(page) === wanted, `${page} is out of date. Write it anew: npm run build && npm run reference`);
      assert.ok(wanted.length > 5_000);
    });
  }
});
