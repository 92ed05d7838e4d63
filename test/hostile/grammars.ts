import type { GrammarSource } from "../../src/grammar/index.ts";

/// A grammar made to cost more than it is worth, and what becomes of it.
export interface HostileCase {
  readonly title: string;
  readonly source: () => GrammarSource;
  /// "ok", or the code of the first error.
  readonly expected: string;
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const join = (count: number, part: (i: number) => string, separator = "") =>
  numbers(count).map(part).join(separator);
const nested = (count: number, open: string, core: string, close: string) =>
  open.repeat(count) + core + close.repeat(count);

type TextKind = "ebnf" | "gbnf" | "lark" | "regex";

const text = (kind: TextKind, title: string, make: () => string, expected: string): HostileCase => ({
  title: `${kind}: ${title}`,
  source: () => ({ kind, text: make() }),
  expected,
});

/// The same grammar in each notation that is made of named rules. `assign` stands between name and body.
const rules = (title: string, make: (assign: string, root: string) => string, expected: string) => [
  text("ebnf", title, () => make(" ::= ", "root"), expected),
  text("gbnf", title, () => make(" ::= ", "root"), expected),
  text("lark", title, () => make(": ", "start"), expected),
];

const schema = (title: string, make: () => unknown, expected: string): HostileCase => ({
  title: `json-schema: ${title}`,
  source: () => {
    const made = make();
    return { kind: "json-schema", text: typeof made === "string" ? made : JSON.stringify(made) };
  },
  expected,
});

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const letter = (i: number) => LETTERS[i % 26]!;

const BNF_CASES: readonly HostileCase[] = [
  ...rules("10⁶ nested groups", (is, root) => root + is + nested(1e6, "(", '"a"', ")"), "grammar-too-deep"),
  ...rules("10⁶ open groups", (is, root) => root + is + "(".repeat(1e6), "grammar-too-deep"),
  ...rules("400 nested groups", (is, root) => root + is + nested(400, '("x"', '"a"', ")"), "ok"),
  ...rules("100k alternatives", (is, root) => root + is + join(1e5, (i) => `"a${i}"`, " | "), "ok"),
  ...rules(
    "10k alternatives nested in pairs",
    (is, root) =>
      `${root}${is}r0\n${join(1e4, (i) => `r${i}${is}"x${i}" | "y" r${i + 1}\n`)}r10000${is}"z"\n`,
    "ok",
  ),
  ...rules(
    "100k rules, each calling the next",
    (is, root) => `${root}${is}r0\n${join(1e5, (i) => `r${i}${is}"a" r${i + 1}\n`)}r100000${is}"b"\n`,
    "ok",
  ),
  ...rules(
    "100k rules never used",
    (is, root) => `${root}${is}"x"\n${join(1e5, (i) => `r${i}${is}"a"\n`)}`,
    "ok",
  ),
  ...rules("a literal of a megabyte", (is, root) => `${root}${is}"${"ab".repeat(5e5)}"`, "ok"),
  ...rules("a literal of 100k", (is, root) => `${root}${is}"${"ab".repeat(5e4)}"`, "ok"),
  ...rules(
    "left recursion through rules that may be empty",
    (is, root) =>
      `${root}${is}r0 "!"\n${join(300, (i) => `r${i}${is}n${i} r${(i + 1) % 300} "${letter(i)}" | "x"\nn${i}${is}"y"?\n`)}`,
    "left-recursion-too-large",
  ),
  ...rules(
    "every rule begins with every rule",
    (is, root) =>
      `${root}${is}r0\n${join(60, (i) => `r${i}${is}${join(60, (k) => `r${k} "${letter(k)}"`, " | ")} | "x"\n`)}`,
    "ok",
  ),
  ...rules(
    "rules of nothing but rules that may be empty",
    (is, root) =>
      `${root}${is}r0 "."\n${join(2000, (i) => `r${i}${is}r${i + 1}? r${i + 1}?\n`)}r2000${is}"a"?\n`,
    "engine-ambiguity",
  ),
  text("ebnf", "a megabyte of noise", () => "@%&!".repeat(250_000), "ebnf-syntax"),
  text("gbnf", "a megabyte of noise", () => "@%&!".repeat(250_000), "gbnf-syntax"),
  text("lark", "a megabyte of noise", () => "@%&!".repeat(250_000), "lark-syntax"),
  text("ebnf", "a{0,1000000}", () => "root ::= [ab]{0,1000000}", "ok"),
  text("gbnf", "a{0,1000000}", () => "root ::= [ab]{0,1000000}", "ok"),
  text("lark", "a~0..1000000", () => "start: /[ab]/~0..1000000", "ok"),
  text("ebnf", "nested counts", () => "root ::= (([ab]{0,1000}){0,1000}){0,1000}", "ok"),
  text("gbnf", "nested counts", () => 'root ::= (("a"{0,1000} "b"){0,1000} "c"){0,1000}', "ok"),
  text("lark", "nested counts", () => 'start: (("a"~0..1000)~0..1000)~0..1000', "ok"),
  text("ebnf", "eight nested counts", () => `root ::= ${nested(8, "(", "[ab]", "{0,1000})")}`, "ok"),
  text("gbnf", "100k character classes", () => `root ::= ${"[a-z]".repeat(1e5)}`, "ok"),
  text(
    "ebnf",
    "one class of 100k characters",
    () => `root ::= [${join(1e5, (i) => String.fromCodePoint(0x4e00 + ((i * 2) % 20000)))}]`,
    "ok",
  ),
  text(
    "lark",
    "a terminal made of 1000 others",
    () => `start: A0\n${join(1000, (i) => `A${i}: A${i + 1} | "${letter(i)}" A${i + 1}\n`)}A1000: "z"\n`,
    "ok",
  ),
  text("lark", "complements of complements", () => `start: A\nA: ${"~".repeat(400)}("a" | "b"~3..200)`, "ok"),
];

const REGEX_CASES: readonly HostileCase[] = [
  text("regex", "10⁶ nested groups", () => nested(1e6, "(", "a", ")"), "grammar-too-large"),
  text("regex", "10⁵ nested groups", () => nested(1e5, "(", "a", ")"), "grammar-too-deep"),
  text("regex", "10⁶ open classes", () => "[".repeat(1e6), "regex-syntax"),
  text(
    "regex",
    "one name twice, 20 deep",
    () => `${"(".repeat(20)}(?<n>a)(?<n>b)${")".repeat(20)}`,
    "regex-syntax",
  ),
  text("regex", "(a|a)*b", () => "^(a|a)*b$", "ok"),
  text("regex", "(a+)+$", () => "^(a+)+$", "ok"),
  text("regex", "(.*)*…", () => `^${"(.*)*".repeat(50)}x$`, "ok"),
  text("regex", "a{0,1000000}", () => "^[ab]{0,1000000}$", "ok"),
  text("regex", "nested counts", () => "^((a{0,1000}){0,1000}){0,1000}$", "ok"),
  text("regex", "nested counts of two things", () => "^(((a{0,1000}b){0,1000}c){0,1000}d){0,1000}$", "ok"),
  text("regex", "the hundredth character from the end", () => "^[ab]*a[ab]{100}$", "ok"),
  text("regex", "two of these meet", () => "^(?=[ab]*a[ab]{60}$)[ab]*b[ab]{70}$", "automaton-too-large"),
  text("regex", "20 lookaheads", () => `^${join(20, (i) => `(?=.*${letter(i)})`)}.*$`, "automaton-too-large"),
  text("regex", "20 negative lookaheads", () => `^${join(20, (i) => `(?!.*${letter(i)}{3})`)}.*$`, "ok"),
  text("regex", "lookaheads in lookaheads", () => `^${nested(300, "(?=a", "b", ")")}.*$`, "ok"),
  text("regex", "lookaheads in a loop", () => "^((?=a[ab]{5})[ab])*$", "regex-unsupported-lookaround"),
  text("regex", "1000 word borders", () => `^${"\\b\\w\\b\\W".repeat(1000)}$`, "regex-too-complex"),
  text("regex", "100k alternatives", () => `^(${join(1e5, (i) => `x${i}`, "|")})$`, "ok"),
  text("regex", "alternatives nested 400 deep", () => `^${nested(400, "(?:a|b", "c", ")")}$`, "ok"),
  text("regex", "10k unicode classes", () => `^${"\\p{L}".repeat(1e4)}$`, "automaton-too-large"),
  text("regex", "a search for a long text", () => "a".repeat(5000), "ok"),
  text("regex", "100k of signs", () => "*+?".repeat(33_000), "regex-syntax"),
];

const SCHEMA_CASES: readonly HostileCase[] = [
  schema(
    "10 MB of properties",
    () => ({
      properties: Object.fromEntries(numbers(250_000).map((i) => [`property ${i}`, { type: "null" }])),
    }),
    "automaton-too-large",
  ),
  schema("10 MB in one description", () => ({ type: "integer", description: "x".repeat(1e7) }), "ok"),
  schema("10 MB of one constant", () => ({ const: "x".repeat(1e7) }), "automaton-too-large"),
  schema("40 MB", () => ({ description: "x".repeat(4e7) }), "schema-too-large"),
  schema("10⁶ nested arrays", () => nested(1e6, "[", "", "]"), "schema-too-deep"),
  schema("10⁶ nested schemas", () => nested(1e6, '{"items":', "{}", "}"), "schema-too-deep"),
  schema("190 nested schemas", () => nested(190, '{"items":', "{}", "}"), "ok"),
  schema("enum of 10,000", () => ({ enum: numbers(10_000).map((i) => `value ${i * 7919}`) }), "ok"),
  schema("enum of 100,000", () => ({ enum: numbers(100_000).map((i) => `value ${i * 7919}`) }), "ok"),
  schema(
    "enum of 10,000 objects",
    () => ({ enum: numbers(10_000).map((i) => ({ id: i, name: `n${i}` })) }),
    "ok",
  ),
  schema(
    "a cycle of $refs",
    () => ({ $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } }),
    "schema-cyclic-ref",
  ),
  schema(
    "a cycle through allOf",
    () => ({ $defs: { a: { allOf: [{ $ref: "#/$defs/a" }, { type: "string" }] } }, $ref: "#/$defs/a" }),
    "schema-cyclic-ref",
  ),
  schema(
    "a cycle through not",
    () => ({ $defs: { a: { not: { $ref: "#/$defs/a" } } }, $ref: "#/$defs/a" }),
    "schema-cyclic-ref",
  ),
  schema(
    "a chain of 10,000 $refs",
    () => ({
      $ref: "#/$defs/d0",
      $defs: {
        ...Object.fromEntries(numbers(10_000).map((i) => [`d${i}`, { $ref: `#/$defs/d${i + 1}` }])),
        d10000: { type: "null" },
      },
    }),
    "schema-too-deep",
  ),
  schema(
    "a list 10,000 $refs long",
    () => ({
      $ref: "#/$defs/d0",
      $defs: {
        ...Object.fromEntries(
          numbers(10_000).map((i) => [
            `d${i}`,
            { type: "object", properties: { next: { $ref: `#/$defs/d${i + 1}` } } },
          ]),
        ),
        d10000: { type: "null" },
      },
    }),
    "ok",
  ),
  schema(
    "2³⁰ schemas by $refs to $refs",
    () => ({
      $ref: "#/$defs/d0",
      $defs: {
        ...Object.fromEntries(
          numbers(30).map((i) => [
            `d${i}`,
            {
              anyOf: [
                { items: { $ref: `#/$defs/d${i + 1}` } },
                { items: { $ref: `#/$defs/d${i + 1}` }, minItems: 1 },
              ],
            },
          ]),
        ),
        d30: { type: "null" },
      },
    }),
    "ok",
  ),
  schema(
    "2³⁰ conjunctions",
    () => ({
      allOf: numbers(30).map((i) => ({
        anyOf: [{ required: [`a${i}`] }, { properties: { [`a${i}`]: false } }],
      })),
    }),
    "schema-unsupported-keyword",
  ),
  schema(
    "2²⁰ subtractions",
    () => ({ oneOf: numbers(20).map((i) => ({ properties: { [`a${i}`]: { type: "string" } } })) }),
    "ok",
  ),
  schema(
    "100 conditions",
    () => ({
      allOf: numbers(100).map((i) => ({
        if: { properties: { [`a${i}`]: { const: i } } },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
        then: { required: [`b${i}`] },
      })),
    }),
    "schema-unsupported-keyword",
  ),
  schema(
    "30 required members in any order",
    () => ({ required: numbers(30).map((i) => `m${i}`), minProperties: 30 }),
    "ok",
  ),
  schema(
    "patterns that meet",
    () => ({ allOf: numbers(12).map((i) => ({ pattern: `^[ab]*a[ab]{${i + 5}}$` })) }),
    "automaton-too-large",
  ),
  schema(
    "maxLength of a million and a pattern",
    () => ({ pattern: "^(ab|c)*$", maxLength: 1_000_000 }),
    "automaton-too-large",
  ),
  schema("maxItems of a million", () => ({ items: { type: "integer" }, maxItems: 1_000_000 }), "ok"),
  schema(
    "a range of 40 digits",
    () => `{"type":"integer","minimum":-${"1".repeat(40)},"maximum":${"9".repeat(40)}}`,
    "ok",
  ),
  schema("a range of 4000 digits", () => `{"type":"integer","minimum":1${"0".repeat(4000)}}`, "ok"),
  schema(
    "a step beyond counting",
    () => ({ type: "integer", multipleOf: 1_000_003 }),
    "schema-unsupported-keyword",
  ),
  schema(
    "propertyNames of 2,000 patterns",
    () => ({
      patternProperties: Object.fromEntries(numbers(2000).map((i) => [`^p${i}_`, { type: "null" }])),
    }),
    "schema-unsupported-keyword",
  ),
  schema(
    "20 patterns that overlap",
    () => ({ patternProperties: Object.fromEntries(numbers(20).map((i) => [letter(i), { minimum: i }])) }),
    "schema-unsupported-keyword",
  ),
];

export const HOSTILE_CASES: readonly HostileCase[] = [...BNF_CASES, ...REGEX_CASES, ...SCHEMA_CASES];
