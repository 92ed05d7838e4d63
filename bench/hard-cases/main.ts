// node bench/common/run.mjs hard-cases [OPTION…]: see measure-cases.ts. What grammar engines are known to
// find hard, and the grammars that the product ships.
import { readFileSync } from "node:fs";
import type { GrammarSource } from "../../src/grammar/index.ts";
import { measureCases } from "../common/measure-cases.ts";
import type { MeasuredCase } from "../common/measured-case.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

const schema = (id: string, value: object, text: string): MeasuredCase => ({
  id,
  source: { kind: "json-schema", text: JSON.stringify(value), whitespace: "spaced" },
  text,
});

const regex = (id: string, pattern: string, text: string): MeasuredCase => ({
  id: `regex: ${id}`,
  source: { kind: "regex", text: pattern },
  text,
});

/// Members that come in an order of their own. `isWhole`: all are required; if not, the first 20, and 40 are there.
function anyOrder(count: number, isWhole: boolean): MeasuredCase {
  const names = numbers(count).map((i) => `member_${(i * 7919) % 10_007}`);
  const properties = Object.fromEntries(names.map((name) => [name, { type: "integer" }]));
  const value = { properties, required: isWhole ? names : names.slice(0, 20), additionalProperties: false };
  const present = isWhole ? names : names.slice(0, 40);
  return {
    id: `${count.toLocaleString("en")} members in any order`,
    source: { kind: "json-schema", text: JSON.stringify(value), whitespace: "spaced", propertyOrder: "any" },
    text: `{${present
      .toReversed()
      .map((name, i) => `"${name}": ${i}`)
      .join(", ")}}`,
  };
}

function tool(i: number) {
  const properties = {
    [`city_${i}`]: { type: "string", minLength: 1, maxLength: 80 },
    count: { type: "integer", minimum: 1, maximum: 500 },
    unit: { enum: ["metric", "imperial", `u${i}`] },
    tags: { type: "array", items: { type: "string" }, maxItems: 8 },
  };
  return {
    name: `tool_${i}`,
    parameters: { type: "object", properties, required: [`city_${i}`], additionalProperties: false },
  };
}

function tools(id: string, keyword: "anyOf" | "oneOf"): MeasuredCase {
  const call = (i: number) => {
    const { name, parameters } = tool(i);
    const properties = { name: { const: name }, arguments: parameters };
    return { type: "object", properties, required: ["name", "arguments"], additionalProperties: false };
  };
  return schema(
    id,
    { [keyword]: numbers(128).map(call) },
    '{"name": "tool_77", "arguments": {"city_77": "São Paulo", "count": 25, "unit": "u77", "tags": ["a", "b"]}}',
  );
}

function taggedTools(): MeasuredCase {
  const tags = numbers(128).map((i) => ({
    begin: `<function=tool_${i}>`,
    content: { type: "json_schema", json_schema: tool(i).parameters },
    end: "</function>",
  }));
  const source: GrammarSource = {
    kind: "structural-tag",
    text: JSON.stringify({
      type: "structural_tag",
      format: { type: "triggered_tags", triggers: ["<function="], tags },
    }),
  };
  return {
    id: "128 tools, structural tag",
    source,
    text: 'I look that up.\n<function=tool_77>{"city_77": "Paris", "count": 25}</function> Done.',
  };
}

const chain = (depth: number) => ({
  $ref: "#/$defs/d0",
  $defs: Object.fromEntries(
    numbers(depth).map((i) => [
      `d${i}`,
      i === depth - 1
        ? { type: "integer" }
        : {
            type: "object",
            properties: { [`k${i}`]: { $ref: `#/$defs/d${i + 1}` } },
            required: [`k${i}`],
            additionalProperties: false,
          },
    ]),
  ),
});

const TREE = {
  $defs: {
    node: {
      type: "object",
      properties: {
        value: { type: "integer" },
        children: { type: "array", items: { $ref: "#/$defs/node" } },
      },
      required: ["value", "children"],
      additionalProperties: false,
    },
  },
  $ref: "#/$defs/node",
};
const treeText = (depth: number): string =>
  depth === 0
    ? '{"value": 0, "children": []}'
    : `{"value": ${depth}, "children": [${treeText(depth - 1)}, ${treeText(0)}]}`;

const words = (count: number) => numbers(count).map((i) => `value ${(i * 7919) % 1_000_003}`);

const SCHEMAS: readonly MeasuredCase[] = [
  schema(
    "maxLength 10,000",
    { type: "string", maxLength: 10_000 },
    JSON.stringify("lorem ipsum ".repeat(400)),
  ),
  schema(
    "minLength 1, maxLength 10,000, pattern",
    { type: "string", minLength: 1, maxLength: 10_000, pattern: "^[a-z ]*$" },
    JSON.stringify("lorem ipsum ".repeat(400)),
  ),
  schema(
    "maxItems 10,000",
    { type: "array", items: { type: "integer" }, maxItems: 10_000 },
    `[${numbers(1000).join(", ")}]`,
  ),
  tools("128 tools, anyOf", "anyOf"),
  tools("128 tools, oneOf", "oneOf"),
  schema(
    "enum of 10,000",
    { type: "array", items: { enum: words(10_000) } },
    `["${words(20).join('", "')}"]`,
  ),
  schema(
    "1,000 different elements",
    { type: "array", items: { enum: words(1000) }, uniqueItems: true },
    `["${words(100).join('", "')}"]`,
  ),
  anyOrder(200, true),
  anyOrder(10_000, false),
  schema(
    "$refs 100 deep",
    chain(100),
    `${numbers(99)
      .map((i) => `{"k${i}": `)
      .join("")}7${"}".repeat(99)}`,
  ),
  schema("a recursive $ref", TREE, treeText(30)),
];

const REGEXES: readonly MeasuredCase[] = [
  regex("email", "^[a-z0-9._%+-]+@[a-z0-9-]+(\\.[a-z0-9-]+)*\\.[a-z]{2,}$", "ada.lovelace@mail.example.org"),
  regex(
    "date and time",
    "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$",
    "2026-03-01T12:30:59.123+01:00",
  ),
  regex("(a|a)*b", "^(a|a)*b$", `${"a".repeat(500)}b`),
  regex("(a+)+", "^(a+)+$", "a".repeat(500)),
  regex("the 12th from the end", "^[ab]*a[ab]{11}$", `${"ab".repeat(200)}abbbbbbbbbbb`),
  regex("[a-z ]{0,10000}", "^[a-z ]{0,10000}$", "lorem ipsum ".repeat(400)),
  regex("nested counts", "^(([a-z]{1,20} ){1,50}\\n){1,100}$", `${"lorem ipsum dolor \n".repeat(60)}`),
  regex("letters of any script", "^\\p{L}+( \\p{L}+)*$", "Ünïcode τεστ проверка 漢字 test"),
];

const manifest = JSON.parse(readFileSync("grammars/manifest.json", "utf8")) as { id: string; file: string }[];
const SHIPPED = manifest.map(({ id, file }): MeasuredCase => {
  const { accept } = JSON.parse(readFileSync(`grammars/${id}/examples.json`, "utf8")) as { accept: string[] };
  const text = accept.reduce((longest, example) => (example.length > longest.length ? example : longest));
  return {
    id: `grammar: ${id}`,
    source: { kind: "ebnf", text: readFileSync(`grammars/${file}`, "utf8") },
    text,
  };
});

await measureCases("hard cases", [...SCHEMAS, taggedTools(), ...REGEXES, ...SHIPPED]);
