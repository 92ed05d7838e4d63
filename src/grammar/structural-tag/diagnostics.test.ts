import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { parseStructuralTag } from "./structural-tag.ts";

/// Code, severity's letter and pointer of each diagnostic; a text's span where there is no pointer.
function said(text: string): string[] {
  const { grammar, diagnostics } = parseStructuralTag({ kind: "structural-tag", text, file: "a.json" });
  assert.equal(
    grammar === undefined,
    diagnostics.some((d) => d.severity === "error"),
    "grammar or errors",
  );
  return diagnostics.map(({ code, severity, location, hint }) => {
    assert.ok(hint, `${code} has no hint`);
    assert.ok(location?.kind === "json-pointer" || location?.kind === "text", `${code} is nowhere`);
    assert.equal(location.file, "a.json");
    const place = location.kind === "json-pointer" ? location.pointer : `${location.span.from}`;
    return `${severity[0]} ${code} ${place}`;
  });
}

const tag = (begin: unknown, content: unknown, end: unknown) => ({ type: "tag", begin, content, end });
const TEXT = { type: "any_text" };
const one = (value: string) => ({ type: "const_string", value });
const triggered = (triggers: unknown, tags: unknown, more: object = {}) => ({
  type: "triggered_tags",
  triggers,
  tags,
  ...more,
});

describe("structural tags: diagnostics", () => {
  const check = (format: unknown, ...expected: string[]) =>
    it(`${JSON.stringify(format)}: ${expected.join(", ") || "none"}`, () => {
      assert.deepEqual(said(JSON.stringify({ type: "structural_tag", format })), expected);
    });
  const checkText = (text: string, ...expected: string[]) =>
    it(`${text}: ${expected.join(", ")}`, () => assert.deepEqual(said(text), expected));

  checkText("", "e structural-tag-syntax 0");
  checkText('{"format": {"type": "any_text",}}', "e structural-tag-syntax 31", "e structural-tag-syntax 31");
  checkText("[]", "e structural-tag-invalid ");
  checkText("{}", "e structural-tag-invalid ");
  checkText(
    '{"format": {}, "formt": 1}',
    "e structural-tag-invalid /format",
    "e structural-tag-unknown-key /formt",
  );
  checkText('{"type": "tag", "format": {"type": "any_text"}}', "e structural-tag-invalid /type");
  checkText(
    '{"format": {"type": "any_text", "type": "any_text"}}',
    "e structural-tag-duplicate-key /format/type",
  );
  checkText(
    '{"structures": [{"begin": "<a>", "schema": {"type": "nul"}, "end": 1}], "triggers": [""], "x": 1}',
    "e structural-tag-invalid /structures/0/end",
    "e structural-tag-empty-string /triggers/0",
    "e structural-tag-unknown-key /x",
  );
  checkText(
    '{"structures": [{"begin": "<a>", "schema": "{\\"type\\": \\"nul\\"}", "end": ""}], "triggers": ["<"]}',
    "e schema-invalid /structures/0/schema",
  );
  checkText(`{"format": ${"[".repeat(500)}`, "e grammar-too-deep 410");

  check({ type: "any_txt" }, "e structural-tag-unknown-format /format/type");
  check({ type: 1 }, "e structural-tag-invalid /format/type");
  check([], "e structural-tag-invalid /format");
  check({ ...TEXT, exclude: ["a"] }, "e structural-tag-unknown-key /format/exclude");
  check(
    { ...TEXT, excludes: ["", 1, "\ud800"] },
    "e structural-tag-empty-string /format/excludes/0",
    "e structural-tag-invalid /format/excludes/1",
    "e structural-tag-invalid /format/excludes/2",
  );
  check({ ...TEXT, excludes: "a" }, "e structural-tag-invalid /format/excludes");
  check({ ...TEXT, excludes: ["a", "a"] }, "w structural-tag-repeated /format/excludes/1");
  check({ ...TEXT, max_tokens: 4 }, "e structural-tag-unsupported /format/max_tokens");
  check({ ...TEXT, max_chars: -1 }, "e structural-tag-invalid /format/max_chars");
  check({ type: "json_schema" }, "e structural-tag-invalid /format");
  check({ type: "json_schema", json_schema: 1 }, "e structural-tag-invalid /format/json_schema");
  check(
    { type: "json_schema", json_schema: {}, style: "kimi_k3_xml" },
    "e structural-tag-unsupported /format/style",
  );
  check({ type: "qwen_xml_parameter", json_schema: true }, "e structural-tag-invalid /format/json_schema");
  check(
    { type: "qwen_xml_parameter", json_schema: { type: "string" } },
    "e schema-invalid /format/json_schema",
  );
  check(
    { type: "json_schema", json_schema: { properties: { "a>b": {} } }, style: "minimax_xml" },
    "e schema-unsupported-keyword /format/json_schema",
  );
  check(
    { type: "json_schema", json_schema: { properties: { "a/b": { type: "strange" } } } },
    "e schema-invalid /format/json_schema/properties/a~1b/type",
  );
  check(
    { type: "json_schema", json_schema: { $ref: "#/$defs/x" } },
    "e schema-unresolved-ref /format/json_schema/$ref",
  );
  check({ type: "regex", pattern: "a(" }, "e regex-syntax /format/pattern");
  check({ type: "grammar", grammar: 'root ::= "a" b' }, "e ebnf-undefined-rule /format/grammar");
  check({ type: "grammar", grammar: 'root ::= "a" root' }, "e grammar-empty-language /format/grammar");
  check(
    { type: "grammar", grammar: "root ::= x", syntax: "abnf" },
    "e structural-tag-invalid /format/syntax",
  );
  check({ type: "sequence", elements: [] }, "e structural-tag-invalid /format/elements");
  check(
    { type: "or", elements: [{ type: "x" }, one("a")] },
    "e structural-tag-unknown-format /format/elements/0/type",
  );
  check({ type: "repeat", content: one("a"), min: 2, max: 1 }, "e structural-tag-invalid /format/max");
  check({ type: "repeat", content: one("a"), min: 2 }, "e structural-tag-invalid /format");
  check({ type: "sequence", elements: [TEXT, one("a")] }, "w structural-tag-open-text /format/elements/0");
  check({ type: "sequence", elements: [{ ...TEXT, excludes: ["a"] }, one("a")] });
  check({ type: "sequence", elements: [TEXT, { type: "token", token: "<x>" }] });
  check(tag("<", { type: "sequence", elements: [TEXT, one("a")] }, ">"));

  check(tag("<", TEXT, undefined), "e structural-tag-invalid /format");
  check(tag(1, TEXT, []), "e structural-tag-invalid /format/begin", "e structural-tag-invalid /format/end");
  check(tag({ type: "any_text" }, TEXT, ""), "e structural-tag-invalid /format/begin");
  check(tag("<", TEXT, [">", ">"]), "w structural-tag-repeated /format/end/1");

  check(
    triggered([], []),
    "e structural-tag-invalid /format/triggers",
    "e structural-tag-invalid /format/tags",
  );
  check(triggered([""], [tag("<a", TEXT, ">")]), "e structural-tag-empty-string /format/triggers/0");
  check(
    triggered(["<b"], [tag("<a", TEXT, ">")]),
    "e structural-tag-unused-trigger /format/triggers/0",
    "e structural-tag-no-trigger /format/tags/0/begin",
  );
  check(triggered(["<", "<a"], [tag("<a", TEXT, ">")]), "w structural-tag-hidden-trigger /format/triggers/1");
  check(triggered(["<", "<"], [tag("<a", TEXT, ">")]), "w structural-tag-repeated /format/triggers/1");
  check(
    triggered(["<"], [tag("<a", TEXT, ">"), tag("<ab", TEXT, ">")]),
    "w structural-tag-overlapping-begins /format/tags/1/begin",
  );
  check(
    triggered(["<"], [tag("<a", TEXT, ">"), tag("<a", one("b"), ">")]),
    "w structural-tag-overlapping-begins /format/tags/1/begin",
  );
  check(
    triggered(["a<b>", "<b"], [tag("a<b>", TEXT, ">"), tag("<b", TEXT, ">")]),
    "e structural-tag-unreachable /format/triggers/0",
  );
  check(
    triggered(["<a"], [tag("<a", TEXT, ">")], { excludes: ["<"] }),
    "e structural-tag-unreachable /format/triggers/0",
  );
  check(
    triggered(["<a"], [tag("<a", TEXT, ">")], { excludes: ["<a"] }),
    "e structural-tag-conflict /format/excludes/0",
  );
  check(
    triggered(["<"], [tag("<a", TEXT, ">")], { excludes: ["<b"] }),
    "w structural-tag-unreachable /format/excludes/0",
  );
  check(tag("[", triggered(["<"], [tag("<a", TEXT, ">")]), "<"), "e structural-tag-conflict /format/end");
  check(
    triggered(["<"], [{ type: "or", begin: "<" }, 1]),
    "e structural-tag-invalid /format/tags/0/type",
    "e structural-tag-invalid /format/tags/1",
  );
  check(
    triggered(["<"], [tag({ type: "token", token: 1 }, TEXT, "")]),
    "e structural-tag-invalid /format/tags/0/begin/token",
  );
  check({ type: "tags_with_separator", tags: [tag("<", TEXT, ">")] }, "e structural-tag-invalid /format");
  check(
    { type: "dispatch", rules: [["<"], ["", TEXT]] },
    "e structural-tag-invalid /format/rules/0",
    "e structural-tag-empty-string /format/rules/1/0",
  );
  check(
    {
      type: "token_triggered_tags",
      trigger_tokens: [1, 3],
      tags: [tag({ type: "token", token: 2 }, TEXT, "")],
    },
    "e structural-tag-unused-trigger /format/trigger_tokens/0",
    "e structural-tag-unused-trigger /format/trigger_tokens/1",
    "e structural-tag-no-trigger /format/tags/0/begin/token",
  );

  it("says of the example in the documentation in which order members come", () => {
    const page = readFileSync(`${process.env.TOKENSIEVE_ROOT}docs/structural-tags.md`, "utf8");
    const [example] = /(?<=```json\n).*?(?=```)/s.exec(page)!;
    const place = "/format/tags/0/content/json_schema/properties";
    assert.deepEqual(said(example), [`i schema-property-order ${place}`]);
  });

  it("says of many schemas once in which order members come", () => {
    const properties = { a: {}, b: {} };
    const elements = [1, 2, 3].map((maxProperties) => ({
      type: "json_schema",
      json_schema: { properties, maxProperties },
    }));
    assert.deepEqual(said(JSON.stringify({ format: { type: "sequence", elements } })), [
      "i schema-property-order /format/elements/0/json_schema/properties",
    ]);
  });

  it("says of each schema what is wrong with it, of equal parts once", () => {
    const never = { type: "integer", minimum: 2, maximum: 1 };
    const bad = { type: "string", pattern: "(" };
    const elements = [
      { type: "object", properties: { a: bad }, required: ["a"] },
      { type: "object", properties: { a: never }, required: ["a"], description: "one" },
      { type: "object", properties: { b: never }, required: ["b"] },
      { $ref: "#/x" },
    ].map((json_schema) => ({ type: "json_schema", json_schema }));
    assert.deepEqual(said(JSON.stringify({ format: { type: "sequence", elements } })), [
      "e schema-invalid /format/elements/0/json_schema/properties/a/pattern",
      "e schema-empty /format/elements/1/json_schema/properties/a",
      "e schema-empty /format/elements/2/json_schema/properties/b",
      "e schema-unresolved-ref /format/elements/3/json_schema/$ref",
    ]);
  });

  it("lists the first of many problems", () => {
    const tags = Array.from({ length: 300 }, (_, i) => tag(`<${i}>`, { type: "regex", pattern: "(" }, ""));
    const text = JSON.stringify({ format: triggered(["<"], tags) });
    const { diagnostics } = parseStructuralTag({ kind: "structural-tag", text });
    // Equal patterns are read once, so the mistakes differ.
    assert.equal(diagnostics.length, 1);
    const many = JSON.stringify({
      format: { type: "or", elements: tags.map((_, i) => ({ type: "regex", pattern: `${i}(` })) },
    });
    const codes = parseStructuralTag({ kind: "structural-tag", text: many }).diagnostics.map((d) => d.code);
    assert.deepEqual([codes.length, codes.at(-1)], [201, "too-many-diagnostics"]);
  });

  it("points into a grammar that stands in a string", () => {
    const text = JSON.stringify({ format: { type: "grammar", grammar: 'root ::= "\\n" lost\n' } });
    const [error] = parseStructuralTag({ kind: "structural-tag", text }).diagnostics;
    assert.ok(error?.location?.kind === "json-pointer" && error.location.span);
    assert.equal(text.slice(error.location.span.from, error.location.span.to), "lost");
  });

  it("takes the spans of rules to the structural tag", () => {
    const text = JSON.stringify({
      format: {
        type: "sequence",
        elements: [
          { type: "json_schema", json_schema: { type: "null" } },
          { type: "grammar", grammar: '# "é"\nroot ::= "a"' },
        ],
      },
    });
    const { grammar } = parseStructuralTag({ kind: "structural-tag", text });
    const places = grammar!.rules.map(({ span }) => span && text.slice(span.from, span.to));
    assert.ok(places.includes('{"type":"null"}') && places.includes("root"), JSON.stringify(places));
  });

  it("enforces all keywords of schemas but those named as lenient", () => {
    const text = JSON.stringify({
      format: { type: "json_schema", json_schema: { type: "array", uniqueItems: true } },
    });
    const codes = (lenient: readonly string[]) =>
      parseStructuralTag({ kind: "structural-tag", text, lenient }).diagnostics.map((d) => d.severity);
    assert.deepEqual([codes([]), codes(["uniqueItems"])], [["error"], ["warning"]]);
  });

  it("answers any text with a grammar or errors", () => {
    const formats = JSON.stringify({
      format: {
        type: "sequence",
        elements: [
          triggered(
            ["<a", "é"],
            [tag("<a>", { type: "json_schema", json_schema: { type: "integer" } }, "</a>")],
          ),
          { type: "repeat", min: 0, max: 3, content: tag("(", { ...TEXT, excludes: ["x"] }, [")", ""]) },
          { type: "regex", pattern: "[a-z]+" },
        ],
      },
    });
    const pieces = formats.match(/"[^"]*"|[^"]/g)!;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(pieces.length - 1), fc.nat(pieces.length - 1), fc.nat(2)), {
          minLength: 1,
          maxLength: 4,
        }),
        (edits) => {
          const list = [...pieces];
          for (const [at, from, kind] of edits)
            list.splice(at, kind === 0 ? 0 : 1, ...(kind === 2 ? [] : [pieces[from]!]));
          const { grammar, diagnostics } = parseStructuralTag({
            kind: "structural-tag",
            text: list.join(""),
          });
          assert.equal(
            grammar === undefined,
            diagnostics.some((d) => d.severity === "error"),
          );
        },
      ),
      { numRuns: 500, seed: 3 },
    );
  });
});
