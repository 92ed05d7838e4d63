import assert from "node:assert/strict";
import fc from "fast-check";
import { grammars, texts } from "../../../test/reference/arbitrary-grammar.ts";
import { ReferenceMatcher } from "../../../test/reference/recognizer.ts";
import { xgrammarWorkerUrl } from "../../../test/support/xgrammar-worker.ts";
import { bitsetWords, hasBit, setBits } from "../../base/bitset.ts";
import { checkGrammar, type Grammar, parseEbnf, printEbnf } from "../../grammar/index.ts";
import { type Vocabulary, vocabularyFromTokens } from "../../tokenizer/index.ts";
import type { Matcher } from "../engine.ts";
import { XGrammarEngine } from "./engine.ts";

/// Tokens of several characters, cut anywhere; and one that ends the text. (Two vocabularies only: each
/// takes a thread, of which the engine keeps two.)
const vocabularies = fc
  .array(
    fc
      .tuple(
        texts.filter((text) => text !== ""),
        fc.nat(3),
        fc.nat(3),
      )
      .map(([text, from, drop]) => {
        const bytes = new TextEncoder().encode(text);
        const start = Math.min(from, bytes.length - 1);
        return bytes.slice(start, Math.max(start + 1, bytes.length - drop));
      }),
    { minLength: 60, maxLength: 80 },
  )
  .map((tokens) => vocabularyFromTokens([...tokens, { special: "</s>" }]));

const VOCABULARIES = fc.sample(vocabularies, { seed: 1, numRuns: 2 });

const vocabulary = fc.constantFrom(...VOCABULARIES);
/// Which of the bytes that may come next to take.
const walks = fc.array(fc.nat(255), { minLength: 3, maxLength: 10 });

describe("XGrammar decides as the reference does", () => {
  let engine: XGrammarEngine;
  before(async () => {
    engine = new XGrammarEngine({ workerUrl: await xgrammarWorkerUrl() });
  });
  after(() => engine.dispose());

  async function check(grammar: Grammar, vocabulary: Vocabulary, choices: readonly number[]): Promise<void> {
    // Through its text, as it would come; what the engine refuses by design is left out.
    const { text } = printEbnf(grammar);
    if (text === undefined) return;
    const parsed = parseEbnf(text).grammar!;
    if (checkGrammar(parsed).some((d) => d.severity === "error")) return;
    const result = await engine.compile({ kind: "ebnf", text }, vocabulary);
    assert.ok(result.ok, text);
    const reference = new ReferenceMatcher(parsed);
    const matcher = result.grammar.createMatcher();
    for (const choice of [...choices, 0]) {
      compare(matcher, reference, vocabulary);
      const next = [...reference.nextBytes()];
      if (next.length === 0) break;
      const byte = next[choice % next.length]!;
      assert.ok(reference.push(byte));
      assert.equal(matcher.acceptBytes(Uint8Array.of(byte)), 1);
    }
    matcher.dispose();
    result.grammar.dispose();
  }

  it("on random grammars and vocabularies", async () => {
    await fc.assert(fc.asyncProperty(grammars({ sets: false }), vocabulary, walks, check), {
      seed: 7,
      numRuns: 250,
      endOnFailure: true,
    });
  }).timeout(120_000);

  it("on random grammars with intersections and complements", async () => {
    await fc.assert(fc.asyncProperty(grammars({ sets: true }), vocabulary, walks, check), {
      seed: 8,
      numRuns: 100,
      endOnFailure: true,
    });
  }).timeout(120_000);

  it("where a rule is too ambiguous to be made deterministic", async () => {
    const text = String.raw`root ::= (r1 | "\"😀a" | "€")? ("\"€" | "\\b\"é")? [\\-a] [^\u0000-\u007F] (r1 | "\\") [^a]
      r1 ::= (([^a] | "a\\" | "a"){2,3} | "" | "😀\\\\"){2,3}`;
    const { grammar } = parseEbnf(text);
    for (const walk of [
      [97, 4, 70],
      [4, 97, 97, 8],
      [60, 60, 60],
    ])
      await check(grammar!, VOCABULARIES[0]!, walk);
  }).timeout(60_000);
});

function compare(matcher: Matcher, reference: ReferenceMatcher, vocabulary: Vocabulary): void {
  assert.equal(matcher.isAccepting(), reference.isAccepting);
  assert.deepEqual(
    [...setBits(matcher.allowedBytes())],
    [...reference.nextBytes()].sort((a, b) => a - b),
  );
  const mask = new Uint32Array(bitsetWords(vocabulary.size));
  matcher.fillTokenMask(mask);
  for (let token = 0; token < vocabulary.size; token++) {
    const expected =
      vocabulary.kind(token) === "normal" ? fits(reference, vocabulary.bytes(token)) : reference.isAccepting;
    assert.equal(hasBit(mask, token), expected, `token ${vocabulary.bytes(token)}`);
  }
}

function fits(reference: ReferenceMatcher, bytes: Uint8Array): boolean {
  let taken = 0;
  while (taken < bytes.length && reference.push(bytes[taken]!)) taken++;
  reference.pop(taken);
  return taken === bytes.length;
}
