import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { hasBit } from "../base/bitset.ts";
import { utf8Encode } from "../base/bytes.ts";
import type { InputError } from "../base/diagnostic.ts";
import { KernelEngine } from "../engine/kernel/engine.ts";
import { vocabularyFromTokens } from "../tokenizer/flat-vocabulary.ts";
import { ByteModel } from "./byte-model.ts";
import { ConstrainedSource, restrict } from "./constraint.ts";
import { CoverStream, type CoverTarget } from "./cover-stream.ts";
import { ByteEnsemble } from "./ensemble.ts";
import { hashedModel, longestMatch } from "./testing/toy-model.ts";
import { searchBytes, writeBytes } from "./writing.ts";

const tokens = [
  "a",
  "b",
  "ab",
  "ba",
  "aba",
  "[",
  "]",
  ",",
  "a,",
  "€",
  Uint8Array.of(0xe2),
  { special: "</s>" },
];
const vocabulary = vocabularyFromTokens(tokens);
const wasm = readFileSync(`${process.env.TOKENSIEVE_ROOT}out/kernel/kernel.wasm`);

/// The grammar's matcher, compiled for a vocabulary that has nothing to do with the model's.
async function matcher(ebnf: string) {
  const result = await new KernelEngine({ wasm }).compile(
    { kind: "ebnf", text: ebnf },
    vocabularyFromTokens(["x", { special: "</s>" }]),
  );
  assert.ok(result.ok, JSON.stringify(result.diagnostics));
  return result.grammar.createMatcher();
}

const stream = (seed = 1, target: CoverTarget = { kind: "all", minShare: 0 }) =>
  CoverStream.open(new ByteModel(hashedModel(longestMatch(vocabulary), seed)), [], target);
const LIST = 'root ::= "[" item ("," item)* "]"\nitem ::= [ab]+ | "€"';

describe("ConstrainedSource", () => {
  it("is the model's distribution among what the grammar allows, byte by byte", async () => {
    const free = stream();
    const grammar = await matcher(LIST);
    const bound = new ConstrainedSource(free.fork(), grammar.fork());
    let log = 0;
    for (const byte of utf8Encode("[ab,€,ba]")) {
      const next = await free.next();
      const allowed = grammar.allowedBytes();
      let kept = grammar.isAccepting() ? next.stop : 0;
      for (let b = 0; b < 256; b++) if (hasBit(allowed, b)) kept += next.bytes[b]!;
      const restricted = await bound.next();
      assert.ok(Math.abs(restricted.rawSum - kept) < 1e-12);
      for (let b = 0; b < 256; b++) {
        const expected = hasBit(allowed, b) ? next.bytes[b]! / kept : 0;
        assert.ok(Math.abs(restricted.bytes[b]! - expected) < 1e-12);
      }
      log += Math.log(restricted.bytes[byte]!);
      await free.advance(Uint8Array.of(byte));
      await bound.advance(Uint8Array.of(byte));
      assert.equal(grammar.acceptBytes(Uint8Array.of(byte)), 1);
      assert.ok(Math.abs(bound.logProbability - log) < 1e-12);
    }
    const last = await bound.next();
    assert.equal(last.stop, 1);
    grammar.dispose();
    bound.dispose();
  });

  it("holds an ensemble to the grammar, too", async () => {
    const members = [1, 2].map((seed) => ({ name: `model ${seed}`, source: stream(seed) }));
    const free = new ByteEnsemble(members, { kind: "mixture", weights: [1, 2] });
    const grammar = await matcher(LIST);
    const bound = new ConstrainedSource(free.fork(), grammar.fork());
    for (const byte of utf8Encode("[b,€]")) {
      const expected = restrict(await free.next(), grammar.allowedBytes(), grammar.isAccepting());
      assert.deepEqual((await bound.next()).bytes, expected.bytes);
      await free.advance(Uint8Array.of(byte));
      await bound.advance(Uint8Array.of(byte));
      grammar.acceptBytes(Uint8Array.of(byte));
    }
    assert.equal((await bound.next()).stop, 1);
  });

  it("writes what the grammar accepts", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const bound = new ConstrainedSource(stream(seed, { kind: "all", minShare: 0.01 }), await matcher(LIST));
      let state = seed;
      const random = () => {
        state = (state * 48271 + 11) % 2147483647;
        return state / 2147483647;
      };
      const { bytes, finish } = await writeBytes(bound, { maxBytes: 40, random });
      const check = await matcher(LIST);
      assert.equal(check.acceptBytes(bytes), bytes.length);
      if (finish === "stop") assert.ok(check.isAccepting());
    }
  });

  it("a beam under a grammar finds the likeliest sentence", async () => {
    const grammar = 'root ::= "a" | "ab" | "ba" | "b€" | "[a]"';
    const sentences = ["a", "ab", "ba", "b€", "[a]"];
    const bound = new ConstrainedSource(stream(3), await matcher(grammar));
    const found = await searchBytes(bound, { width: 8, maxBytes: 10 });
    const scores: [string, number][] = [];
    for (const sentence of sentences) {
      const fork = bound.fork();
      await fork.advance(utf8Encode(sentence));
      scores.push([sentence, fork.logProbability + Math.log((await fork.next()).stop)]);
    }
    scores.sort((a, b) => b[1] - a[1]);
    assert.deepEqual(
      found.map(({ bytes }) => new TextDecoder().decode(bytes)),
      scores.map(([sentence]) => sentence),
    );
    const total = found.reduce((sum, { logProbability }) => sum + Math.exp(logProbability), 0);
    assert.ok(Math.abs(total - 1) < 1e-12, `all sentences of the grammar: ${total}`);
  });

  it("names the byte that leaves the grammar", async () => {
    const bound = new ConstrainedSource(stream(), await matcher(LIST));
    await assert.rejects(bound.advance(utf8Encode("[a[")), (error: InputError) => {
      assert.equal(error.diagnostics[0]!.code, "bytes-unreachable");
      assert.deepEqual(error.diagnostics[0]!.location, { kind: "byte", byteOffset: 2 });
      return true;
    });
    assert.equal(bound.length, 2);
  });

  it("says when the model cannot spell what the grammar wants", async () => {
    const bound = new ConstrainedSource(stream(), await matcher('root ::= "z"'));
    await assert.rejects(bound.next(), (error: InputError) => {
      assert.equal(error.diagnostics[0]!.code, "bytes-no-continuation");
      return true;
    });
  });
});

describe("restrict", () => {
  it("leaves nothing where nothing is allowed", () => {
    const next = { bytes: new Float64Array(256).fill(1 / 512), stop: 0.5, rawSum: 1, logScale: 0 };
    const none = restrict(next, new Uint32Array(8), false);
    assert.equal(none.rawSum, 0);
    assert.equal(restrict(next, new Uint32Array(8), true).stop, 1);
  });
});
