import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CancelledError, type CancelSignal } from "../../src/base/cancellation.ts";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import { type GrammarSource, parseSource } from "../../src/grammar/index.ts";
import { byteVocabulary } from "../../src/service/byte-vocabulary.ts";
import { HOSTILE_CASES } from "./grammars.ts";

const wasm = readFileSync(`${process.env.TOKENSIEVE_ROOT}out/kernel/kernel.wasm`);

/// A signal that fires at the n-th look at it: cancelling at a certain point of the work, whatever
/// the machine's speed.
class CountedSignal implements CancelSignal {
  looks = 0;
  readonly #firesAt: number;
  constructor(firesAt: number) {
    this.#firesAt = firesAt;
  }
  get aborted(): boolean {
    return ++this.looks >= this.#firesAt;
  }
  addEventListener(): void {}
  removeEventListener(): void {}
}

/// Grammars whose automaton takes long to make.
const SLOW = [
  "ebnf: 100k alternatives",
  "regex: two of these meet",
  "regex: 20 lookaheads",
  "json-schema: enum of 10,000",
];

describe("a compile that takes long", () => {
  const engine = new KernelEngine({ wasm });
  for (const title of SLOW) {
    const read = () => {
      const found = HOSTILE_CASES.find((c) => c.title === title);
      assert.ok(found, title);
      const source = found.source();
      assert.ok(source.kind !== "structural-tag");
      const { grammar } = parseSource(source, "allowed");
      assert.ok(grammar);
      return { grammar, source: source as GrammarSource };
    };
    it(`${title}: is cancelled on its way`, async () => {
      const { grammar, source } = read();
      const run = (signal: CountedSignal) =>
        engine.compileGrammar(grammar, source, byteVocabulary(), { signal });
      // The first run fills caches that make the others shorter.
      await run(new CountedSignal(Number.POSITIVE_INFINITY));
      const never = new CountedSignal(Number.POSITIVE_INFINITY);
      await run(never);
      assert.ok(never.looks >= 5, `only ${never.looks} looks`);
      // Some of the looks are between slices of time: so many there are however quick the machine is.
      for (const firesAt of [1, 2, 5]) {
        const signal = new CountedSignal(firesAt);
        await assert.rejects(run(signal), CancelledError);
        assert.equal(signal.looks, firesAt);
      }
    }).timeout(60_000);
    it(`${title}: ends when its time is over`, async () => {
      const { grammar, source } = read();
      const result = await engine.compileGrammar(grammar, source, byteVocabulary(), { timeoutMs: -1 });
      assert.deepEqual(
        result.ok || result.diagnostics.filter((d) => d.severity === "error").map((d) => d.code),
        ["compile-timeout"],
      );
    }).timeout(60_000);
  }
});
