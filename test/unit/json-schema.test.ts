import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import { parseJsonSchema } from "../../src/grammar/json-schema/json-schema.ts";
import { parseSource } from "../../src/grammar/parse-source.ts";
import type { JsonStyle } from "../../src/grammar/source.ts";
import type { TokenKind, Vocabulary } from "../../src/tokenizer/vocabulary.ts";

/// Every byte is a token, and 256 ends the text.
const BYTES: Vocabulary = {
  id: "bytes",
  name: "bytes",
  size: 257,
  stopTokens: [256],
  bytes: (token) => (token === 256 ? new Uint8Array() : Uint8Array.of(token)),
  kind: (token): TokenKind => (token === 256 ? "special" : "normal"),
};

const root = process.env.TOKENSIEVE_ROOT ?? "./";
const engine = new KernelEngine({ wasm: readFileSync(`${root}out/kernel/kernel.wasm`) });
const ajv = addFormats.default(new Ajv2020({ strict: false, validateFormats: true }));

type Accepts = (text: string) => boolean;

async function compile(
  schema: unknown,
  options: JsonStyle & {
    allowSchemaMember?: boolean;
    lenient?: readonly string[];
    propertyOrder?: "schema" | "any";
  } = {},
  takesUnordered = true,
): Promise<Accepts> {
  const source = { kind: "json-schema", text: JSON.stringify(schema), ...options } as const;
  const { grammar, diagnostics } = parseJsonSchema(source, takesUnordered);
  assert.ok(grammar, diagnostics.map((d) => `${d.code}: ${d.message}`).join("\n"));
  const result = await engine.compileGrammar(grammar, source, BYTES);
  assert.ok(result.ok, JSON.stringify(result.diagnostics));
  return (text) => {
    const matcher = result.grammar.createMatcher();
    const bytes = new TextEncoder().encode(text);
    const accepted = matcher.acceptBytes(bytes) === bytes.length && matcher.isAccepting();
    matcher.dispose();
    return accepted;
  };
}

function write(value: unknown, comma: string, colon: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => write(item, comma, colon)).join(comma)}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([k, v]) => `${JSON.stringify(k)}${colon}${write(v, comma, colon)}`,
  );
  return `{${members.join(comma)}}`;
}

const inAscii = (json: string) =>
  json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/// How a value is written under a style.
const STYLES: readonly (readonly [JsonStyle, write: (value: unknown) => string])[] = [
  [{ whitespace: "compact" }, JSON.stringify],
  [{ whitespace: "spaced" }, (value) => write(value, ", ", ": ")],
  [{ whitespace: "flexible" }, (value) => write(value, " ,\n\t", "  :")],
  [{ whitespace: "indent" }, (value) => JSON.stringify(value, null, 2)],
  [{ whitespace: "indent", indent: "tab" }, (value) => `${JSON.stringify(value, null, "\t")}\n`],
  [{ escapes: "needed" }, JSON.stringify],
  [{ escapes: "ascii" }, (value) => inAscii(JSON.stringify(value))],
];

/// Values that no schema below was written for.
const STRANGERS: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  -7,
  2.5,
  "",
  "a",
  "é😀",
  'q"\\/\n',
  [],
  [1],
  [1, 2, 3],
  ["a", "b"],
  [[], {}],
  {},
  { a: 1 },
  { a: "x" },
  { b: null },
  { a: 1, b: 2 },
  { a: "x", b: true, c: [] },
  { z: { a: { a: 1 } } },
];

/// The grammar accepts exactly those of `instances`, and of the strangers, that ajv calls valid.
function check(name: string, schema: unknown, instances: readonly unknown[]): void {
  it(name, async () => {
    const validate = ajv.compile(schema as object | boolean);
    let valid = 0;
    for (const [style, written] of STYLES) {
      const accepts = await compile(schema, style);
      for (const instance of [...instances, ...STRANGERS]) {
        const text = written(instance);
        const expected = validate(instance);
        if (expected) valid++;
        assert.equal(accepts(text), expected, `${JSON.stringify(style)}: ${text}`);
      }
    }
    assert.ok(valid > 0, "no instance is valid");
  });
}

const str = { type: "string" };
const int = { type: "integer" };

describe("JSON Schema: values", () => {
  check("true", true, []);
  check("types", { type: ["string", "null", "integer"] }, []);
  check("enum of all types", { enum: [1, "a", null, true, [1, { a: 2 }], { a: 1, b: 2 }, 2.5] }, [
    [1, { a: 2 }],
    [1, { a: 3 }],
    { a: 1, b: 3 },
  ]);
  check("const object", { const: { a: "x", b: [1] } }, [
    { a: "x", b: [1] },
    { a: "x" },
    { a: "x", b: [1, 1] },
  ]);
  check("enum under type and bounds", { enum: [1, 5, 9, "a", "abc"], minimum: 5, minLength: 2 }, [
    5,
    9,
    "abc",
  ]);
  check("numbers", { type: "number", minimum: -3, exclusiveMaximum: 4.5 }, [-3, -3.1, 4.5, 4.4, 4.49]);
  check("two steps", { type: "integer", allOf: [{ multipleOf: 2 }, { multipleOf: 5 }] }, [10, 20, 15, 4]);
  check(
    "steps told by remainders",
    { type: "integer", multipleOf: 7, minimum: -20 },
    [0, 7, -14, -21, -7, 8, 700, 701, 123456789012, 7.0],
  );
  check(
    "decimal steps told by remainders",
    { type: "number", multipleOf: 0.3 },
    [0.3, 0.6, 1.2, -0.9, 0.1, 2.5, 30, 31, 0.31, 0.33],
  );
  check(
    "what is no multiple",
    { type: "number", not: { multipleOf: 3 }, maximum: 100 },
    [3, 4, -5, -6, 3.5, 99, 100, 101, 0],
  );
  check(
    "one of two steps",
    { type: "integer", oneOf: [{ multipleOf: 3 }, { multipleOf: 11 }], exclusiveMaximum: 99 },
    [3, 11, 33, 66, -33, 22, -22, 12, 13, 99],
  );
  check(
    "three steps at once",
    { allOf: [{ multipleOf: 6 }, { multipleOf: 9 }, { multipleOf: 0.5 }] },
    [18, 36, 6, 9, -18, 19],
  );
  check(
    "a pattern with one loop, and a long length",
    { type: "string", pattern: "^data:(a|bc);[0-9é]*$", minLength: 9, maxLength: 30000 },
    [
      "data:a;",
      "data:a;é1",
      "data:bc;1",
      "data:bc;",
      "data:a;1x",
      `data:a;${"1".repeat(29993)}`,
      `data:a;${"1".repeat(29994)}`,
    ],
  );
  check(
    "patterns with two loops, a format, and lengths",
    {
      type: "string",
      anyOf: [
        { pattern: "^a*b*$", maxLength: 4 },
        { format: "email", minLength: 7, maxLength: 8 },
        { pattern: "x", maxLength: 3 },
      ],
    },
    ["aabb", "aaabb", "bbbb", "abab", "ax", "xé😀", "xabc", "u@ex.org", "u@e.org", "u@e.or", "me@ex.org"],
  );
  check("length and pattern", { type: "string", pattern: "a.c", maxLength: 4, minLength: 4 }, [
    "xabc",
    "abc",
    "abcd",
    "abcde",
    "a\ncx",
  ]);
  check("formats", { type: "string", anyOf: [{ format: "date" }, { format: "ipv4" }] }, [
    "2024-02-29",
    "2023-02-29",
    "1.2.3.4",
    "1.2.3.256",
  ]);
});

describe("JSON Schema: objects", () => {
  check("properties", { type: "object", properties: { a: int, b: str, c: int }, required: ["b"] }, [
    { b: "x" },
    { a: 1, b: "x" },
    { b: "x", c: 1 },
    { a: 1, b: "x", c: 2, d: 3 },
    { a: 1, c: 2 },
    { b: "x", c: "y" },
  ]);
  check("closed", { properties: { a: int, b: {} }, additionalProperties: false }, [
    { a: 1, b: 1 },
    { a: 1, c: 1 },
  ]);
  check("additional", { properties: { a: int }, additionalProperties: str }, [
    { a: 1, x: "y" },
    { x: "y", yy: "z" },
    { x: 1 },
    { ab: "x" },
    { "": "x" },
  ]);
  check("patterns", { patternProperties: { "^x": int, y$: { minimum: 5 } }, additionalProperties: str }, [
    { x1: 1 },
    { x1: "1" },
    { xy: 5 },
    { xy: 4 },
    { by: 4 },
    { by: "s" },
    { q: "s" },
    { q: 1 },
  ]);
  check(
    "declared keys that match a pattern",
    { properties: { xa: { maximum: 9 } }, patternProperties: { "^x": int } },
    [{ xa: 9 }, { xa: 10 }, { xa: 1.5 }, { xb: 10 }],
  );
  check("property names", { propertyNames: { pattern: "^[ab]{1,2}$" }, properties: { a: int, abc: int } }, [
    { a: 1, ab: 2 },
    { abc: 1 },
    { a: 1, q: 2 },
  ]);
  check("counts", { properties: { a: {}, b: {}, c: {} }, minProperties: 2, maxProperties: 3 }, [
    { a: 1, c: 1 },
    { c: 1, d: 1 },
    { d: 1, e: 1, f: 1 },
    { a: 1, b: 1, c: 1, d: 1 },
  ]);
  check(
    "counts of closed",
    { properties: { a: {}, b: {}, c: {} }, additionalProperties: false, minProperties: 1 },
    [{ c: 1 }],
  );
  check("required only", { type: "object", required: ["k"], additionalProperties: int }, [
    { k: 1 },
    { k: "x" },
  ]);
  check(
    "members of unknown names and counts",
    {
      type: "object",
      properties: { a: int },
      allOf: [{ not: { patternProperties: { "^x": false } } }, { not: { patternProperties: { "^y": int } } }],
      maxProperties: 3,
    },
    [
      { x: 1, y: "s" },
      { a: 1, y: "s", x: 1 },
      { a: 1, y: "s", x: 1, z: 1 },
      { a: 1, b: 2, x: 1 },
      { x: 1, y: 1 },
      { yx: 1, y: "s", xx: 2 },
    ],
  );
  check(
    "a name that is not as the others",
    { type: "object", not: { propertyNames: { pattern: "^[ab]" } } },
    [{ a: 1, bb: 2 }, { a: 1, c: 2 }, { c: 1 }, { "": 1 }],
  );
  check(
    "two such names",
    {
      type: "object",
      properties: { a: int },
      allOf: [
        { not: { propertyNames: { not: { enum: ["a", "b"] } } } },
        { not: { propertyNames: { not: { pattern: "^.$" } } } },
        { not: { not: { propertyNames: { maxLength: 2 } } } },
      ],
    },
    [{ a: 1 }, { a: "x" }, { b: 1 }, { b: 1, c: 1 }, { c: 1 }, { a: 1, bb: 1 }, { a: 1, bbb: 1 }],
  );
  check("forbidden", { properties: { a: false, b: int } }, [{ b: 1 }]);
});

describe("JSON Schema: arrays", () => {
  check("items", { type: "array", items: int, minItems: 1, maxItems: 3 }, [
    [1, 2, 3, 4],
    [1, "a"],
  ]);
  check("tuple", { type: "array", prefixItems: [int, str], items: { type: "boolean" }, minItems: 1 }, [
    [1, "a"],
    [1, "a", true, false],
    [1, "a", 1],
    ["a"],
  ]);
  check("closed tuple", { prefixItems: [int, str], items: false }, [
    [1, "a"],
    [1, "a", 1],
  ]);
  check("contains", { type: "array", contains: { const: 7 } }, [[7], [1, 7, 2], [7, 7]]);
  check("contains and counts", { type: "array", contains: { const: 7 }, minItems: 2, maxItems: 3 }, [
    [7],
    [1, 7],
    [7, 1, 2],
    [1, 2, 7],
    [1, 2, 3, 7],
  ]);
  check("contains after a tuple", { allOf: [{ prefixItems: [int] }, { contains: { const: "z" } }] }, [
    ["z"],
    [1, "z"],
    [1, "y", "z"],
  ]);
  check(
    "several that must be there, and counts",
    {
      type: "array",
      allOf: [
        { contains: { const: 1 } },
        { contains: { type: "string" } },
        { contains: { maximum: 5, minimum: 5 } },
      ],
      minItems: 3,
      maxItems: 5,
    },
    [
      [1, "a", 5],
      ["a", 5, 1, 2],
      [5, "a"],
      [1, 5, 2],
      [1, 1, 1, "b", 5],
      [1, 1, 1, 1, "b", 5],
      [2, 3, 1, "b", 4],
    ],
  );
  check(
    "five that must be there",
    { type: "array", allOf: [1, 2, 3, 4, 5].map((n) => ({ contains: { const: n } })) },
    [
      [1, 2, 3, 4, 5],
      [5, 3, 4, 1, 9, 2],
      [5, 3, 4, 1, 9],
    ],
  );
  check(
    "unique of few values",
    {
      type: "array",
      uniqueItems: true,
      items: { enum: ["a", "b", 1, null, true, "é"] },
      minItems: 1,
      maxItems: 4,
    },
    [
      ["a"],
      ["b", "a"],
      ["a", "a"],
      [1, 1],
      [null, true, "é", "a"],
      [null, true, "é", "a", 1],
      ["c"],
      [1, "a", 1],
    ],
  );
  check(
    "unique of fewer values than must be there",
    { type: ["array", "null"], uniqueItems: true, items: { type: "boolean" }, minItems: 2 },
    [[true, false], [true], [false, true], [true, true], [true, false, true]],
  );
  const three = [
    [],
    [1],
    [1, 2],
    ["x"],
    [1, "x"],
    ["x", 1, "y"],
    ["x", "y", "z"],
    [1, "x", 2, "y", "z"],
    [1, 2, 3, "x"],
  ];
  check("minContains", { type: "array", contains: str, minContains: 2 }, three);
  check("maxContains", { type: "array", contains: str, maxContains: 2 }, three);
  check("none or one", { type: "array", contains: str, minContains: 0, maxContains: 1, minItems: 1 }, three);
  check(
    "minContains, maxContains and the number of elements",
    {
      type: "array",
      contains: int,
      minContains: 1,
      maxContains: 2,
      minItems: 2,
      maxItems: 4,
      items: { type: ["integer", "string"] },
    },
    [...three, [1, 2, null], [1, 2, "x", "y"], [1, "x", "y", "z", "w"]],
  );
  check(
    "two kinds of elements, after first ones",
    {
      prefixItems: [str, true],
      allOf: [
        { contains: int, minContains: 2 },
        { contains: { const: 1 }, maxContains: 1 },
        { contains: { type: "null" } },
      ],
    },
    [
      ["x", 1, 2, null],
      ["x", 1, 1, null],
      ["x", null, 2, 3, 1],
      ["x", 1, null],
      [1, 2, 1, null],
      ["x", 1, 3, 4, "y", null],
    ],
  );
  check(
    "a number of elements that is not so",
    { type: "array", not: { contains: str, minContains: 2, maxContains: 2 } },
    [...three, ["a", "b"]],
  );
  check(
    "unique of few values, some of them counted",
    {
      type: "array",
      uniqueItems: true,
      items: { enum: ["a", "b", 1, 2] },
      contains: str,
      minContains: 1,
      maxContains: 1,
    },
    [["a"], ["a", "b"], [1, 2], [1, "b", 2], ["b", "b"], ["a", 1, 2, "b"]],
  );
  check(
    "bounds beyond all texts",
    { maxItems: 2 ** 31, maxLength: 2 ** 32, maxProperties: 1e9, minItems: 1 },
    [[], [1]],
  );
  check("unique of at most one", { type: "array", uniqueItems: true, maxItems: 1 }, []);
  check(
    "unique of numbers in steps",
    { type: "array", uniqueItems: true, items: { type: "integer", minimum: -1, exclusiveMaximum: 3 } },
    [[-1, 0, 1, 2], [0, 0], [2, -1, 2], [3], [1, 2, 0, -1]],
  );
  check(
    "unique of numbers in steps below one",
    {
      type: "array",
      uniqueItems: true,
      items: { multipleOf: 0.5, minimum: -0.5, maximum: 1, type: "number" },
    },
    [[-0.5, 0, 0.5, 1], [0.5, 0.5], [0.25], [1, 0.5], [1.5]],
  );
  check(
    "unique of values behind references",
    {
      type: "array",
      uniqueItems: true,
      items: { anyOf: [{ $ref: "#/$defs/a" }, { allOf: [{ enum: ["x", "y", "z"] }, { pattern: "[yz]" }] }] },
      $defs: { a: { enum: ["x", true] } },
    },
    [["x", "y", "z", true], ["y", "y"], ["x", true, "x"], [false]],
  );
  check(
    "unique of texts that a pattern spells",
    { type: "array", uniqueItems: true, items: { type: "string", pattern: "^(r|[wx]{1,2})$" } },
    [["r", "w", "x", "wx"], ["r", "r"], ["wx", "xw", "wx"], ["rw"]],
  );
  check(
    "unique of listed arrays and objects",
    {
      type: "array",
      uniqueItems: true,
      items: { enum: [[1, "a"], { a: 1, b: [null] }, { b: [null], a: 1 }, []] },
    },
    [
      [[1, "a"], { a: 1, b: [null] }, []],
      [
        { a: 1, b: [null] },
        { a: 1, b: [null] },
      ],
      [[], []],
      [[], [1, "a"]],
    ],
  );
  check(
    "unique after first ones",
    {
      type: "array",
      uniqueItems: true,
      prefixItems: [{ const: "a" }, { enum: ["a", "b"] }],
      items: { enum: ["a", "b", "c"] },
    },
    [["a"], ["a", "b"], ["a", "a"], ["a", "b", "c"], ["a", "b", "b"], ["a", "b", "c", "c"]],
  );
  check(
    "unique and one like this",
    {
      type: "array",
      uniqueItems: true,
      items: { enum: [1, 2, "a"] },
      contains: { type: "string" },
      minItems: 2,
    },
    [[1, 2], ["a"], [1, "a"], ["a", 2, 1], ["a", "a"]],
  );
  check(
    "unique of places that have nothing in common",
    {
      type: "array",
      uniqueItems: true,
      prefixItems: [{ type: "string" }, { type: "integer" }],
      items: { type: "array" },
      maxItems: 3,
    },
    [["x"], ["x", 1], ["x", 1, [1]], ["x", 1, [1], [2]], ["x", "x"]],
  );
  check(
    "patterns that spell a text tell alternatives apart",
    {
      oneOf: ["Abs", "Add", "Max"].map((name) => ({
        type: "object",
        properties: {
          type: { type: "string", pattern: `^${name}$` },
          a: { type: name === "Abs" ? "string" : "integer" },
        },
        required: ["type"],
      })),
    },
    [
      { type: "Abs", a: "x" },
      { type: "Add", a: "x" },
      { type: "Max", a: 1 },
      { type: "Abs", a: 1 },
      { type: "ab" },
    ],
  );
});

describe("JSON Schema: combinations", () => {
  check(
    "anyOf with siblings",
    { type: "object", properties: { a: int }, anyOf: [{ required: ["a"] }, { required: ["b"] }] },
    [{ b: 1 }, { a: "x", b: 1 }],
  );
  check(
    "allOf",
    { allOf: [{ properties: { a: int } }, { properties: { a: { minimum: 3 }, b: str }, required: ["a"] }] },
    [{ a: 3 }, { a: 2 }, { a: 5, b: "x" }, { a: 5, b: 1 }],
  );
  check(
    "allOf closes what the other declares",
    { allOf: [{ properties: { a: int } }, { properties: { b: int }, additionalProperties: false }] },
    [{ b: 1 }, { a: 1 }],
  );
  check("oneOf by types", { oneOf: [str, int, { type: "array", items: str }] }, []);
  check(
    "oneOf by a member with few values, one alternative without it",
    {
      oneOf: [
        ...["p", "q", "r"].map((type, i) => ({
          type: "object",
          required: ["type", "at"],
          properties: { type: { enum: [type] }, at: { type: "array", minItems: i, items: int }, box: str },
        })),
        { type: "object", required: ["type", "parts"], properties: { type: str, parts: { type: "array" } } },
      ],
    },
    [
      { type: "p", at: [] },
      { type: "r", at: [1] },
      { type: "r", at: [1, 2] },
      { type: "p", parts: [], at: [] },
      { type: "q", parts: [], at: [] },
      { type: "q", parts: [], box: 1, at: [2] },
      { type: "q", parts: [], box: "1", at: [2] },
      { type: "z", parts: [], at: 1 },
      { type: "z", at: 1 },
      { type: "p", at: [], box: 1 },
    ],
  );
  check(
    "oneOf of five closed objects that overlap",
    {
      oneOf: ["a", "b", "c", "d", "e"].map((key, i) => ({
        type: "object",
        properties: { name: str, [key]: int, extra: { type: i % 2 === 0 ? "string" : "number" }, a: int },
        required: i < 3 ? ["name"] : ["name", key],
        additionalProperties: false,
      })),
    },
    [
      { name: "x" },
      { name: "x", a: 1 },
      { name: "x", b: 1 },
      { name: "x", b: 1, extra: 1 },
      { name: "x", b: 1, extra: "1" },
      { name: "x", extra: "1" },
      { name: "x", extra: 1 },
      { name: "x", d: 1 },
      { name: "x", d: 1, a: 1 },
      { name: "x", d: 1, e: 1 },
      { b: 1 },
    ],
  );
  check(
    "many conditions on one member",
    {
      type: "object",
      properties: { kind: { enum: ["a", "b", "c", "d", "e", "f"] } },
      allOf: ["a", "b", "c", "d", "e"].map((kind) => ({
        if: { properties: { kind: { const: kind } } },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { required: [`${kind}1`], properties: { [`${kind}1`]: int } },
      })),
    },
    [
      { kind: "a", a1: 1 },
      { kind: "a", b1: 1 },
      { kind: "e", e1: "x" },
      { kind: "f" },
      { a1: 1, b1: 1, c1: 1, d1: 1, e1: 1 },
      { a1: 1, b1: 1 },
    ],
  );
  check(
    "oneOf that overlaps",
    { oneOf: [{ type: "integer" }, { minimum: 2 }, { type: "string" }] },
    [1, 2, 2.5, 3],
  );
  check(
    "oneOf of objects by constants",
    {
      oneOf: [
        { properties: { k: { const: "a" }, v: int }, required: ["k"] },
        { properties: { k: { const: "b" }, v: str }, required: ["k"] },
      ],
    },
    [{ k: "a", v: 1 }, { k: "b", v: 1 }, { k: "b", v: "x" }, { k: "c" }],
  );
  check(
    "oneOf of required members",
    { type: "object", oneOf: [{ required: ["a"] }, { required: ["b"] }] },
    [],
  );
  check(
    "oneOf of closed objects",
    {
      oneOf: [
        { properties: { a: int }, additionalProperties: false },
        { properties: { b: int }, additionalProperties: false },
      ],
    },
    [{ b: 1 }],
  );
  check("not of types and values", { not: { anyOf: [{ type: "object" }, { enum: [1, "a", null] }] } }, [
    1.5,
    "b",
  ]);
  check("not required", { not: { required: ["a"] } }, []);
  check("not a number below", { type: "number", not: { minimum: 5 } }, [4.9, 5, 6]);
  check("not a pattern", { type: "string", not: { pattern: "^a" } }, ["ab", "ba"]);
  check("not items", { type: "array", not: { items: int } }, [[1, "x"]]);
  check("not closed", { type: "object", not: { properties: { a: {} }, additionalProperties: false } }, []);
  check(
    "if then else",
    {
      type: "object",
      properties: { k: str },
      if: { properties: { k: { const: "n" } }, required: ["k"] },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of that name
      then: { properties: { v: int }, required: ["v"] },
      else: { properties: { v: str } },
    },
    [{ k: "n", v: 1 }, { k: "n" }, { k: "m", v: "x" }, { k: "m", v: 1 }, { v: "x" }, { v: 1 }],
  );
  check("dependentRequired", { type: "object", dependentRequired: { a: ["b"], c: ["a"] } }, [
    { c: 1 },
    { a: 1, b: 1, c: 1 },
  ]);
  check(
    "dependentSchemas",
    { properties: { a: {} }, dependentSchemas: { a: { properties: { b: int }, required: ["b"] } } },
    [{ a: 1, b: "x" }, { b: "x" }],
  );
  const closed = { unevaluatedProperties: false };
  const has = (name: string, value: object) => ({ properties: { [name]: value } });
  check(
    "unevaluatedProperties and anyOf",
    { ...has("k", str), anyOf: [has("a", int), has("b", str), { required: ["k"] }], ...closed },
    [
      { a: 1 },
      { b: "x" },
      { a: 1, b: "x" },
      { a: 1, b: 2 },
      { a: "x", b: "x" },
      { k: "x", a: 1 },
      { k: "x" },
      { c: 1 },
    ],
  );
  check(
    "unevaluatedProperties and oneOf",
    {
      oneOf: [
        { ...has("a", int), required: ["a"] },
        { ...has("b", str), required: ["b"] },
      ],
      ...closed,
    },
    [{ a: 1 }, { b: "x" }, { a: 1, b: "x" }, { a: "x", b: "x" }, { a: 1, c: 1 }],
  );
  check(
    "unevaluatedProperties and if",
    {
      if: { ...has("k", { const: "a" }), required: ["k"] },
      // biome-ignore lint/suspicious/noThenProperty: it is the keyword
      then: has("a", int),
      else: has("b", int),
      unevaluatedProperties: { type: "boolean" },
    },
    [
      { k: "a" },
      { k: "a", a: 1 },
      { k: "a", b: 1 },
      { k: "b" },
      { b: 1, k: true },
      { b: 1 },
      { a: 1 },
      { a: true },
    ],
  );
  check(
    "unevaluatedProperties and dependentSchemas behind references",
    {
      $ref: "#/$defs/base",
      dependentSchemas: { a: has("b", int), c: { patternProperties: { "^x": int } } },
      ...closed,
      $defs: { base: { ...has("a", str), anyOf: [has("c", int), true] } },
    },
    [
      { a: "x" },
      { a: "x", b: 1 },
      { b: 1 },
      { c: 1, x1: 1 },
      { x1: 1 },
      { a: "x", c: 1, b: 1, x2: 1 },
      { c: "x" },
    ],
  );
  check(
    "unevaluatedProperties inside of alternatives, beside contains",
    {
      anyOf: [
        { ...has("a", int), ...closed },
        { contains: { const: 1 }, ...has("b", int), ...closed },
      ],
      ...closed,
    },
    [{ a: 1 }, { b: 1 }, { a: 1, b: 1 }, {}],
  );
  check(
    "unevaluatedItems and alternatives",
    {
      prefixItems: [str],
      anyOf: [{ prefixItems: [true, int] }, { prefixItems: [true, str, true] }, { maxItems: 1 }],
      unevaluatedItems: { type: "null" },
    },
    [
      ["x"],
      ["x", 1],
      ["x", 1, null],
      ["x", 1, 2],
      ["x", "y", 3],
      ["x", "y", 3, null],
      ["x", true],
      ["x", null],
    ],
  );
  check(
    "a schema that is negated twice",
    { not: { not: { ...has("a", int), required: ["a"], ...{ minProperties: 1 } } } },
    [{ a: 1 }, { a: "x" }, { b: 1 }],
  );
  check(
    "unevaluatedProperties",
    { allOf: [{ properties: { a: int } }], properties: { b: int }, unevaluatedProperties: false },
    [{ a: 1, b: 1 }, { c: 1 }],
  );
  check(
    "recursion",
    {
      $ref: "#/$defs/tree",
      $defs: {
        tree: {
          type: "object",
          properties: { v: int, kids: { type: "array", items: { $ref: "#/$defs/tree" } } },
          required: ["v"],
          additionalProperties: false,
        },
      },
    },
    [{ v: 1 }, { v: 1, kids: [{ v: 2, kids: [{ v: 3 }] }] }, { v: 1, kids: [{ kids: [] }] }],
  );
  check(
    "references by anchor, id and escape",
    {
      properties: { a: { $ref: "#here" }, b: { $ref: "http://e.x/s" }, c: { $ref: "#/$defs/x~1y%25" } },
      $defs: {
        p: { $anchor: "here", type: "integer" },
        q: { $id: "http://e.x/s", type: "string" },
        "x/y%": { type: "null" },
      },
    },
    [{ a: 1, b: "x", c: null }, { a: "x" }, { b: 1 }, { c: 1 }],
  );
});

describe("JSON Schema: members in any order", () => {
  const inAnyOrder = (name: string, schema: object, instances: readonly object[]) => {
    const style = { whitespace: "compact", propertyOrder: "any" } as const;
    const validate = ajv.compile(schema);
    for (const takesUnordered of [true, false])
      it(`${name}${takesUnordered ? "" : ", written as rules"}`, async () => {
        const accepts = await compile(schema, style, takesUnordered);
        for (const instance of instances) {
          const expected = validate(instance);
          for (const members of permutations(Object.entries(instance))) {
            const text = JSON.stringify(Object.fromEntries(members));
            assert.equal(accepts(text), expected, text);
          }
        }
      });
  };
  inAnyOrder(
    "required, optional and other ones",
    { properties: { a: int, b: str, c: {} }, required: ["b", "z"], additionalProperties: int },
    [
      { b: "x", z: 1 },
      { a: 1, b: "x", c: [], z: 2 },
      { a: 1, b: "x", q: 3, z: 2 },
      { a: 1, b: "x", q: "3", z: 2 },
      { a: 1, c: 1, z: 2 },
      { a: 1, b: "x" },
    ],
  );
  inAnyOrder(
    "alternatives and members of unknown names",
    {
      type: "object",
      properties: { k: { enum: ["p", "q"] } },
      oneOf: [{ properties: { k: { const: "p" } } }, { required: ["v"], properties: { v: int } }],
      not: { patternProperties: { "^x": false } },
    },
    [
      { k: "p", x: 1 },
      { k: "q", x: 1, v: 2 },
      { k: "p", x: 1, v: "s" },
      { k: "p", x: 1, v: 1 },
      { k: "q", v: 1 },
      { k: "q", xx: 1, x: 2 },
    ],
  );

  it("says what the settings alone bring about", () => {
    const ofSettings = (schema: object) =>
      parseJsonSchema({
        kind: "json-schema",
        text: JSON.stringify(schema),
        propertyOrder: "any",
        whitespace: "indent",
        indentDepth: 1,
      }).diagnostics.map(({ code, ofSettings }) => `${code} ${ofSettings === true}`);
    assert.deepEqual(ofSettings({ properties: { a: { format: "unheard-of" }, b: { type: "array" } } }), [
      "schema-member-twice true",
      "schema-indent-depth true",
      "schema-unknown-format false",
    ]);
  });

  it("written as rules, says where the order is bound, and that members may come twice", () => {
    const codes = (schema: object, propertyOrder: "any" | "schema" = "any") =>
      parseJsonSchema({ kind: "json-schema", text: JSON.stringify(schema), propertyOrder }).diagnostics.map(
        ({ code, location }) => `${code} ${location?.kind === "json-pointer" ? location.pointer : "?"}`,
      );
    const names = Array.from({ length: 30 }, (_, i) => `m${i}`);
    const properties = Object.fromEntries(names.map((name) => [name, true]));
    assert.deepEqual(codes({ properties: { o: { properties, required: names } } }), [
      "schema-member-twice ",
      "schema-order-bound /properties/o",
    ]);
    assert.deepEqual(codes({ properties: { a: {}, b: {} }, required: ["a", "b"] }), []);
    assert.deepEqual(codes({ properties: { a: {}, b: {} }, maxProperties: 1 }), ["schema-order-bound "]);
    assert.deepEqual(codes({ properties: { a: {}, b: {} } }, "schema"), [
      "schema-property-order /properties",
    ]);
  });

  it("written as rules, takes many required ones as declared, as listed, and with some ahead", async () => {
    const names = [..."abcdefghijklmnop"];
    const listed = names.toSorted((a, b) => ((a.charCodeAt(0) * 7) % 17) - ((b.charCodeAt(0) * 7) % 17));
    const schema = { properties: Object.fromEntries(names.map((n) => [n, int])), required: listed };
    const accepts = await compile(schema, { whitespace: "compact", propertyOrder: "any" }, false);
    const written = (order: readonly string[]) => `{${order.map((n) => `"${n}":1`).join()}}`;
    assert.ok(accepts(written(names)) && accepts(written(listed)));
    assert.ok(accepts(written(["c", ...names.filter((n) => n !== "c")])));
    assert.ok(accepts(written([listed[5]!, ...listed.toSpliced(5, 1)])));
    assert.ok(!accepts(written(names.slice(1))) && !accepts(written(listed.slice(0, -1))));
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

describe("JSON Schema: what is not a grammar", () => {
  const errors = (schema: unknown, expected: readonly string[], lenient?: readonly string[]) => {
    it(`${JSON.stringify(schema).slice(0, 70)}: ${expected.join() || "no errors"}`, () => {
      const text = typeof schema === "string" ? schema : JSON.stringify(schema);
      const { diagnostics } = parseJsonSchema({ kind: "json-schema", text, ...(lenient ? { lenient } : {}) });
      const found = diagnostics.filter((d) => d.severity === "error");
      assert.deepEqual(
        found.map((d) => (d.location?.kind === "json-pointer" ? `${d.code} ${d.location.pointer}` : d.code)),
        expected,
      );
      assert.ok(found.every((d) => d.hint));
    });
  };
  errors('{"a": }', ["schema-syntax"]);
  errors("", ["schema-syntax"]);
  errors("[".repeat(1_000_000), ["schema-too-deep"]);
  errors({ type: "strin", minLength: -1 }, ["schema-invalid /type"]);
  errors({ minLength: -1, required: "a" }, ["schema-invalid /minLength", "schema-invalid /required"]);
  errors({ $ref: "http://elsewhere/x" }, ["schema-remote-ref /$ref"]);
  errors({ properties: { a: { $ref: "#/$defs/a" } } }, ["schema-unresolved-ref /properties/a/$ref"]);
  errors({ $ref: "#" }, ["schema-cyclic-ref "]);
  errors({ type: "array", uniqueItems: true }, ["schema-unsupported-keyword /uniqueItems"]);
  errors({ type: "array", uniqueItems: true }, [], ["uniqueItems"]);
  errors({ type: "array", uniqueItems: true, items: { type: "integer", minimum: 0, maximum: 1000 } }, [
    "schema-unsupported-keyword /uniqueItems",
  ]);
  errors({ type: "array", uniqueItems: true, items: { type: "array", items: { $ref: "#" }, minItems: 1 } }, [
    "schema-unsupported-keyword /uniqueItems",
  ]);
  errors({ type: "string", const: 1 }, ["schema-empty "]);
  errors({ type: "string", minLength: 2 ** 31 }, ["schema-unsupported-keyword /minLength"]);
  errors({ pattern: "(" }, ["schema-invalid /pattern"]);
  errors({ dependencies: [{ "": [] }] }, ["schema-invalid /dependencies"]);
  errors({ contains: { type: "string" }, unevaluatedItems: false }, [
    "schema-unsupported-keyword /unevaluatedItems",
  ]);
  errors(
    { $ref: "#/$defs/a", unevaluatedProperties: false, $defs: { a: { allOf: [{ $ref: "#/$defs/a" }] } } },
    ["schema-cyclic-ref /$defs/a"],
  );
  errors({ patternProperties: { "(": {} }, unevaluatedProperties: false }, [
    "schema-invalid /patternProperties/(",
  ]);
  /// What contradicts itself, and where.
  const contradicts = (schema: object, ...expected: string[]) =>
    it(`contradiction in ${JSON.stringify(schema).slice(0, 90)}`, () => {
      const source = { kind: "json-schema", text: JSON.stringify(schema) } as const;
      const found = parseSource(source, "allowed").diagnostics.filter(({ severity }) => severity !== "info");
      const said = found.map(({ code, message, location }) => {
        assert.ok(location?.kind === "json-pointer");
        return `${code} ${location.pointer} ${message.replace("no value fulfils this schema: ", "")}`;
      });
      assert.deepEqual(said, expected);
    });
  const wrongType = { enum: ["a"], type: "object", description: "one of them" };
  contradicts(
    { properties: { a: wrongType } },
    'schema-no-value /properties/a "enum" and "type" contradict each other',
  );
  contradicts(
    { properties: { a: { $ref: "#/$defs/b" }, c: { $ref: "#/$defs/b" } }, $defs: { b: wrongType } },
    'schema-no-value /$defs/b "enum" and "type" contradict each other',
  );
  contradicts(
    { properties: { a: { type: "object", properties: { b: wrongType }, required: ["b"] } } },
    'schema-no-value /properties/a/properties/b "enum" and "type" contradict each other',
  );
  contradicts(
    { items: { type: "object", properties: { a: {} }, required: ["b"], additionalProperties: false } },
    'schema-no-value /items "type", "required" and "additionalProperties" contradict each other',
  );
  contradicts(
    { properties: { a: { type: "integer", minimum: 4, maximum: 3, multipleOf: 2 } } },
    'schema-no-value /properties/a "type", "minimum" and "maximum" contradict each other',
  );
  contradicts(
    { properties: { a: { allOf: [{ enum: [1, 2] }, { enum: [3] }] } } },
    'schema-no-value /properties/a "allOf" leaves none',
  );
  contradicts(
    { minItems: 2, maxItems: 1, type: "array" },
    'schema-empty  "minItems", "maxItems" and "type" contradict each other',
  );
  contradicts(
    { properties: { a: { $ref: "#" } }, required: ["a"], type: "object" },
    "schema-empty  no value fulfils this schema",
  );
  // What forbids everything says so, and what comes of several schemas is nobody's.
  contradicts({ properties: { a: { not: {} }, b: false } });
  contradicts({
    anyOf: [{ prefixItems: [{ type: "string" }], items: false }, {}],
    contains: { type: "integer" },
  });
  contradicts({
    allOf: [{ properties: { a: { type: "string" } } }, { properties: { a: { type: "integer" } } }],
    patternProperties: { b: { type: "null" } },
  });

  it("points inside of the text where a comment has no end", () => {
    const { diagnostics } = parseJsonSchema({ kind: "json-schema", text: "/*" });
    const at = diagnostics[0]?.location;
    assert.ok(at?.kind === "text" && at.span.to === 2);
  });

  it("goes by the draft that $schema names, and says so", async () => {
    const schema = {
      $schema: "http://json-schema.org/draft-04/schema#",
      type: "integer",
      const: 5,
      minimum: 4,
    };
    const accepts = await compile(schema, { whitespace: "compact" });
    assert.ok(accepts("6") && accepts("5") && !accepts("3"));
    const { diagnostics } = parseJsonSchema({ kind: "json-schema", text: JSON.stringify(schema) });
    assert.deepEqual(
      diagnostics.map((d) => `${d.severity} ${d.code}`),
      ["warning schema-later-keyword"],
    );
    const later = await compile(
      { ...schema, $schema: "http://json-schema.org/draft-07/schema#" },
      { whitespace: "compact" },
    );
    assert.ok(!later("6") && later("5"));
  });

  it("takes a $schema member at the root, if it may", async () => {
    const schema = { type: "object", properties: { a: int }, additionalProperties: false };
    const accepts = await compile(schema, { whitespace: "compact", allowSchemaMember: true });
    assert.ok(accepts('{"$schema":"./s.json","a":1}') && accepts('{"a":1}') && !accepts('{"b":1}'));
    const strict = await compile(schema, { whitespace: "compact" });
    assert.ok(!strict('{"$schema":"./s.json"}'));
  });

  it("bounds white space in a row, if it is told to", async () => {
    const schema = { type: "object", properties: { a: { type: "array", items: int } }, required: ["a"] };
    const accepts = await compile(schema, { whitespace: "flexible", maxBlanks: 2 });
    assert.ok(accepts('  {\n "a" :  [ 1\n, \t2 ] } ') && accepts('{"a":[]}'));
    for (const text of ['   {"a":[]}', '{"a":   []}', '{"a":[1,   2]}', '{"a":[1   ]}'])
      assert.ok(!accepts(text), text);
    const none = await compile(schema, { whitespace: "flexible", maxBlanks: 0 });
    assert.ok(none('{"a":[1,2]}') && !none('{"a": [1,2]}'));
  });
});
