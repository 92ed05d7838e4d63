import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8Encode } from "../base/bytes.ts";
import { CancelledError } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import { type TokenSpec, vocabularyFromTokens } from "../tokenizer/flat-vocabulary.ts";
import { ByteModel } from "./byte-model.ts";
import { CoverStream, type CoverTarget } from "./cover-stream.ts";
import { Enumeration } from "./testing/enumeration.ts";
import { hashedModel, longestMatch, type ToyModel } from "./testing/toy-model.ts";

const EXACT: CoverTarget = { kind: "all", minShare: 0 };
const ENDS: readonly TokenSpec[] = [{ special: "</s>" }, { special: "<fim>" }, { unused: true }];

/// Bytes of "a", "b" and of "€" whole and in parts.
const byte = fc.constantFrom(0x61, 0x62, 0xe2, 0x82, 0xac);
const token = fc.array(byte, { minLength: 1, maxLength: 4 }).map((bytes) => Uint8Array.from(bytes));
const text = fc.array(byte, { maxLength: 5 }).map((bytes) => Uint8Array.from(bytes));

function toy(tokens: readonly TokenSpec[], seed: number): ToyModel {
  return hashedModel(longestMatch(vocabularyFromTokens([...tokens, ...ENDS])), seed);
}

function near(actual: number, expected: number, what: string, tolerance = 1e-12): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, not ${expected}`);
}

async function reads(stream: CoverStream, bytes: Uint8Array): Promise<boolean> {
  try {
    await stream.advance(bytes);
    return true;
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    assert.equal(error.diagnostics[0]!.code, "bytes-unreachable");
    return false;
  }
}

describe("CoverStream, all encodings", () => {
  it("equals the enumeration of all covers", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(token, { minLength: 1, maxLength: 12 }),
        text,
        fc.nat(),
        async (tokens, bytes, seed) => {
          const model = toy(tokens, seed);
          const oracle = new Enumeration(model, [tokens.length]);
          const stream = CoverStream.open(new ByteModel(model), [tokens.length], EXACT);
          const mass = oracle.mass(bytes);
          assert.equal(await reads(stream, bytes), mass > 0);
          if (mass === 0) return;
          near(stream.logProbability, Math.log(mass), "log W");
          const expected = oracle.next(bytes);
          const actual = await stream.next();
          near(actual.rawSum, 1, "sum");
          near(actual.stop, expected.stop, "stop");
          for (let b = 0; b < 256; b++) near(actual.bytes[b]!, expected.bytes[b]!, `byte ${b}`);
          assert.deepEqual(actual.dropped, { share: 0, bound: 0 });

          const covers = await stream.covers(1000);
          const listed = oracle.covers(bytes);
          assert.equal(covers.length, listed.length);
          for (const { tokens: cover, p } of listed) {
            const found = covers.find((c) => c.tokens.join() === cover.join());
            near(found?.weight ?? 0, p / mass, `cover ${cover}`);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it("reads byte by byte what it reads at once, and forks stay apart", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(token, { minLength: 4, maxLength: 12 }),
        text,
        text,
        fc.nat(),
        async (tokens, bytes, other, seed) => {
          const model = new ByteModel(toy([...tokens, "a", "b", Uint8Array.of(0xe2)], seed));
          const once = CoverStream.open(model, [], EXACT);
          const slowly = CoverStream.open(model, [], EXACT);
          const all = await reads(once, bytes);
          let read = 0;
          for (const b of bytes) {
            // What a fork reads is none of its origin's business.
            await reads(slowly.fork(), other);
            if (!(await reads(slowly, Uint8Array.of(b)))) break;
            read++;
            near((await slowly.next()).rawSum, 1, "sum");
          }
          assert.equal(read === bytes.length, all);
          assert.equal(once.length, slowly.length);
          near(once.logProbability, slowly.logProbability, "log W");
          if (all) assert.deepEqual((await once.next()).bytes, (await slowly.next()).bytes);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("keeps the chain rule: W is the product of its next-byte probabilities", async () => {
    const model = new ByteModel(toy(["a", "b", "ab", "ba", "aba", "€", Uint8Array.of(0xe2)], 7));
    const stream = CoverStream.open(model, [], EXACT);
    let sum = 0;
    for (const b of utf8Encode("abab€ba€".slice(0, 5))) {
      sum += Math.log((await stream.next()).bytes[b]!);
      await stream.advance(Uint8Array.of(b));
      near(stream.logProbability, sum, "log W");
    }
  });

  it("does not depend on the ids of tokens", async () => {
    // A model by bytes: its numbers move with the tokens.
    const tokens = ["a", "b", "ab", "ba", "abb", Uint8Array.of(0xe2), "€"];
    const order = [6, 2, 0, 5, 3, 1, 4];
    const first = toy(tokens, 3);
    const renamed = vocabularyFromTokens([...order.map((i) => tokens[i]!), ...ENDS]);
    const back = [...order, 7, 8, 9];
    const second = hashedModel(longestMatch(renamed), 0);
    second.probabilities = (ids) => {
      const p = first.probabilities(ids.map((id) => back[id]!));
      return Float64Array.from(back, (id) => p[id]!);
    };
    second.evaluate = async (contexts) =>
      contexts.map((context) => Float32Array.from(second.probabilities(context.tokens()), Math.log));
    const results = await Promise.all(
      [first, second].map(async (model) => {
        const stream = CoverStream.open(new ByteModel(model), [], EXACT);
        await stream.advance(utf8Encode("abba"));
        return stream.next();
      }),
    );
    for (let b = 0; b < 256; b++) near(results[0]!.bytes[b]!, results[1]!.bytes[b]!, `byte ${b}`, 1e-6);
  });

  it("draws covers by their weight", async () => {
    const model = toy(["a", "b", "ab", "ba", "aba"], 11);
    const stream = CoverStream.open(new ByteModel(model), [], EXACT);
    await stream.advance(utf8Encode("ab"));
    const covers = await stream.covers(100);
    const rounds = 4000;
    const drawn = new Map<string, number>();
    for (let i = 0; i < rounds; i++) {
      const { tokens } = await stream.drawCover((i + 0.5) / rounds);
      drawn.set(tokens.join(), (drawn.get(tokens.join()) ?? 0) + 1 / rounds);
    }
    for (const { tokens, weight } of covers)
      near(drawn.get(tokens.join()) ?? 0, weight, tokens.join(), 1 / rounds);
  });

  it("states the mass of dropped heads, which bounds the error", async () => {
    const model = toy(["a", "b", "ab", "ba", "aba", "bab", "aa"], 5);
    const bytes = utf8Encode("ababaab");
    const exact = new Enumeration(model);
    for (const minShare of [0.02, 0.1, 0.5]) {
      const stream = CoverStream.open(new ByteModel(model), [], { kind: "all", minShare });
      await stream.advance(bytes);
      const mass = exact.mass(bytes);
      const { bytes: actual, dropped, rawSum } = await stream.next();
      near(rawSum, 1, "sum");
      assert.ok(dropped.share > 0 && dropped.share < 1);
      const kept = Math.exp(stream.logProbability);
      assert.ok(kept < mass);
      assert.ok(mass <= kept / (1 - dropped.bound) + 1e-12, `${mass} is more than what was kept and dropped`);
      const expected = exact.next(bytes);
      for (const b of bytes) assert.ok(Math.abs(actual[b]! - expected.bytes[b]!) <= dropped.bound);
    }
    const few = CoverStream.open(new ByteModel(model), [], { kind: "all", minShare: 0, maxHeads: 1 });
    await few.advance(bytes);
    assert.ok(few.dropped.share > 0);
  });

  it("names the byte that no token spells, and stays before it", async () => {
    const stream = CoverStream.open(new ByteModel(toy(["a", "ab"], 1)), [], EXACT);
    await assert.rejects(stream.advance(utf8Encode("aac")), (error: InputError) => {
      const [diagnostic] = error.diagnostics;
      assert.equal(diagnostic!.code, "bytes-unreachable");
      assert.match(diagnostic!.message, /0x63 \("c"\)/);
      assert.deepEqual(diagnostic!.location, { kind: "byte", byteOffset: 2 });
      return true;
    });
    assert.equal(stream.length, 2);
    near((await stream.next()).rawSum, 1, "sum");
  });

  it("never spells a marker", async () => {
    const stream = CoverStream.open(new ByteModel(toy(["a"], 1)), [], EXACT);
    const { bytes, stop } = await stream.next();
    near(bytes[0x61]! + stop, 1, "sum");
    assert.equal(bytes["<".charCodeAt(0)], 0);
  });

  it("goes on after it was cancelled on the way", async () => {
    const model = toy(["a", "b", "ab"], 1);
    const signal = { aborted: false, addEventListener() {}, removeEventListener() {} };
    let calls = 0;
    const evaluate = model.evaluate.bind(model);
    model.evaluate = async (contexts, ...rest) => {
      if (++calls === 2) signal.aborted = true;
      return evaluate(contexts, ...rest);
    };
    const stream = CoverStream.open(new ByteModel(model), [], EXACT);
    await stream.advance(utf8Encode("ab"), signal);
    await assert.rejects(stream.advance(utf8Encode("abab"), signal), CancelledError);
    const read = stream.length;
    await stream.advance(utf8Encode("ababab".slice(read)));
    const whole = CoverStream.open(new ByteModel(toy(["a", "b", "ab"], 1)), [], EXACT);
    await whole.advance(utf8Encode("ababab"));
    near(stream.logProbability, whole.logProbability, "log W");
  });

  it("ends when it is cancelled", async () => {
    const stream = CoverStream.open(new ByteModel(toy(["a"], 1)), [], EXACT);
    const signal = { aborted: true, addEventListener() {}, removeEventListener() {} };
    await assert.rejects(stream.next(signal), CancelledError);
    await assert.rejects(stream.advance(utf8Encode("a"), signal), CancelledError);
    await stream.advance(utf8Encode("a"));
  });
});
