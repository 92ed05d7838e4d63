// node bench/common/run.mjs growth [OPTION…]: see measure-cases.ts. How times grow with the vocabulary,
// the grammar, the depth of nesting and the length of a text.
import { readFileSync } from "node:fs";
import { measureCases } from "../common/measure-cases.ts";
import type { MeasuredCase } from "../common/measured-case.ts";
import { VOCABULARIES } from "../common/vocabularies.ts";

const JSON_GRAMMAR = readFileSync("grammars/json/json.ebnf", "utf8");

function record(members: number): { readonly schema: string; readonly text: string } {
  const kinds = [
    { schema: { type: "string", maxLength: 40 }, value: "some text" },
    { schema: { type: "integer", minimum: 0 }, value: 12345 },
    { schema: { type: "array", items: { type: "number" } }, value: [1.5, 2, 3e4] },
    { schema: { enum: ["red", "green", "blue"] }, value: "green" },
  ];
  const all = Array.from({ length: members }, (_, i) => [`member_${i}`, kinds[i % kinds.length]!] as const);
  const schema = {
    type: "object",
    properties: Object.fromEntries(all.map(([name, kind]) => [name, kind.schema])),
    required: all.map(([name]) => name),
    additionalProperties: false,
  };
  const text = `{${all.map(([name, { value }]) => `"${name}": ${spaced(value)}`).join(", ")}}`;
  return { schema: JSON.stringify(schema), text };
}

function spaced(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(", ")}]` : JSON.stringify(value);
}

function recordCase(id: string, members: number, vocabulary?: string): MeasuredCase {
  const { schema, text } = record(members);
  return {
    id,
    source: { kind: "json-schema", text: schema, whitespace: "spaced" },
    text,
    ...(vocabulary === undefined ? {} : { vocabulary }),
  };
}

const words = (count: number) => Array.from({ length: count }, (_, i) => `word${(i * 7919) % 1_000_003}`);

const alternatives = (count: number): MeasuredCase => ({
  id: `${count} alternatives`,
  source: {
    kind: "ebnf",
    text: `root ::= item ("," item)*\nitem ::= ${words(count)
      .map((word) => `"${word}"`)
      .join(" | ")}\n`,
  },
  text: words(count).slice(0, 50).join(","),
});

const rules = (count: number): MeasuredCase => ({
  id: `${count} rules`,
  source: {
    kind: "ebnf",
    text: `root ::= ${Array.from({ length: count }, (_, i) => `r${i}`).join(" | ")}\n${Array.from(
      { length: count },
      (_, i) => `r${i} ::= "<${i}>" (root | [a-z]+) "</${i}>"\n`,
    ).join("")}`,
  },
  text: `<1><${count - 1}><0>some</0></${count - 1}></1>`,
});

const nested = (depth: number): MeasuredCase => ({
  id: `nesting of ${depth}`,
  source: { kind: "ebnf", text: JSON_GRAMMAR },
  text: `${'{"a":['.repeat(depth / 2)}1${"]}".repeat(depth / 2)}`,
});

const long = (tokens: number): MeasuredCase => ({
  id: `text of about ${tokens} tokens`,
  source: { kind: "ebnf", text: JSON_GRAMMAR },
  text: `[${'{"name":"Ada","age":36},'.repeat(tokens / 10)}null]`,
});

await measureCases("growth", [
  ...VOCABULARIES.map((name) => recordCase("vocabulary: a record", 20, name)),
  ...VOCABULARIES.map((name) => ({ ...nested(20), id: "vocabulary: JSON", vocabulary: name })),
  ...[20, 200, 2000].map((members) => recordCase(`record of ${members}`, members)),
  ...[100, 1000, 10_000].map(alternatives),
  ...[10, 100, 1000].map(rules),
  ...[10, 100, 1000].map(nested),
  ...[1000, 10_000, 100_000].map(long),
]);
