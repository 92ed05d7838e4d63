import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { bitsetWords, setBits } from "../../base/bitset.ts";
import { utf8Encode } from "../../base/bytes.ts";
import { type ToolCallTemplate, toolCallTag } from "../../grammar/index.ts";
import { FlatVocabulary, NORMAL, SPECIAL } from "../../tokenizer/flat-vocabulary.ts";
import { EngineError, type Matcher } from "../engine.ts";
import type { KernelGrammar } from "./compiled-grammar.ts";
import { KernelEngine } from "./engine.ts";
import type { KernelMatcher } from "./matcher.ts";

const wasm = readFileSync(`${process.env.TOKENSIEVE_ROOT}out/kernel/kernel.wasm`);

/// Pieces of calls, so that tokens span a name's end, the arguments' beginning and a call's end.
const PIECES = [
  ...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)),
  ...'\n é 😀 <t < get_ set_ get_a get_b _ab name ": " ", " arguments ": {" {" "} }} }\n </t </t> >\n<'.split(
    " ",
  ),
  ...'"name": "|", "arguments": {"|{"name": "get_|"a": "|"}}|"}\n</t>|,"b": |e", "b|true, "|12|345|6, |"x-1|x-|[1, 2|]]|null|>{"a":"x|>{"a":"y'.split(
    "|",
  ),
].filter((text, i, all) => text !== "" && all.indexOf(text) === i);

const VOCABULARY = (() => {
  const all = [...PIECES, "<end>"].map((text) => utf8Encode(text));
  const offsets = new Uint32Array(all.length + 1);
  all.forEach((bytes, i) => {
    offsets[i + 1] = offsets[i]! + bytes.length;
  });
  const kinds = new Uint8Array(all.length).fill(NORMAL);
  kinds[PIECES.length] = SPECIAL;
  const data = Uint8Array.from(all.flatMap((bytes) => [...bytes]));
  return new FlatVocabulary({ name: "calls", data, offsets, kinds, stopTokens: [PIECES.length] });
})();

// Members of tools: what is copied, called, counted, recursive, and taken out of others.
const MEMBERS: readonly object[] = [
  { type: "string" },
  { type: "string", maxLength: 60 },
  { type: "string", pattern: "^x-[0-9]{1,3}$" },
  { enum: ["on", "off", 1] },
  { type: "integer", minimum: -5, maximum: 1234 },
  { type: "array", items: { type: "array", items: { type: "number" } }, maxItems: 30 },
  { type: "object", additionalProperties: { type: "boolean" } },
  { type: "object", properties: { in: {} } },
  { type: "string", not: { enum: ["no", "not"] }, minLength: 1 },
];

interface Tool {
  readonly name: string;
  readonly parameters: object;
}

const tool = fc
  .tuple(
    fc.constantFrom("get", "set", "get_a", "get_ab", "get_abc", "a", "name", "very_long_name_of_a_tool"),
    fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "name"), fc.constantFrom(...MEMBERS)), { maxLength: 4 }),
    fc.nat(2),
    fc.boolean(),
  )
  .map(([name, members, required, isOpen]): Tool => {
    const properties = Object.fromEntries(members);
    const parameters = {
      type: "object",
      properties,
      required: Object.keys(properties).slice(0, required),
      ...(isOpen ? {} : { additionalProperties: false }),
    };
    return { name, parameters };
  });
const tools = fc.uniqueArray(tool, { minLength: 1, maxLength: 6, selector: ({ name }) => name });
// How calls begin, up to the arguments.
const TEMPLATES: readonly { readonly template: ToolCallTemplate; readonly begin: string }[] = [
  { template: "hermes", begin: '<tool_call>\n{"name": "{name}", "arguments": ' },
  { template: "llama3", begin: '{"name": "{name}", "parameters": ' },
  { template: { trigger: "<t", begin: "<t={name}>", end: "</t>" }, begin: "<t={name}>" },
];

const tagOf = (list: readonly Tool[], of: ToolCallTemplate, required = false) =>
  toolCallTag(JSON.stringify(list.map((each) => ({ type: "function", function: each }))), {
    template: of,
    required,
  }).text!;

async function compile(text: string, lateRules: boolean, directLimit = 3000, engine = engineOf(lateRules)) {
  const instance = await engine.prepare(VOCABULARY);
  instance.exports.set_direct_limit(directLimit);
  const result = await engine.compile({ kind: "structural-tag", text }, VOCABULARY);
  assert.ok(result.ok, JSON.stringify(result.diagnostics));
  return result.grammar;
}

const engineOf = (lateRules: boolean) => new KernelEngine({ wasm, lateRules });

function maskOf(matcher: Matcher): Uint32Array {
  const mask = new Uint32Array(bitsetWords(VOCABULARY.size));
  matcher.fillTokenMask(mask);
  return mask;
}

/// A way into a call: the bytes of `text`, one at a time.
function type(matchers: readonly Matcher[], text: string): void {
  for (const matcher of matchers)
    for (const byte of utf8Encode(text)) matcher.acceptBytes(Uint8Array.of(byte));
}

/// Takes tokens by choice, preferring those that lead on, and compares both at every step, and on the way back.
function walkBoth(late: KernelMatcher, eager: KernelMatcher, choices: readonly number[]): void {
  const masks: Uint32Array[] = [];
  const forks: KernelMatcher[] = [];
  for (const choice of choices) {
    const mask = maskOf(eager);
    assert.deepEqual(maskOf(late), mask);
    assert.deepEqual(late.allowedBytes(), eager.allowedBytes());
    assert.deepEqual(late.forcedBytes(), eager.forcedBytes());
    assert.equal(late.isAccepting(), eager.isAccepting());
    const allowed = [...setBits(mask)];
    if (allowed.length === 0) break;
    masks.push(mask);
    forks.push(late.fork());
    // Long tokens come last in the vocabulary, and are of calls.
    const id =
      allowed[
        choice % 3 === 0
          ? choice % allowed.length
          : allowed.length - 1 - (choice % Math.min(4, allowed.length))
      ]!;
    assert.ok(late.acceptToken(id) && eager.acceptToken(id));
    if (late.isTerminated()) break;
  }
  while (masks.length > 0) {
    const mask = masks.pop()!;
    const fork = forks.pop()!;
    late.rollback(1);
    eager.rollback(1);
    assert.deepEqual(maskOf(late), mask);
    assert.deepEqual(maskOf(fork), mask);
    fork.dispose();
  }
}

const waiting = (grammar: KernelGrammar) => grammar.statistics().lateRules;

describe("rules that are lowered when a text comes to them", () => {
  const choices = fc.array(fc.nat(), { minLength: 30, maxLength: 30 });

  it("give the masks of the whole grammar, bit for bit", async function () {
    this.timeout(0);
    let reached = 0;
    await fc.assert(
      fc.asyncProperty(
        tools,
        fc.constantFrom(...TEMPLATES),
        fc.boolean(),
        choices,
        fc.constantFrom(1, 3000),
        async (list, { template, begin }, required, picks, limit) => {
          const text = tagOf(list, template, required);
          const late = await compile(text, true, limit);
          const eager = await compile(text, false, limit);
          const all = waiting(late);
          assert.ok(all >= list.length);
          assert.equal(waiting(eager), 0);
          const matchers = [late.createMatcher(), eager.createMatcher()] as const;
          // Half of the walks begin in a call.
          if (picks[0]! % 2 === 0) {
            const { name } = list[picks[1]! % list.length]!;
            type(matchers, `${begin.replace("{name}", name)}{`);
          }
          walkBoth(...matchers, picks);
          // A collection moves everything but the program.
          if (picks[2]! % 2 === 0) late.live.collect();
          walkBoth(...matchers, picks.toReversed());
          reached += all - waiting(late);
        },
      ),
      { numRuns: 40, seed: 7 },
    );
    assert.ok(reached > 20, `${reached} were reached`);
  });

  const FIVE = ["one", "two", "three", "four", "five"].map((name, i): Tool => {
    const properties = Object.fromEntries(MEMBERS.map((member, k) => [`${name}${(i + k) % 9}`, member]));
    return { name, parameters: { type: "object", properties, additionalProperties: { type: "null" } } };
  });
  const inCall = (name: string) => `<t=${name}>{`;
  const OWN = { trigger: "<t=", begin: "<t={name}>", end: "</t>" } as const;

  it("are lowered ahead in slices, and then none is left", async () => {
    const text = tagOf(FIVE, OWN);
    const late = await compile(text, true, 1);
    const left = [waiting(late)];
    while (!late.prepare(1)) left.push(waiting(late));
    assert.deepEqual([...new Set(left)], [5, 4, 3, 2, 1, 0]);
    const eager = await compile(text, false, 1);
    for (const { name } of FIVE) {
      const matchers = [late.createMatcher(), eager.createMatcher()] as const;
      type(matchers, inCall(name));
      walkBoth(...matchers, [5, 1, 4, 2, 8, 5, 7]);
    }
  });

  it("share prechecks by a file, in whatever order they are reached", async () => {
    const text = tagOf(FIVE, OWN);
    const first = engineOf(true);
    const eager = await compile(text, false, 1);
    const visit = async (engine: KernelEngine, names: readonly string[]) => {
      const late = await compile(text, true, 1, engine);
      for (const name of names) {
        const matchers = [late.createMatcher(), eager.createMatcher()] as const;
        type(matchers, inCall(name));
        walkBoth(...matchers, [4, 7, 1, 0, 3, 3, 8, 11]);
      }
      return late;
    };
    const names = FIVE.map(({ name }) => name);
    await visit(first, names);
    const file = await first.savePrechecks(VOCABULARY);
    const second = engineOf(true);
    assert.ok(Number(await second.loadPrechecks(VOCABULARY, file!)) > 0);
    const late = await visit(second, names.toReversed());
    const before = late.statistics().prechecks;
    assert.ok(before > 0);
  });

  it("tell grammars apart that differ in what is late alone", async () => {
    const engine = engineOf(true);
    const schemas = [{ const: "x" }, { const: "y" }];
    const late = schemas.map((a) =>
      tagOf([{ name: "get", parameters: { type: "object", properties: { a }, required: ["a"] } }], OWN),
    );
    for (const text of late) {
      const grammar = await compile(text, true, 1, engine);
      const eager = await compile(text, false, 1);
      const matchers = [grammar.createMatcher(), eager.createMatcher()] as const;
      walkBoth(...matchers, [3, 3, 3]);
      type(matchers, "<t=get");
      walkBoth(...matchers, [1, 2, 4, 5, 6]);
    }
  });

  it("report what is wrong with a tool when the grammar is compiled", async () => {
    const bad = {
      name: "bad",
      parameters: { type: "object", properties: { a: { type: "string", pattern: "(" } } },
    };
    const result = await engineOf(true).compile(
      { kind: "structural-tag", text: tagOf([...FIVE, bad], OWN) },
      VOCABULARY,
    );
    assert.equal(result.ok, false);
    const [error] = result.diagnostics.filter((d) => d.severity === "error");
    assert.ok(error?.location?.kind === "json-pointer");
    assert.match(error.location.pointer, /tags\/5\/content\/json_schema\/properties\/a\/pattern$/);
  });

  it("are named in explanations", async () => {
    const late = (await compile(tagOf(FIVE, OWN), true)).createMatcher();
    type([late], `${inCall("three")}"three2": `);
    const { stacks, verdict } = late.explain(PIECES.indexOf("!"));
    assert.equal(verdict, "wrong-byte");
    const rules = stacks.flatMap((stack) => stack.rules.map((rule) => rule.name));
    assert.ok(rules.includes("t-three"), rules.join());
    assert.ok(stacks.every((stack) => stack.rules.every((rule) => rule.place !== undefined)));
  });

  it("fail with the rule's name where memory ends, and other matchers live on", async () => {
    const engine = engineOf(true);
    const instance = await engine.prepare(VOCABULARY);
    const late = await compile(tagOf(FIVE, OWN), true, 3000, engine);
    const [poor, other] = [late.createMatcher(), late.createMatcher()];
    type([poor], "<t=two");
    instance.exports.set_budgets(instance.exports.live_bytes(), 0);
    assert.throws(
      () => type([poor], ">{"),
      (error) =>
        error instanceof EngineError &&
        error.diagnostic.code === "engine-memory" &&
        /"t-two"/.test(error.message),
    );
    instance.exports.set_budgets(1 << 28, 1 << 24);
    type([other], inCall("two"));
    assert.ok(maskOf(other).some((word) => word !== 0));
  });
});
