import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileDiff, lineDiff } from "../../tools/file-diff";

describe("the difference of two sets of files", () => {
  it("names new and removed files, and leaves out what stays", () => {
    assert.deepEqual(fileDiff({ gone: "a\n", same: "x\n" }, { fresh: "1\n2\n", same: "x\n" }), ["+ fresh (new, 2 lines)\n", "- gone (removed)\n"]);
  });

  it("shows changed lines with two around them", () => {
    const was = "a\nb\nc\nd\ne\nf\ng\n";
    assert.deepEqual(fileDiff({ f: was }, { f: was.replace("e", "E") }), ["~ f\n      c\n      d\n    - e\n    + E\n      f\n      g\n"]);
  });

  it("marks what it leaves out between two changes", () => {
    const lines = Array.from({ length: 12 }, (_, i) => `line ${i}`);
    const changed = lines.map((line, i) => (i === 1 || i === 10 ? `${line}!` : line));
    assert.match(fileDiff({ f: lines.join("\n") }, { f: changed.join("\n") })[0]!, /line 3\n {6}…\n {6}line 8/);
  });

  it("finds the shortest way: one line put in is one line", () => {
    const signs = lineDiff(["a", "b", "a", "b"], ["a", "b", "x", "a", "b"]).map(line => line.sign).join("");
    assert.equal(signs, "  +  ");
  });

  it("gives both texts back for any two texts", () => {
    let seed = 7;
    const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
    for (let round = 0; round < 200; round++) {
      const [a, b] = [0, 1].map(() => Array.from({ length: random(12) }, () => "abc"[random(3)]!)) as [string[], string[]];
      const lines = lineDiff(a, b);
      assert.deepEqual(lines.filter(line => line.sign !== "+").map(line => line.text), a);
      assert.deepEqual(lines.filter(line => line.sign !== "-").map(line => line.text), b);
    }
  });
});
