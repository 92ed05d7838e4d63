import assert from "node:assert/strict";
import { bitsetWords, setBits } from "../../src/base/bitset.ts";
import { utf8Encode } from "../../src/base/bytes.ts";
import { CancelledError } from "../../src/base/cancellation.ts";
import type { DiagnosticLocation } from "../../src/base/diagnostic.ts";
import type { CompiledGrammar, GrammarEngine, Matcher } from "../../src/engine/index.ts";
import type { GrammarSource } from "../../src/grammar/index.ts";
import { vocabularyFromTokens } from "../../src/tokenizer/index.ts";

const STOP = { special: "</s>" };
const HALF_EURO = Uint8Array.of(0xe2, 0x82);
const REST_OF_EURO = Uint8Array.of(0xac);
const REST_OF_EURO_B = Uint8Array.of(0xac, 0x62);
const HALF_E_ACUTE = Uint8Array.of(0xc3);
const REST_OF_E_ACUTE = Uint8Array.of(0xa9);
const HALF_SMILE = Uint8Array.of(0xf0, 0x9f);

/// Tokens of one character and of several, some that split characters, and some that are no text.
const TOKENS = [
  ...'abc0123[]{},: \n"',
  ..."éè€😀",
  "ab",
  "abc",
  "bc",
  "ca",
  "],",
  "a€",
  HALF_EURO,
  REST_OF_EURO,
  REST_OF_EURO_B,
  HALF_E_ACUTE,
  REST_OF_E_ACUTE,
  HALF_SMILE,
  Uint8Array.of(0x98, 0x80),
  Uint8Array.of(0xff),
  STOP,
  { special: "<pad>" },
  { unused: true },
] as const;

const VOCABULARY = vocabularyFromTokens(TOKENS, { stopTokens: [TOKENS.indexOf(STOP)] });
const OTHER_VOCABULARY = vocabularyFromTokens(["x", "xx", { special: "</s>" }]);
const STOP_TOKEN = TOKENS.indexOf(STOP);

type Token = (typeof TOKENS)[number];
const ebnf = (text: string): GrammarSource => ({ kind: "ebnf", text });

/// What any engine must do, whatever it is made of. Call it inside of no `describe`.
export function engineConformance(name: string, makeEngine: () => Promise<GrammarEngine>): void {
  describe(`${name}: what every engine does`, () => {
    let engine: GrammarEngine;
    before(async () => {
      engine = await makeEngine();
    });
    after(() => engine.dispose());

    async function compile(source: GrammarSource): Promise<CompiledGrammar> {
      const result = await engine.compile(source, VOCABULARY);
      assert.ok(result.ok, JSON.stringify(result.diagnostics));
      return result.grammar;
    }

    /// Runs `use` on a matcher that has read `prefix`.
    async function withMatcher(
      source: GrammarSource | string,
      prefix: string | Uint8Array,
      use: (matcher: Matcher, grammar: CompiledGrammar) => void,
    ): Promise<void> {
      const grammar = await compile(typeof source === "string" ? ebnf(source) : source);
      const matcher = grammar.createMatcher();
      const bytes = typeof prefix === "string" ? utf8Encode(prefix) : prefix;
      if (bytes.length > 0) assert.equal(matcher.acceptBytes(bytes), bytes.length);
      use(matcher, grammar);
      matcher.dispose();
      grammar.dispose();
    }

    const maskOf = (matcher: Matcher): number[] => {
      const mask = new Uint32Array(bitsetWords(VOCABULARY.size)).fill(0xaaaaaaaa);
      matcher.fillTokenMask(mask);
      return [...setBits(mask)];
    };
    const show = (token: Token): string =>
      typeof token === "string"
        ? token
        : token instanceof Uint8Array
          ? Buffer.from(token).toString("hex")
          : "·";

    describe("masks", () => {
      const check = (
        grammar: GrammarSource | string,
        prefix: string | Uint8Array,
        allowed: readonly Token[],
      ) => {
        const text = typeof grammar === "string" ? grammar : grammar.text;
        it(`${text} after ${JSON.stringify(String(prefix))}: ${allowed.map(show).join(" ")}`, () =>
          withMatcher(grammar, prefix, (matcher) => {
            assert.deepEqual(
              maskOf(matcher),
              allowed.map((token) => TOKENS.indexOf(token)).sort((a, b) => a - b),
            );
            for (const [id, token] of TOKENS.entries()) {
              const taken = matcher.acceptToken(id);
              assert.equal(taken, allowed.includes(token), `acceptToken ${show(token)}`);
              if (taken) matcher.rollback(1);
            }
          }));
      };
      check('root ::= "a"', "", ["a"]);
      check('root ::= "a"', "a", [STOP]);
      check('root ::= "abc"', "", ["a", "ab", "abc"]);
      check('root ::= "abc"', "a", ["b", "bc"]);
      check('root ::= "a"*', "", ["a", STOP]);
      check('root ::= x y\nx ::= "a" | "ab"\ny ::= "bc" | "c"', "", ["a", "ab", "abc"]);
      check('root ::= x y\nx ::= "a" | "ab"\ny ::= "bc" | "c"', "a", ["b", "c", "bc"]);
      check('root ::= "b" | "abb" | "aba"', "ab", ["b", "a"]);
      check("root ::= [a-c]{2}", "", ["a", "b", "c", "ab", "bc", "ca"]);
      check("root ::= [a-c]{0,40}", "ab".repeat(20), [STOP]);
      check("root ::= [a-c]{20,40}", "ab".repeat(10), ["a", "b", "c", "ab", "abc", "bc", "ca", STOP]);
      check('root ::= list\nlist ::= "[" (item ("," item)*)? "]"\nitem ::= "0" | list', "[0", [",", "]"]);
      check('root ::= list\nlist ::= "[" (item ("," item)*)? "]"\nitem ::= "0" | list', "[[0", [
        ",",
        "]",
        "],",
      ]);
      check('root ::= "é"', "", ["é", HALF_E_ACUTE]);
      check("root ::= [é-ë]", HALF_E_ACUTE, [REST_OF_E_ACUTE]);
      check('root ::= [€] "b"', "", ["€", HALF_EURO]);
      check('root ::= [€] "b"', HALF_EURO, [REST_OF_EURO, REST_OF_EURO_B]);
      check('root ::= "a" [^a-z]', "a", [
        ...('0123[]{},: \n"éè€😀' as Iterable<Token>),
        HALF_EURO,
        HALF_E_ACUTE,
        HALF_SMILE,
      ]);
      check({ kind: "regex", text: "[ab]+(?:,[ab]+)?" }, "a", ["a", "b", "ab", ",", STOP]);
      check({ kind: "json-schema", text: '{"enum":["ab","ac",[1,2]]}', whitespace: "compact" }, '"a', [
        "b",
        "c",
      ]);
      check({ kind: "json-schema", text: '{"enum":["ab","ac",[1,2]]}', whitespace: "compact" }, "[1,2", [
        "]",
      ]);
      check({ kind: "json-schema", text: '{"enum":[[1,2]]}', whitespace: "spaced" }, "[1,", [" "]);
      check({ kind: "json-schema", text: '{"enum":[[1,2]]}', whitespace: "flexible" }, "[1,", [
        " ",
        "\n",
        "2",
      ]);
    });

    it("says whether a mask restricts anything", async () => {
      const result = await engine.compile(ebnf('root ::= "x"{2,4} | "xxxxxx"'), OTHER_VOCABULARY);
      assert.ok(result.ok);
      const matcher = result.grammar.createMatcher();
      const mask = new Uint32Array(bitsetWords(OTHER_VOCABULARY.size));
      for (const [text, expected] of [
        ["", false],
        ["x", false],
        ["xxxxx", true],
        ["xxxxxx", true],
      ] as const) {
        matcher.acceptBytes(utf8Encode(text));
        assert.equal(matcher.fillTokenMask(mask), expected, text);
        matcher.rollback(1);
      }
      matcher.dispose();
      result.grammar.dispose();
    });

    describe("acceptBytes takes the longest prefix", () => {
      const check = (grammar: string, text: string | number[], expected: number) =>
        it(`${grammar} of ${shorten(JSON.stringify(text))}: ${expected}`, () =>
          withMatcher(grammar, "", (matcher) => {
            const bytes = typeof text === "string" ? utf8Encode(text) : Uint8Array.from(text);
            assert.equal(matcher.acceptBytes(bytes), expected);
            assert.equal(matcher.steps, 1);
            matcher.rollback(1);
            assert.equal(matcher.acceptBytes(bytes), expected);
          }));
      check('root ::= "abc"', "abx", 2);
      check('root ::= "abc"', "x", 0);
      check('root ::= "abc"', "", 0);
      check('root ::= "a€b"', "a€c", 4);
      check('root ::= "a€b"', [0x61, 0xe2, 0x83], 2);
      check("root ::= [^a]", [0xc0, 0x80], 0);
      check("root ::= [^a]", [0xed, 0xa0], 1);
      check("root ::= [^a]", [0xf4, 0x90], 1);
      check("root ::= [^a]*", "b\0€😀", 9);
      check("root ::= [a-c]*", "abc".repeat(50_000), 150_000);
    });

    describe("forcedBytes", () => {
      const check = (grammar: string, prefix: string, expected: string) =>
        it(`${grammar} after ${JSON.stringify(prefix)}: ${shorten(JSON.stringify(expected))}`, () =>
          withMatcher(grammar, prefix, (matcher) => {
            assert.equal(
              Buffer.from(matcher.forcedBytes()).toString("latin1"),
              Buffer.from(expected).toString("latin1"),
            );
            // It changes nothing.
            assert.equal(matcher.steps, prefix === "" ? 0 : 1);
          }));
      check('root ::= "abc"', "", "abc");
      check('root ::= "abc"', "abc", "");
      check('root ::= "ab" | "ac"', "", "a");
      check('root ::= "ab"? "ab"', "", "ab");
      check('root ::= "a" x "c"\nx ::= "b" | "b" "b"', "", "ab");
      check('root ::= "é😀" [ab]', "", "é😀");
      check("root ::= [€]", "", "€");
      check('root ::= "a"{1000}', "", "a".repeat(1000));
      it("ends inside of a character where its first bytes are all that is sure", () =>
        withMatcher('root ::= "é" | "è"', "", (matcher) => {
          assert.deepEqual([...matcher.forcedBytes()], [0xc3]);
        }));
    });

    describe("allowedBytes", () => {
      const check = (grammar: string, prefix: string | Uint8Array, expected: number[]) =>
        it(`${grammar} after ${JSON.stringify(String(prefix))}`, () =>
          withMatcher(grammar, prefix, (matcher) => {
            assert.deepEqual([...setBits(matcher.allowedBytes())], expected);
          }));
      check("root ::= [a-c]", "", [0x61, 0x62, 0x63]);
      check("root ::= [a-c]", "a", []);
      check("root ::= [é€😀]", "", [0xc3, 0xe2, 0xf0]);
      check("root ::= [é€😀]", HALF_EURO, [0xac]);
      check('root ::= "a" x\nx ::= "b" x | ""', "a", [0x62]);
    });

    it("undoes steps of tokens and of bytes", () =>
      withMatcher("root ::= [a-c]{3}", "", (matcher) => {
        const before = maskOf(matcher);
        assert.ok(matcher.acceptToken(TOKENS.indexOf("ab")));
        assert.equal(matcher.acceptBytes(utf8Encode("cx")), 1);
        assert.equal(matcher.steps, 2);
        assert.ok(matcher.isAccepting());
        matcher.rollback(0);
        matcher.rollback(1);
        assert.ok(!matcher.isAccepting());
        assert.equal(matcher.acceptBytes(utf8Encode("a")), 1);
        matcher.rollback(2);
        assert.equal(matcher.steps, 0);
        assert.deepEqual(maskOf(matcher), before);
        assert.throws(() => matcher.rollback(1));
      }));

    it("forks into independent matchers", () =>
      withMatcher('root ::= "a" ("b" | "c") [0-3]', "", (matcher) => {
        assert.ok(matcher.acceptToken(TOKENS.indexOf("a")));
        const other = matcher.fork();
        assert.equal(other.steps, 0);
        assert.ok(matcher.acceptToken(TOKENS.indexOf("b")));
        assert.deepEqual(
          maskOf(other),
          ["b", "c"].map((t) => TOKENS.indexOf(t as Token)),
        );
        assert.ok(other.acceptToken(TOKENS.indexOf("c")));
        matcher.rollback(2);
        assert.deepEqual(
          maskOf(matcher),
          [TOKENS.indexOf("a"), TOKENS.indexOf("ab")].sort((a, b) => a - b),
        );
        assert.equal(other.acceptBytes(utf8Encode("0")), 1);
        assert.ok(other.isAccepting());
        other.dispose();
        assert.ok(matcher.acceptToken(TOKENS.indexOf("a")));
      }));

    it("ends with a stop token, only where the text is complete", () =>
      withMatcher('root ::= "a" "b"?', "", (matcher) => {
        assert.ok(!matcher.acceptToken(STOP_TOKEN));
        assert.ok(!matcher.isAccepting() && !matcher.isTerminated());
        assert.ok(matcher.acceptToken(TOKENS.indexOf("a")));
        assert.ok(matcher.isAccepting());
        assert.ok(matcher.acceptToken(STOP_TOKEN));
        assert.ok(matcher.isTerminated() && matcher.isAccepting());
        assert.deepEqual(maskOf(matcher), []);
        assert.equal(matcher.acceptBytes(utf8Encode("b")), 0);
        assert.ok(!matcher.acceptToken(TOKENS.indexOf("b")) && !matcher.acceptToken(STOP_TOKEN));
        assert.equal(matcher.forcedBytes().length, 0);
        assert.deepEqual([...setBits(matcher.allowedBytes())], []);
        const ended = matcher.fork();
        assert.ok(ended.isTerminated());
        ended.dispose();
        matcher.rollback(2);
        assert.ok(!matcher.isTerminated());
        assert.deepEqual(
          maskOf(matcher),
          [TOKENS.indexOf("b"), STOP_TOKEN].sort((a, b) => a - b),
        );
      }));

    it("refuses ids outside of the vocabulary", () =>
      withMatcher("root ::= [a-c]*", "", (matcher) => {
        for (const token of [-1, VOCABULARY.size, VOCABULARY.size + 0x61, 2 ** 31 - 1]) {
          assert.ok(!matcher.acceptToken(token), String(token));
        }
      }));

    it("keeps grammars and vocabularies apart", async () => {
      const first = await compile(ebnf('root ::= "a"'));
      const second = await compile(ebnf('root ::= "b"'));
      const other = await engine.compile(ebnf('root ::= "xx"'), OTHER_VOCABULARY);
      assert.ok(other.ok);
      const one = first.createMatcher();
      const two = second.createMatcher();
      first.dispose();
      const three = other.grammar.createMatcher();
      assert.deepEqual(maskOf(two), [TOKENS.indexOf("b")]);
      assert.ok(three.acceptToken(1) && three.isAccepting());
      one.dispose();
      for (const disposable of [two, three, second, other.grammar]) disposable.dispose();
      second.dispose();
    });

    it("keeps matchers of a disposed grammar going", async () => {
      const grammar = await compile(ebnf('root ::= "ab"'));
      const matcher = grammar.createMatcher();
      grammar.dispose();
      grammar.dispose();
      assert.throws(() => grammar.createMatcher(), /disposed/);
      assert.equal(matcher.acceptBytes(Buffer.from("ab")), 2);
      const copy = matcher.fork();
      matcher.dispose();
      assert.ok(copy.isAccepting());
      copy.dispose();
    });

    describe("refuses bad grammars", () => {
      const check = (source: GrammarSource, code: string, place?: string) =>
        it(`${source.kind} ${shorten(source.text)}: ${code} at ${place ?? "some place"}`, async () => {
          const result = await engine.compile(source, VOCABULARY);
          assert.ok(!result.ok, "it compiled");
          const error = result.diagnostics.find((d) => d.severity === "error")!;
          assert.equal(error.code, code, error.message);
          if (place !== undefined) assert.equal(placeOf(error.location), place);
        });
      check(ebnf('root ::= "a'), "ebnf-syntax", "9");
      check(ebnf("root ::= item"), "ebnf-undefined-rule", "9");
      check(ebnf('item ::= "a"'), "ebnf-no-root");
      check(ebnf('root ::= "a" root'), "grammar-empty-language", "0");
      check({ kind: "gbnf", text: "root ::= (" }, "gbnf-syntax");
      check({ kind: "regex", text: "a(" }, "regex-syntax");
      check({ kind: "json-schema", text: '{"type": }' }, "schema-syntax", "9");
      check({ kind: "json-schema", text: "false" }, "schema-empty", "");
      check(
        { kind: "json-schema", text: '{"properties":{"a":{"$ref":"https://x.example/y.json"}}}' },
        "schema-remote-ref",
        "/properties/a/$ref",
      );
      check({ kind: "json-schema", text: '{"$ref":"#/$defs/x"}' }, "schema-unresolved-ref", "/$ref");
    });

    it("throws CancelledError for a signal that has fired", async () => {
      await assert.rejects(
        engine.compile(ebnf('root ::= "a"'), VOCABULARY, { signal: AbortSignal.abort() }),
        CancelledError,
      );
      await compile(ebnf('root ::= "a"')).then((grammar) => grammar.dispose());
    });
  });
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function placeOf(location: DiagnosticLocation | undefined): string {
  switch (location?.kind) {
    case "text":
      return String(location.span.from);
    case "json-pointer":
      return location.pointer;
    default:
      return "nowhere";
  }
}
