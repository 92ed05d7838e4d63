import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { bitsetWords, hasBit } from "../../src/base/bitset.ts";
import { utf8Encode } from "../../src/base/bytes.ts";
import type { KernelGrammar } from "../../src/engine/kernel/compiled-grammar.ts";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import { byteVocabulary } from "../../src/service/byte-vocabulary.ts";

const root = process.env.TOKENSIEVE_ROOT ?? "./";
const wasm = readFileSync(`${root}out/kernel/kernel.wasm`);
const JSON_GRAMMAR = readFileSync(`${root}grammars/json/json.ebnf`, "utf8");
const EXPRESSIONS = 'root ::= e\ne ::= e "+" e | e "*" e | "(" e ")" | [0-9]+\n';

/// Steps between two places whose masks are compared on the way back.
const STRIDE = 997;

async function compile(text: string): Promise<KernelGrammar> {
  const result = await new KernelEngine({ wasm }).compile({ kind: "ebnf", text }, byteVocabulary());
  assert.ok(result.ok, JSON.stringify(result.diagnostics));
  return result.grammar;
}

/// Takes a text token by token, looking at the mask of every step, and goes all the way back.
function follow(grammar: KernelGrammar, text: string): void {
  const tokens = utf8Encode(text);
  const matcher = grammar.createMatcher();
  const mask = new Uint32Array(bitsetWords(grammar.vocabulary.size));
  const seen = new Map<number, string>();
  tokens.forEach((token, i) => {
    matcher.fillTokenMask(mask);
    assert.ok(hasBit(mask, token) && matcher.acceptToken(token), `token ${i} is refused`);
    if (matcher.steps % STRIDE === 0) seen.set(matcher.steps, state());
  });
  assert.ok(matcher.isAccepting());

  function state(): string {
    matcher.fillTokenMask(mask);
    return `${mask.join()} ${matcher.isAccepting()}`;
  }

  const stops = [...seen.keys()].reverse();
  for (const stop of stops) {
    matcher.rollback(matcher.steps - stop);
    assert.equal(state(), seen.get(stop), `another mask after rollback to ${stop}`);
  }
  matcher.rollback(matcher.steps);
  assert.equal(matcher.acceptBytes(tokens), tokens.length);
  assert.ok(matcher.isAccepting());
  matcher.dispose();
}

describe("long and deep texts", () => {
  const check = (title: string, grammar: string, text: () => string, maxBytes: number) =>
    it(title, async () => {
      const compiled = await compile(grammar);
      follow(compiled, text());
      const { grammarBytes } = compiled.statistics();
      assert.ok(grammarBytes <= maxBytes, `${grammarBytes} bytes`);
    }).timeout(60_000);
  const MB = 1 << 20;
  const nest = (depth: number, core: string) => "[".repeat(depth) + core + "]".repeat(depth);

  check("flat", JSON_GRAMMAR, () => `[${'{"a":"bcdef"},'.repeat(7200)}1]`, 16 * MB);
  check("1,000 levels deep, 50 times", JSON_GRAMMAR, () => `[${`${nest(1000, "1")},`.repeat(50)}1]`, 16 * MB);
  check(
    "1,000 levels of objects",
    JSON_GRAMMAR,
    () => `${'{"a":'.repeat(1000)}[${"1,".repeat(47_000)}1]${"}".repeat(1000)}`,
    32 * MB,
  );
  check("50,000 levels deep", JSON_GRAMMAR, () => nest(50_000, "1"), 64 * MB);
  check("one string", JSON_GRAMMAR, () => `"${"x".repeat(100_000)}"`, 16 * MB);
  check("an ambiguous sum of 200 operators", EXPRESSIONS, () => `1${"+1*2".repeat(100)}`, 64 * MB);
  check(
    "ambiguous sums, 1,000 levels deep",
    EXPRESSIONS,
    () => `${"(1+".repeat(1000)}1${")".repeat(1000)}`,
    64 * MB,
  );
  check("counted items", 'root ::= [a-c]{0,100000} "!"', () => `${"abc".repeat(33_000)}!`, 64 * MB);
});
