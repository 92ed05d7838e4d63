import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { xgrammarWorkerUrl } from "../../../test/support/xgrammar-worker.ts";
import { bitsetWords, hasBit, setBits } from "../../base/bitset.ts";
import { utf8Encode } from "../../base/bytes.ts";
import { CancelledError } from "../../base/cancellation.ts";
import type { GrammarSource } from "../../grammar/index.ts";
import { loadBuiltInTokenizer, vocabularyFromTokens } from "../../tokenizer/index.ts";
import { type CompiledGrammar, type CompileOptions, EngineError, type Matcher } from "../engine.ts";
import { XGrammarEngine, type XGrammarEngineOptions } from "./engine.ts";

const VOCABULARY = vocabularyFromTokens(["a", "b", "ab", { special: "</s>" }]);

const ebnf = (text: string): GrammarSource => ({ kind: "ebnf", text });
const tag = (format: unknown): GrammarSource => ({
  kind: "structural-tag",
  text: JSON.stringify({ type: "structural_tag", format }),
});

/// XGrammar writes a rule for each member and each number of members before it: millions.
const HANGING = tag({
  type: "json_schema",
  json_schema: {
    type: "object",
    properties: Object.fromEntries(Array.from({ length: 4000 }, (_, i) => [`p${i}`, {}])),
    minProperties: 2000,
  },
});
/// Read by XGrammar alone, which takes time cubic in the text.
const AMBIGUOUS = tag({ type: "grammar", grammar: 'root ::= s\ns ::= s s | "a"' });

describe("the XGrammar engine", () => {
  let engine: XGrammarEngine;
  let neighbour: Matcher;

  async function make(options: Partial<XGrammarEngineOptions> = {}): Promise<XGrammarEngine> {
    return new XGrammarEngine({ workerUrl: await xgrammarWorkerUrl(), ...options });
  }

  async function compiled(source: GrammarSource, by = engine): Promise<CompiledGrammar> {
    const result = await by.compile(source, VOCABULARY);
    assert.ok(result.ok, JSON.stringify(result.diagnostics));
    return result.grammar;
  }

  async function refused(source: GrammarSource, options?: CompileOptions, by = engine): Promise<string[]> {
    const result = await by.compile(source, VOCABULARY, options);
    assert.ok(!result.ok, "it compiled");
    return result.diagnostics.filter((d) => d.severity === "error").map((d) => d.code);
  }

  const failure = (use: () => unknown): string => {
    try {
      use();
    } catch (error) {
      assert.ok(error instanceof EngineError, String(error));
      return error.diagnostic.code;
    }
    throw new assert.AssertionError({ message: "it did not fail" });
  };

  before(async () => {
    engine = await make();
    neighbour = (await compiled(ebnf('root ::= "ab"*'))).createMatcher();
  });
  after(() => engine.dispose());

  // Whatever happened to one grammar, others go on, and new ones compile.
  afterEach(async () => {
    assert.equal(neighbour.acceptBytes(utf8Encode("abab")), 4);
    neighbour.rollback(1);
    (await compiled(ebnf('root ::= "b"'))).dispose();
  });

  it("ends a compile that hangs", async () => {
    assert.deepEqual(await refused(HANGING, { timeoutMs: 300 }), ["compile-timeout"]);
  });

  it("ends a compile that eats memory", async () => {
    assert.deepEqual(await refused(HANGING, { memoryBytes: 24 * 1024 * 1024 }), ["compile-memory"]);
  });

  it("cancels a compile that hangs", async () => {
    const abort = new AbortController();
    const compiling = engine.compile(HANGING, VOCABULARY, { signal: abort.signal });
    setTimeout(() => abort.abort(), 100);
    await assert.rejects(compiling, CancelledError);
  });

  it("cancels a compile whose thread is still starting, which serves the next", async () => {
    const starting = await make();
    const abort = new AbortController();
    const compiling = starting.compile(ebnf('root ::= "a"'), VOCABULARY, { signal: abort.signal });
    abort.abort();
    await assert.rejects(compiling, CancelledError);
    (await compiled(ebnf('root ::= "a"'), starting)).dispose();
    starting.dispose();
  });

  it("ends a matcher's call that takes too long; what else the grammar has says so", async () => {
    const hasty = await make({ maskBudgetMs: 1000 });
    const grammar = await compiled(AMBIGUOUS, hasty);
    const slow = grammar.createMatcher();
    const sibling = grammar.createMatcher();
    assert.equal(
      failure(() => slow.acceptBytes(utf8Encode("a".repeat(20_000)))),
      "mask-timeout",
    );
    assert.equal(
      failure(() => slow.isAccepting()),
      "mask-timeout",
    );
    assert.equal(
      failure(() => slow.isTerminated()),
      "mask-timeout",
    );
    assert.equal(
      failure(() => sibling.isAccepting()),
      "engine-restarted",
    );
    assert.equal(
      failure(() => grammar.createMatcher()),
      "engine-restarted",
    );
    slow.dispose();
    sibling.dispose();
    grammar.dispose();
    const again = (await compiled(AMBIGUOUS, hasty)).createMatcher();
    assert.equal(again.acceptBytes(utf8Encode("aaa")), 3);
    hasty.dispose();
  });

  describe("says what XGrammar gives up on", () => {
    const check = (name: string, source: GrammarSource, code: string) =>
      it(`${name}: ${code}`, async () => assert.deepEqual(await refused(source), [code]));
    const deep = `root ::= ${"(".repeat(100_000)}"a"${")".repeat(100_000)}`;
    check("nesting", tag({ type: "grammar", grammar: deep }), "engine-aborted");
    check(
      "an unknown type",
      tag({ type: "json_schema", json_schema: { type: "strange" } }),
      "engine-aborted",
    );
    check("an unknown format", tag({ type: "strange" }), "structural-tag-invalid");
    check("no format", { kind: "structural-tag", text: "{}" }, "structural-tag-invalid");
    check("no JSON", { kind: "structural-tag", text: '{"type": }' }, "structural-tag-syntax");
    check("left recursion", ebnf('root ::= root "a" | "b"'), "grammar-left-recursion");
    check("tokens", { kind: "gbnf", text: "root ::= <[1]>" }, "engine-token-unsupported");
  });

  it("warns of what a structural tag holds that XGrammar reads by itself", async () => {
    const format = {
      type: "sequence",
      elements: [
        { type: "const_string", value: "a" },
        { type: "regex", pattern: "b+" },
      ],
    };
    const result = await engine.compile(tag(format), VOCABULARY);
    assert.ok(result.ok);
    assert.deepEqual(
      result.diagnostics.map((d) => [d.code, d.location?.kind === "json-pointer" && d.location.pointer]),
      [["structural-tag-not-exact", "/format/elements/1/pattern"]],
    );
    const matcher = result.grammar.createMatcher();
    assert.equal(matcher.acceptBytes(utf8Encode("abba")), 3);
    result.grammar.dispose();
  });

  it("follows a document in tokens of a real vocabulary", async () => {
    const tokenizer = await loadBuiltInTokenizer("llama3");
    const { vocabulary } = tokenizer;
    const text = JSON.stringify({
      type: "object",
      properties: { name: { type: "string" }, tags: { type: "array", items: { enum: ["a", "abb", "aba"] } } },
      required: ["name"],
      additionalProperties: { type: "integer", minimum: 0 },
    });
    const result = await engine.compile({ kind: "json-schema", text, whitespace: "spaced" }, vocabulary);
    assert.ok(result.ok, JSON.stringify(result.diagnostics));
    const matcher = result.grammar.createMatcher();
    const mask = new Uint32Array(bitsetWords(vocabulary.size));
    for (const token of tokenizer.encode('{"name": "Zoë 😀\\n", "tags": ["abb", "a"], "größe": 12}')) {
      matcher.fillTokenMask(mask);
      assert.ok(hasBit(mask, token), `token ${token}`);
      // A sample of the rest: the mask says what acceptToken does.
      for (let other = token % 997; other < vocabulary.size; other += 997) {
        const taken = matcher.acceptToken(other);
        assert.equal(taken, hasBit(mask, other), `token ${other}`);
        if (taken) matcher.rollback(1);
      }
      assert.ok(matcher.acceptToken(token));
    }
    matcher.fillTokenMask(mask);
    assert.deepEqual(
      [...setBits(mask)],
      [...vocabulary.stopTokens].sort((a, b) => a - b),
    );
    result.grammar.dispose();
  });

  describe("enforces schemas exactly", () => {
    const check = (schema: object, valid: readonly unknown[], invalid: readonly unknown[]) =>
      it(JSON.stringify(schema), async () => {
        const validate: (value: unknown) => boolean = new Ajv2020({ strict: false }).compile(schema);
        const source = { kind: "json-schema", text: JSON.stringify(schema), whitespace: "compact" } as const;
        const result = await engine.compile(source, VOCABULARY);
        assert.ok(result.ok, JSON.stringify(result.diagnostics));
        for (const instance of [...valid, ...invalid]) {
          const expected = valid.includes(instance);
          assert.equal(validate(instance), expected, "ajv");
          const bytes = utf8Encode(JSON.stringify(instance));
          const matcher: Matcher = result.grammar.createMatcher();
          const accepted: boolean = matcher.acceptBytes(bytes) === bytes.length && matcher.isAccepting();
          assert.equal(accepted, expected, JSON.stringify(instance));
        }
        result.grammar.dispose();
      });
    // What XGrammar's own reading of schemas lets pass, or refuses.
    check({ properties: { a: { type: "integer" } } }, [{ a: 1, b: "x" }, {}, 3], [{ a: "x" }]);
    check(
      { allOf: [{ type: "object", required: ["a"] }, { properties: { a: { const: 1 } } }] },
      [{ a: 1 }],
      [{}, { a: 2 }],
    );
    check({ type: "string", minLength: 2, maxLength: 3 }, ["ab", "a\n", "é😀"], ["a", "abcd"]);
    check({ type: "string", pattern: "b+" }, ["abba", "b"], ["a", ""]);
    check({ type: "number", minimum: 1.5, exclusiveMaximum: 3 }, [1.5, 2, 2.999], [1, 3, -2]);
    check({ type: "integer", multipleOf: 25 }, [0, 25, -50, 700], [1, 30, 77_778]);
    check(
      { patternProperties: { "^x": { type: "integer" } }, additionalProperties: false },
      [{ x: 1, xy: 2 }],
      [{ x: "a" }, { y: 1 }],
    );
    check({ const: { b: [1, "a"] } }, [{ b: [1, "a"] }], [{ b: [1] }, {}]);
    check({ enum: ["b", "abb", "aba"] }, ["b", "abb", "aba"], ["abab", "ababa", "a"]);
    check(
      {
        $defs: { n: { anyOf: [{ const: 0 }, { type: "array", items: { $ref: "#/$defs/n" } }] } },
        $ref: "#/$defs/n",
      },
      [0, [[], [0, [0]]]],
      [1, [[1]]],
    );
  });

  it("refuses more grammars than it may keep", async () => {
    const small = await make({ maxGrammars: 1 });
    const first = await compiled(ebnf('root ::= "a"'), small);
    assert.deepEqual(await refused(ebnf('root ::= "b"'), {}, small), ["too-many-grammars"]);
    first.dispose();
    await compiled(ebnf('root ::= "b"'), small);
    small.dispose();
  });

  it("frees a disposed grammar's worker when its last matcher is gone", async () => {
    const small = await make({ maxGrammars: 1 });
    const grammar = await compiled(ebnf('root ::= "a"'), small);
    const matcher = grammar.createMatcher();
    grammar.dispose();
    assert.deepEqual(await refused(ebnf('root ::= "b"'), {}, small), ["too-many-grammars"]);
    matcher.dispose();
    await compiled(ebnf('root ::= "b"'), small);
    small.dispose();
  });

  it("ends what it is doing when it is disposed of", async () => {
    const other = await make();
    const starting = other.compile(ebnf('root ::= "a"'), VOCABULARY);
    other.dispose();
    await assert.rejects(starting, CancelledError);
    await assert.rejects(other.compile(ebnf('root ::= "a"'), VOCABULARY), /disposed/);
  });

  it("fails if its worker is not there", async () => {
    const lost = new XGrammarEngine({ workerUrl: pathToFileURL("/nowhere/worker.mjs") });
    await assert.rejects(lost.compile(ebnf('root ::= "a"'), VOCABULARY), /Cannot find module/);
  });
});
