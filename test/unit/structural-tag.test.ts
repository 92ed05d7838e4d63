import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { bitsetWords, hasBit } from "../../src/base/bitset.ts";
import { concatBytes, utf8Decode, utf8Encode } from "../../src/base/bytes.ts";
import type { CompiledGrammar, GrammarEngine, Matcher } from "../../src/engine/engine.ts";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import { XGrammarEngine } from "../../src/engine/xgrammar/engine.ts";
import { type GrammarSource, parseSource, toolCallTag } from "../../src/grammar/index.ts";
import { byteVocabulary } from "../../src/service/byte-vocabulary.ts";
import { loadBuiltInTokenizer, type Vocabulary, vocabularyFromTokens } from "../../src/tokenizer/index.ts";
import { ReferenceMatcher } from "../reference/recognizer.ts";
import { xgrammarWorkerUrl } from "../support/xgrammar-worker.ts";

const wasm = readFileSync(`${process.env.TOKENSIEVE_ROOT}out/kernel/kernel.wasm`);
const kernel = async (): Promise<KernelEngine> => new KernelEngine({ wasm });

const source = (format: unknown): GrammarSource => ({
  kind: "structural-tag",
  text: JSON.stringify({ type: "structural_tag", format }),
});
const tag = (begin: unknown, content: unknown, end: unknown) => ({ type: "tag", begin, content, end });
const schema = (json_schema: unknown) => ({ type: "json_schema", json_schema });
const TEXT = { type: "any_text" };
const NUMBER = tag("<f=n>", schema({ type: "integer" }), "</f>");
const FLAG = tag("<f=flag>", schema({ type: "boolean" }), "</f>");
const TOOLS = { type: "triggered_tags", triggers: ["<f="], tags: [NUMBER, FLAG] };
const LIST = { type: "tags_with_separator", separator: ", ", tags: [NUMBER, FLAG] };

async function compiled(
  engine: GrammarEngine,
  format: unknown,
  vocabulary: Vocabulary,
): Promise<CompiledGrammar> {
  const result = await engine.compile(source(format), vocabulary);
  assert.ok(result.ok, JSON.stringify(result.diagnostics));
  return result.grammar;
}

// What both engines do; where XGrammar's reading of a format is not exact it is not asked.
const engines: readonly { readonly name: string; readonly make: () => Promise<GrammarEngine> }[] = [
  { name: "XGrammar", make: async () => new XGrammarEngine({ workerUrl: await xgrammarWorkerUrl() }) },
  { name: "the kernel", make: kernel },
];
for (const { name, make } of engines) {
  describe(`structural tags under ${name}`, () => {
    let engine: GrammarEngine;
    before(async () => {
      engine = await make();
    });
    after(() => engine.dispose());

    const check = (format: unknown, accepted: readonly string[], rejected: readonly string[]) =>
      it(JSON.stringify(format), async () => {
        const grammar = await compiled(engine, format, byteVocabulary());
        const takes = (text: string): boolean => {
          const bytes = utf8Encode(text);
          const matcher = grammar.createMatcher();
          const taken = matcher.acceptBytes(bytes) === bytes.length && matcher.isAccepting();
          matcher.dispose();
          return taken;
        };
        for (const text of accepted) assert.ok(takes(text), `rejected ${JSON.stringify(text)}`);
        for (const text of rejected) assert.ok(!takes(text), `accepted ${JSON.stringify(text)}`);
        grammar.dispose();
      });

    check({ type: "const_string", value: "a€" }, ["a€"], ["a", "b"]);
    check({ type: "regex", pattern: "[a-c]+x" }, ["abx"], ["x"]);
    check({ type: "grammar", grammar: 'root ::= "a" root "b" | "c"' }, ["aacbb"], ["acbb"]);
    check(schema({ type: "array", items: { type: "null" } }), ["[null, null]", "[]"], ["[1]"]);
    check(TEXT, ["", "a\n€"], []);
    check(
      { type: "sequence", elements: [{ type: "const_string", value: "a" }, TEXT] },
      ["a", "a<b"],
      ["", "b"],
    );
    check(
      {
        type: "or",
        elements: [
          { type: "const_string", value: "a" },
          { type: "regex", pattern: "b+" },
        ],
      },
      ["a", "bb"],
      ["ab"],
    );
    check(tag("<t>", TEXT, "</t>"), ["<t></t>", "<t>a</b</t>"], ["<t>", "<t>a</t>b"]);
    check(TOOLS, ["", "a", "<f", "a<f=n>1</f>b<f=flag>true</f>"], ["<f=", "<f=n>true</f>", "<f=x>"]);
    check({ ...TOOLS, at_least_one: true }, ["<f=n>1</f>", "<f=n>1</f>a"], ["", "a<f=n>1</f>"]);
    check({ ...TOOLS, stop_after_first: true }, ["", "a", "a<f=n>1</f>"], ["<f=n>1</f>a"]);
    check({ ...TOOLS, at_least_one: true, stop_after_first: true }, ["<f=n>1</f>"], ["", "<f=n>1</f>a"]);
    check(tag("<a>", TOOLS, "</a>"), ["<a></a>", "<a>b<f=n>1</f></a>"], ["<a>", "<a>b</a>c"]);
    check(LIST, ["", "<f=n>1</f>", "<f=n>1</f>, <f=flag>true</f>"], ["<f=n>1</f>,", ","]);
    check({ ...LIST, at_least_one: true }, ["<f=n>1</f>"], [""]);
    check({ ...LIST, stop_after_first: true }, ["", "<f=n>1</f>"], ["<f=n>1</f>, <f=n>1</f>"]);
  });
}

/// Tokens that span the parts of tags, that split characters, and that end inside of a trigger.
const STOP = { special: "</s>" };
const CALL = { special: "<call>" };
const TOKENS = [
  ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
  ..."<f=|a<|</f>|=n>|<f=n>1|f=flag>t|1</f>b|x<f|é<|a€b|<<f|</f><f=|true</f>|€€|</f|</f>1".split("|"),
  Uint8Array.of(0x61, 0xe2, 0x82),
  Uint8Array.of(0x82, 0xac, 0x3c),
  Uint8Array.of(0xac, 0x3c, 0x66, 0x3d),
  CALL,
  STOP,
];
const SMALL = vocabularyFromTokens(TOKENS, { stopTokens: [TOKENS.indexOf(STOP)] });

function maskOf(matcher: Matcher, vocabulary: Vocabulary): Uint32Array {
  const mask = new Uint32Array(bitsetWords(vocabulary.size));
  matcher.fillTokenMask(mask);
  return mask;
}

describe("structural tags: masks", () => {
  const check = (format: unknown, text: string) =>
    it(`${JSON.stringify(format)} along ${JSON.stringify(text)}`, async () => {
      const engine = await kernel();
      const instance = await engine.prepare(SMALL);
      const { grammar } = parseSource(source(format), "allowed");
      assert.ok(grammar);
      // By walks, and by prechecks as with a large vocabulary.
      for (const nodes of [3000, 1]) {
        instance.exports.set_direct_limit(nodes);
        const reference = new ReferenceMatcher(grammar);
        const compiledGrammar = await compiled(engine, format, SMALL);
        const matcher = compiledGrammar.createMatcher();
        for (const byte of [...utf8Encode(text), undefined]) {
          const mask = maskOf(matcher, SMALL);
          TOKENS.forEach((token, id) => {
            const expected =
              token === STOP ? reference.isAccepting : token !== CALL && takes(reference, SMALL.bytes(id));
            assert.equal(hasBit(mask, id), expected, `token ${id} after ${reference.length} bytes`);
          });
          if (byte === undefined) break;
          assert.ok(matcher.acceptToken(byte) && reference.push(byte));
        }
        assert.ok(matcher.isAccepting());
        compiledGrammar.dispose();
      }
    });
  const takes = (reference: ReferenceMatcher, bytes: Uint8Array): boolean => {
    let taken = 0;
    while (taken < bytes.length && reference.push(bytes[taken]!)) taken++;
    reference.pop(taken);
    return taken === bytes.length;
  };

  const text = "a€<<f=n>12</f>é<f<f=flag>true</f><";
  const properties = { a: { type: "string" }, f: { type: "integer" } };
  check(
    { type: "json_schema", json_schema: { type: "object", properties, required: ["a"] }, style: "qwen_xml" },
    "<parameter=a>a€<</f></parameter>\n<parameter=f>12</parameter>",
  );
  check(TOOLS, text);
  check({ ...TOOLS, stop_after_first: true }, "a€<<f=n>12</f>");
  check({ ...TOOLS, excludes: ["€€", "<b"] }, text);
  check(tag("<a>", TOOLS, ["</a>", "</f>"]), `<a>${text}/</f>`);
  check({ type: "sequence", elements: [TOOLS, { type: "const_string", value: "<f=!" }] }, `${text}<f=!`);
  check(tag("<", TEXT, "€<"), "<a€€<");
  check({ ...LIST, at_least_one: true }, "<f=n>1</f>, <f=flag>true</f>");
  check({ type: "dispatch", rules: [["f=", { type: "regex", pattern: "n>\\d" }]] }, "<f=n>1</f");
});

describe("structural tags: tokens by name", () => {
  const call = { type: "token", token: "<call>" };
  const tagged = tag(call, { type: "regex", pattern: "\\d" }, "!");
  const check = (format: unknown, accepted: readonly (string | 0)[], allowed: boolean) =>
    it(`${JSON.stringify(format)} after ${JSON.stringify(accepted)}: ${allowed}`, async () => {
      const grammar = await compiled(await kernel(), format, SMALL);
      const matcher = grammar.createMatcher();
      const id = TOKENS.indexOf(CALL);
      for (const part of accepted) {
        if (part === 0) assert.ok(matcher.acceptToken(id), "the token");
        else assert.equal(matcher.acceptBytes(utf8Encode(part)), utf8Encode(part).length, part);
      }
      assert.equal(hasBit(maskOf(matcher, SMALL), id), allowed);
      grammar.dispose();
    });
  check(call, [], true);
  check(call, [0], false);
  check({ type: "sequence", elements: [TEXT, tagged] }, ["a€"], true);
  check({ type: "sequence", elements: [TEXT, tagged] }, ["a", 0], false);
  const dispatch = { type: "token_triggered_tags", trigger_tokens: ["<call>"], tags: [tagged] };
  check(dispatch, [], true);
  check(dispatch, [0], false);
  check(dispatch, [0, "1!"], true);
  check({ ...dispatch, stop_after_first: true }, [0, "1!"], false);
  check({ type: "any_tokens", exclude_tokens: ["<call>"] }, [], false);
  check({ type: "exclude_token" }, [], true);
  check(tag("", { type: "any_tokens" }, call), [], true);
  check(tag("", { type: "any_tokens" }, call), [0], false);

  it("refuses tokens that the vocabulary lacks, where they stand", async () => {
    const format = { type: "token", token: "<nothing>" };
    const result = await (await kernel()).compile(source(format), SMALL);
    assert.ok(!result.ok);
    const [{ code, location }] = result.diagnostics as [(typeof result.diagnostics)[0]];
    assert.equal(code, "unknown-token");
    assert.ok(location?.kind === "json-pointer" && location.span);
    assert.equal(source(format).text.slice(location.span.from, location.span.to), JSON.stringify(format));
  });
});

describe("structural tags: 128 tools and a real vocabulary", () => {
  const tools = Array.from({ length: 128 }, (_, i) => ({
    type: "function",
    function: {
      name: `tool_${i}`,
      parameters: {
        type: "object",
        properties: { [`key_${i}`]: { type: "string" }, count: { type: "integer" } },
        required: [`key_${i}`],
        additionalProperties: false,
      },
    },
  }));
  const call = (i: number, args: object) =>
    `<tool_call>\n{"name": "tool_${i}", "arguments": ${JSON.stringify(args)}}\n</tool_call>`;

  it("follows an answer with calls in it", async () => {
    const { text, diagnostics } = toolCallTag(JSON.stringify(tools), { template: "hermes" });
    assert.deepEqual(diagnostics, []);
    const { vocabulary, encode } = await loadBuiltInTokenizer("llama3").then((t) => ({
      vocabulary: t.vocabulary,
      encode: (s: string) => t.encode(s),
    }));
    const result = await (await kernel()).compile({ kind: "structural-tag", text: text! }, vocabulary);
    assert.ok(result.ok, JSON.stringify(result.diagnostics));
    const matcher = result.grammar.createMatcher();
    const free = 'If a < b, <tool_x> says "größer 😀"; now: ';
    const answer = `${free}${call(7, { key_7: "é\n" })} and ${call(127, { key_127: "", count: -3 })}\n`;
    for (const token of encode(answer)) {
      const mask = maskOf(matcher, vocabulary);
      assert.ok(hasBit(mask, token), `token ${token}`);
      // A sample of the rest: the mask says what acceptToken does.
      for (let other = token % 1499; other < vocabulary.size; other += 1499) {
        const taken = matcher.acceptToken(other);
        assert.equal(taken, hasBit(mask, other), `token ${other}`);
        if (taken) matcher.rollback(1);
      }
      assert.ok(matcher.acceptToken(token));
    }
    assert.ok(matcher.isAccepting());
  });

  it("decides about tokens in free text without its surroundings", async () => {
    const { text } = toolCallTag(JSON.stringify(tools), { template: "hermes" });
    const { vocabulary } = await loadBuiltInTokenizer("llama3");
    const result = await (await kernel()).compile({ kind: "structural-tag", text: text! }, vocabulary);
    assert.ok(result.ok);
    for (const before of ["", "a", "é <tool", "<tool_cal"]) {
      const matcher = result.grammar.createMatcher();
      matcher.acceptBytes(utf8Encode(before));
      const { dependent, independent } = matcher.maskParts();
      let decided = 0;
      for (let id = 0; id < vocabulary.size; id++) if (hasBit(independent, id)) decided++;
      assert.ok(decided > 0.9 * vocabulary.size, `${decided} after ${before}`);
      assert.ok(dependent < 0.01 * vocabulary.size, `${dependent} of ${decided} after ${before}`);
    }
  });
});

/// Whether at most three more bytes make well-formed text of it.
function beginsText(bytes: Uint8Array, more = 3): boolean {
  if (utf8Decode(bytes) !== undefined) return true;
  // One of these may come second behind any lead byte.
  const next = [0x80, 0x90, 0xa0];
  return more > 0 && next.some((byte) => beginsText(concatBytes([bytes, Uint8Array.of(byte)]), more - 1));
}

describe("structural tags: masks of both engines on a real vocabulary", () => {
  it("differ in tokens that no text can go on with, which XGrammar's free text allows", async () => {
    const tokenizer = await loadBuiltInTokenizer("llama3");
    const { vocabulary } = tokenizer;
    const format = {
      type: "triggered_tags",
      triggers: ["<tool_call>"],
      tags: [
        tag("<tool_call>one ", { type: "regex", pattern: "[0-9]{1,3}" }, "</tool_call>"),
        tag("<tool_call>two ", { type: "grammar", grammar: 'root ::= "(" root ")" | "x"' }, "</tool_call>"),
      ],
    };
    const other = new XGrammarEngine({ workerUrl: await xgrammarWorkerUrl() });
    const ours = (await compiled(await kernel(), format, vocabulary)).createMatcher();
    const theirs = (await compiled(other, format, vocabulary)).createMatcher();
    let before = new Uint8Array(0);
    const text =
      "Hello <b>, größer 😀 <tool <tool_call>one 12</tool_call> <<tool_call>two ((x))</tool_call>.";
    for (const token of tokenizer.encode(text)) {
      const [mine, wide] = [maskOf(ours, vocabulary), maskOf(theirs, vocabulary)];
      for (let id = 0; id < vocabulary.size; id++) {
        if (hasBit(mine, id) === hasBit(wide, id)) continue;
        const bytes = concatBytes([before, vocabulary.bytes(id)]);
        assert.ok(hasBit(wide, id) && !beginsText(bytes), `token ${id}`);
      }
      assert.ok(ours.acceptToken(token) && theirs.acceptToken(token));
      before = concatBytes([before, vocabulary.bytes(token)]);
    }
    other.dispose();
  });
});
