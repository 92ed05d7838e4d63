import assert from "node:assert/strict";
import { recognize } from "../../../test/reference/recognizer.ts";
import { utf8Encode } from "../../base/bytes.ts";
import { parseStructuralTag } from "./structural-tag.ts";
import { type ToolCallOptions, toolCallTag } from "./tool-calls.ts";

const CITY = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const TOOLS = [
  { type: "function", function: { name: "get_weather", description: "…", parameters: CITY, strict: true } },
  { type: "function", function: { name: "get_time" } },
  { type: "function", name: "anything", parameters: CITY, strict: false },
];

const WEATHER = '{"city": "Oslo"}';

describe("tool calls", () => {
  const check = (options: ToolCallOptions, accepted: readonly string[], rejected: readonly string[]) =>
    it(JSON.stringify(options), () => {
      const { text } = toolCallTag(JSON.stringify(TOOLS), options);
      const { grammar, diagnostics } = parseStructuralTag({ kind: "structural-tag", text: text! });
      assert.ok(grammar, JSON.stringify(diagnostics));
      assert.deepEqual(diagnostics, []);
      const accepts = (answer: string) => recognize(grammar, utf8Encode(answer)).accepted;
      for (const answer of accepted) assert.ok(accepts(answer), `rejected ${answer}`);
      for (const answer of rejected) assert.ok(!accepts(answer), `accepted ${answer}`);
    });

  const llama = `{"name": "get_weather", "parameters": ${WEATHER}}`;
  check(
    { template: "llama3" },
    ["", "Hello {", llama, `So: ${llama}`, '{"name": "get_time", "parameters": {}}'],
    ['{"name":', '{"name": "other"}', '{"name": "get_time", "parameters": {"a": 1}}'],
  );
  const hermes = `<tool_call>\n{"name": "get_weather", "arguments": ${WEATHER}}\n</tool_call>`;
  check(
    { template: "hermes" },
    [
      "<tool>",
      hermes,
      `a${hermes}\n${hermes}`,
      hermes.replace("get_weather", "anything").replace("Oslo", "\\n"),
    ],
    [
      "<tool_call>",
      hermes.replace(WEATHER, "{}"),
      hermes.replace("get_weather", "anything").replace(WEATHER, "1"),
    ],
  );
  check({ template: "hermes", required: true }, [hermes, `${hermes}a`], ["", `a${hermes}`]);
  check({ template: "hermes", parallel: false }, ["", hermes], [hermes + hermes, `${hermes}a`]);
  check({ template: "hermes", required: true, parallel: false }, [hermes], ["", `${hermes}a`]);
  const own = { trigger: "<f=", begin: "<f={name}>", end: "</f {name}>" };
  check(
    { template: own },
    [`a <f=get_weather>${WEATHER}</f get_weather>`],
    [`<f=get_weather>${WEATHER}</f get_time>`],
  );

  it("writes what the parameters of tools have in common once, whatever is said of it", () => {
    const tools = ["a", "b", "c"].map((name) => {
      const city = { type: "string", maxLength: 80, description: `of ${name}` };
      const properties = { [`${name}_id`]: { type: "integer" }, city, description: { type: "null" } };
      const parameters = { type: "object", properties, required: ["description"], title: name };
      return { type: "function", name, parameters: { ...parameters, additionalProperties: false } };
    });
    const { text } = toolCallTag(JSON.stringify(tools), { template: own });
    const { grammar } = parseStructuralTag({ kind: "structural-tag", text: text! });
    const names = grammar!.rules.map(({ name }) => name).filter((name) => !name.startsWith("free-text"));
    // A rule in common has the name of none of the tools, and the place of the first.
    assert.equal(names.filter((name) => name === "city").length, 1);
    const { from, to } = grammar!.rules.find(({ name }) => name === "city")!.span!;
    assert.ok(text!.slice(from, to).includes("of a"));
    assert.ok(grammar!.rules.find(({ name }) => name === "f-b.root")!.span);
    const accepts = (answer: string) => recognize(grammar!, utf8Encode(answer)).accepted;
    assert.ok(accepts('<f=b>{"b_id": 1, "city": "x", "description": null}</f b>'));
    assert.ok(accepts('<f=c>{"description": null}</f c>'));
    assert.ok(!accepts('<f=c>{"city": "x"}</f c>'));
    assert.ok(!accepts('<f=b>{"a_id": 1, "description": null}</f b>'));
  });

  it("writes Mistral's calls after their token", () => {
    const read = (options: Partial<ToolCallOptions>) => {
      const { text } = toolCallTag(JSON.stringify(TOOLS), { template: "mistral", ...options });
      return parseStructuralTag({ kind: "structural-tag", text: text! });
    };
    assert.deepEqual(read({}).diagnostics, []);
    const tokens = JSON.stringify(read({ required: true }).grammar).match(/"tokens":\["\[TOOL_CALLS\]"\]/g);
    assert.equal(tokens?.length, 1);
  });

  /// Diagnostics and rules of a schema's part are of its place in the list of tools.
  const places = (template: ToolCallOptions["template"], required: boolean) =>
    it(`places in the list of tools: ${JSON.stringify(template)}`, () => {
      const wrong = '{"properties": {"a": {"type": "integer"}, "b/c": {"$ref": "#/nowhere"}}}';
      const tools = `[{"name": "none"},\n  {"type": "function", "function": {"parameters": ${wrong}, "name": "f"}}]`;
      const read = (list: string) => {
        const { text, madeFrom } = toolCallTag(list, { template, required });
        const source = {
          kind: "structural-tag",
          text: text!,
          file: "tools.json",
          madeFrom: madeFrom!,
        } as const;
        return parseStructuralTag(source);
      };
      const places = read(tools).diagnostics.map(({ code, location }) => {
        assert.ok(location?.kind === "json-pointer" && location.file === "tools.json");
        const { from, to } = location.span!;
        return [code, location.pointer, tools.slice(from, to)];
      });
      const at = "/1/function/parameters/properties";
      assert.deepEqual(places, [
        ["schema-property-order", at, '{"a": {"type": "integer"}, "b/c": {"$ref": "#/nowhere"}}'],
        ["schema-unresolved-ref", `${at}/b~1c/$ref`, '"#/nowhere"'],
      ]);
      const right = tools.replace("#/nowhere", "#/properties/a");
      const spans = read(right).grammar!.rules.map(({ name, span }) => [
        name,
        span && right.slice(span.from, span.to),
      ]);
      const textOf = (end: string) => spans.find(([name]) => name!.endsWith(end))![1];
      assert.equal(textOf("root"), right);
      assert.equal(textOf(".a") ?? textOf("a"), '{"type": "integer"}');
      // What stands around the arguments is of the tool.
      assert.ok(
        spans.some(([, text]) => text === '{"name": "none"}'),
        JSON.stringify(spans),
      );
    });
  places("hermes", false);
  places("llama3", true);
  places("mistral", true);
  places("mistral", false);
  places(own, false);

  it("takes schemas as they are written", () => {
    const tools =
      '[{"type": "function", "function": {"name": "f", "parameters": {"const": 12345678901234567890.0}}}]';
    const { text } = toolCallTag(tools, { template: "hermes" });
    assert.ok(text?.includes('{"const": 12345678901234567890.0}'));
  });

  const refuse = (tools: unknown, ...expected: string[]) =>
    it(`${JSON.stringify(tools)}: ${expected.join(", ")}`, () => {
      const text = typeof tools === "string" ? tools : JSON.stringify(tools);
      const result = toolCallTag(text, { template: "llama3", file: "tools.json" });
      assert.equal(result.text, undefined);
      const found = result.diagnostics.map(({ code, location, hint }) => {
        assert.ok(hint);
        return `${code} ${location?.kind === "json-pointer" ? location.pointer : ""}`;
      });
      assert.deepEqual(found, expected);
    });
  refuse("[", "structural-tag-syntax ");
  refuse([], "tools-invalid ");
  refuse([1, { type: "retrieval" }], "tools-invalid /0", "tools-invalid /1/type");
  refuse([{ type: "function", function: {} }], "structural-tag-invalid /0/function");
  refuse([{ type: "function", function: { name: 'a"b' } }], "tools-bad-name /0/function/name");
  refuse([{ name: "a", parameters: [] }], "tools-invalid /0/parameters");
  refuse([{ name: "a" }, { name: "a" }], "tools-repeated-name /1");
});
