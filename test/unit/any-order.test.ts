import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import type { GrammarSource } from "../../src/grammar/index.ts";
import { byteVocabulary } from "../../src/service/byte-vocabulary.ts";

// Items that come in any order, each once: members under a JSON Schema, elements that all differ.

const root = process.env.TOKENSIEVE_ROOT ?? "./";
const engine = new KernelEngine({ wasm: readFileSync(`${root}out/kernel/kernel.wasm`) });
const VOCABULARY = byteVocabulary();
const ajv = new Ajv2020({ strict: false });

async function compile(source: GrammarSource) {
  const result = await engine.compile(source, VOCABULARY);
  assert.ok(result.ok, JSON.stringify(result.diagnostics));
  const { grammar, diagnostics } = result;
  const accepts = (text: string): boolean => {
    const matcher = grammar.createMatcher();
    const bytes = new TextEncoder().encode(text);
    const isTaken = matcher.acceptBytes(bytes) === bytes.length && matcher.isAccepting();
    matcher.dispose();
    return isTaken;
  };
  return { grammar, accepts, codes: diagnostics.map(({ code }) => code) };
}

const underSchema = (schema: object, more: object = {}) =>
  compile({ kind: "json-schema", text: JSON.stringify(schema), propertyOrder: "any", ...more });

/// The same numbers every time.
function* numbers(seed: number): Generator<number> {
  for (let n = seed; ; ) {
    n = (Math.imul(n, 1664525) + 1013904223) >>> 0;
    yield n / 2 ** 32;
  }
}

function shuffled<T>(items: readonly T[], random: Generator<number>): T[] {
  const keyed = items.map((item) => [random.next().value, item] as const);
  return keyed.sort((a, b) => a[0] - b[0]).map(([, item]) => item);
}

const written = (members: readonly (readonly [string, unknown])[]) =>
  `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`;

describe("Members in any order", () => {
  const VALUES = [1, 23, "x", true, null, [1], { a: 1 }];
  const schema = fc
    .record({
      count: fc.integer({ min: 3, max: 30 }),
      types: fc.array(fc.constantFrom("integer", "string", "boolean", "array"), {
        minLength: 30,
        maxLength: 30,
      }),
      required: fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
      others: fc.constantFrom<object>(
        { additionalProperties: false },
        { additionalProperties: { type: "integer" } },
        { patternProperties: { "^p": { type: "boolean" } }, additionalProperties: false },
      ),
      min: fc.option(fc.nat(3), { nil: undefined }),
      max: fc.option(fc.integer({ min: 4, max: 32 }), { nil: undefined }),
    })
    .map(({ count, types, required, others, min, max }) => {
      // Names that begin alike, or are the beginning of others.
      const names = Array.from({ length: count }, (_, i) =>
        i % 3 === 0 ? `m${i}` : `m${i - (i % 3)}${"ab"[(i % 3) - 1]}`,
      );
      return {
        type: "object",
        properties: Object.fromEntries(names.map((name, i) => [name, { type: types[i]! }])),
        required: names.filter((_, i) => required[i] && i % 2 === 0),
        ...others,
        ...(min === undefined ? {} : { minProperties: min }),
        ...(max === undefined ? {} : { maxProperties: Math.max(max, min ?? 0) }),
      };
    });

  it("are what ajv takes, each declared one once", async function () {
    this.timeout(0);
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(schema, fc.nat(), async (of, seed) => {
        const validate = ajv.compile(of);
        // Contradictory schemas have tests of their own.
        if (of.required.length > (of.maxProperties ?? 99)) return;
        const { accepts } = await underSchema(of);
        const random = numbers(seed);
        const next = () => random.next().value as number;
        for (let round = 0; round < 12; round++) {
          const fitting: Record<string, unknown> = { integer: 7, string: "s", boolean: false, array: [] };
          const share = round % 3 === 0 ? 0 : next();
          const members = Object.entries(of.properties)
            .filter(([name]) => (of.required.includes(name) ? next() < 0.98 : next() < share))
            .map(
              ([name, { type }]) =>
                [name, next() < 0.98 ? fitting[type] : VALUES[Math.floor(next() * 7)]] as const,
            );
          const others = [
            ["p1", true],
            ["p2", false],
            ["q", 3],
            ["m", 4],
          ] as const;
          const all = shuffled([...members, ...others.filter(() => next() < 0.2)], random);
          const text = written(all);
          const expected = validate(JSON.parse(text)) as boolean;
          assert.equal(accepts(text), expected, `${text} under ${JSON.stringify(of)}`);
          if (expected) accepted++;
          if (members.length === 0) continue;
          const again = [...all];
          again.splice(
            Math.floor(next() * (all.length + 1)),
            0,
            members[Math.floor(next() * members.length)]!,
          );
          assert.ok(!accepts(written(again)), `${written(again)} under ${JSON.stringify(of)}`);
        }
      }),
      { numRuns: 40, seed: 3 },
    );
    assert.ok(accepted > 60, `${accepted} were accepted`);
  });

  const named = (count: number) => Array.from({ length: count }, (_, i) => `member${i}`);
  const many = (count: number, required: readonly string[]) => ({
    properties: Object.fromEntries(named(count).map((name) => [name, { type: "integer" }])),
    required,
    additionalProperties: false,
  });

  it("are asked for, each of 200, and cost what was written alone", async () => {
    const names = named(200);
    const { grammar, accepts, codes } = await underSchema(many(200, names));
    assert.deepEqual(codes, []);
    assert.ok(grammar.statistics().states < 20_000);
    for (const seed of [1, 2, 3]) {
      const order = shuffled(names, numbers(seed)).map((name) => [name, 5] as const);
      assert.ok(accepts(written(order)));
      for (const at of [0, 100, 199]) assert.ok(!accepts(written(order.toSpliced(at, 1))));
      assert.ok(!accepts(written([...order, order[50]!])));
    }
    assert.ok(grammar.statistics().grammarBytes < 24 << 20, `${grammar.statistics().grammarBytes} bytes`);
  });

  it("may be 10,000", async function () {
    this.timeout(120_000);
    const names = named(10_000);
    const { grammar } = await underSchema(many(10_000, names.slice(0, 20)));
    const matcher = grammar.createMatcher();
    const order = shuffled([...names.slice(0, 20), ...names.slice(5000, 5030)], numbers(4));
    const encode = (text: string) => new TextEncoder().encode(text);
    const takes = (text: string) => matcher.acceptBytes(encode(text)) === text.length;
    assert.ok(takes("{"));
    order.forEach((name, i) => {
      assert.ok(takes(`${i === 0 ? "" : ","}"${name}":1`), name);
      matcher.fillTokenMask(new Uint32Array(Math.ceil(VOCABULARY.size / 32)));
    });
    assert.equal(matcher.acceptBytes(encode(`,"${order[7]}"`)) < order[7]!.length + 3, true, "once only");
    matcher.rollback(1);
    assert.ok(takes("}") && matcher.isAccepting());
    assert.ok(grammar.statistics().grammarBytes < 100 << 20, `${grammar.statistics().grammarBytes} bytes`);
  });

  it("are too many where they are more than can be called at one place, and that is said", async () => {
    const text = JSON.stringify(many(30_001, []));
    const result = await engine.compile({ kind: "json-schema", text, propertyOrder: "any" }, VOCABULARY);
    assert.deepEqual(
      result.diagnostics.filter((d) => d.severity === "error").map((d) => d.code),
      ["automaton-too-large"],
    );
  });

  it("say where they are in explanations", async () => {
    const { grammar } = await underSchema({
      properties: { a: { type: "integer" }, b: { type: "array" } },
      required: ["b"],
    });
    const matcher = grammar.createMatcher();
    matcher.acceptBytes(new TextEncoder().encode('{"a":1,"b":["t'));
    const rules = matcher.stacks().flatMap((stack) => stack.rules.map(({ name }) => name));
    assert.deepEqual([...new Set(rules)].slice(-2), ["b", "root"]);
  });

  for (const [style, a, b] of [
    [undefined, '"a": 1', '"b": "x"'],
    ["qwen_xml", "<parameter=a>1</parameter>", "<parameter=b>x</parameter>"],
  ] as const)
    it(`stand in structural tags${style === undefined ? "" : ` in the style ${style}`}`, async () => {
      const content = {
        type: "json_schema",
        json_schema: {
          properties: { a: { type: "integer" }, b: { type: "string" } },
          required: ["a", "b"],
          additionalProperties: false,
          type: "object",
        },
        any_order: true,
        ...(style === undefined ? {} : { style }),
      };
      const tags = ["f", "g"].map((name) => ({ type: "tag", begin: `<${name}>`, content, end: "</>" }));
      const format = { type: "triggered_tags", triggers: ["<"], tags };
      const { grammar, accepts } = await compile({
        kind: "structural-tag",
        text: JSON.stringify({ type: "structural_tag", format }),
      });
      assert.equal(grammar.statistics().lateRules, 2);
      const call = (...members: readonly string[]) =>
        style === undefined ? `so: <g>{${members.join(" , ")}}</>.` : `so: <g>${members.join("\n")}</>.`;
      assert.ok(accepts(call(a, b)) && accepts(call(b, a)));
      assert.ok(!accepts(call(a)) && !accepts(call(b, b)) && !accepts(call(a, b, a)));
    });
});

describe("Elements that all differ", () => {
  const check = (name: string, schema: object, texts: readonly string[]) => {
    it(name, async () => {
      const validate = ajv.compile(schema);
      const { accepts } = await compile({ kind: "json-schema", text: JSON.stringify(schema) });
      for (const text of texts) assert.equal(accepts(text), validate(JSON.parse(text)), text);
    });
  };
  const words = Array.from({ length: 40 }, (_, i) => `w${i}`);
  const list = (items: readonly unknown[]) => JSON.stringify(items);
  const random = numbers(9);
  check("40 words", { type: "array", uniqueItems: true, items: { enum: words } }, [
    "[]",
    list(words),
    list(shuffled(words, random)),
    list([...words, "w3"]),
    list(["w1", "w11", "w1"]),
    list(["w1", "w11", "w10"]),
    list(["w41"]),
  ]);
  const range = Array.from({ length: 1001 }, (_, i) => i);
  check(
    "0 to 1,000, three at least and 50 at most",
    {
      type: "array",
      uniqueItems: true,
      items: { type: "integer", minimum: 0, maximum: 1000 },
      minItems: 3,
      maxItems: 50,
    },
    [
      list([]),
      list([1, 10]),
      list([1, 10, 100]),
      list([1, 10, 1]),
      list(shuffled(range, random).slice(0, 50)),
      list(shuffled(range, random).slice(0, 51)),
      list([...shuffled(range, random).slice(0, 20), 1001]),
    ],
  );
});
