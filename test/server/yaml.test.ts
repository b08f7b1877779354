import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse, stringify } from "yaml";
import { yaml } from "../../components/server/yaml";

/** What has a meaning in YAML, alone and in other text. */
const marks = ["", " ", "-", "?", ":", ": ", " #", "#", "&", "*", "!", "|", ">", "'", '"', "%", "@", "`", "{", "}", "[", "]", ",", "\n", "\n\n", "\t", "\\", "---", "...", "~", "null", "true", "False", "0", "-1", "1e5", ".5", "0x1F", "0o17", ".inf", ".NaN", "é", "가", "\u{1f600}", "\u0085", "\u2028", "\ufeff", "\x07", "\x7f", "a", "b c", "{{ .x }}", "$", "@@address@@"];

describe("yaml", () => {
  it("is read back as what was given, whatever the text is, as value, key and entry of a list", () => {
    const read = (text: string, step: number) => {
      const value = { value: text, [text]: 1, list: [text, { inner: text, after: 1 }, [text]], last: { inner: { text } } };
      assert.deepEqual(parse(yaml(value, step)), value, `${JSON.stringify(text)}:\n${yaml(value, step)}`);
    };
    for (const text of marks) read(text, 2);
    for (const text of marks.flatMap(a => marks.flatMap(b => [`x${a}y${b}`, `${a}x${b}`]))) read(text, 1);
  });

  it("keeps lists, mappings, empty ones, numbers, truth values and nothing, and leaves out what is undefined", () => {
    const value = { list: [[], {}, [[1, -0.5], [{ a: [] }]], null, true], none: null, empty: {}, deep: { list: [{ a: { b: [1] } }] }, large: 1e21, small: 1e-9 };
    assert.deepEqual(parse(yaml(value)), value);
    assert.equal(yaml({ a: undefined, b: { c: undefined }, d: 1 }), "b: {}\nd: 1\n");
  });

  it("looks as the common library writes it", () => {
    const value = { text: "plain", quoted: "a: b", both: `"a"`, lines: "a\n  b\n\nc\n", cut: "a\nb", kept: "a\n\n\n", list: ["a", { b: 1, c: ["d"] }, [1]], "key: x": "0", flow: "{{ .x }}", empty: "" };
    assert.equal(yaml(value), stringify(value, { lineWidth: 0 }));
  });
});
