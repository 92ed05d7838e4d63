import assert from "node:assert/strict";
import { utf8Encode } from "../base/bytes.ts";
import { InputError } from "../base/diagnostic.ts";
import type { Tokenizer } from "../tokenizer/vocabulary.ts";
import { ByteModel } from "./byte-model.ts";
import { CoverStream, type CoverTarget } from "./cover-stream.ts";
import { toyBpe } from "./testing/toy-bpe.ts";
import { hashedModel, ToyModel } from "./testing/toy-model.ts";
import { toySentencePiece } from "./testing/toy-sentence-piece.ts";
import type { TokenContext } from "./token-context.ts";
import { WindowedSource } from "./windowed-source.ts";

const BPE = toyBpe({
  alphabet: "abc é\n",
  merges: [
    ["a", "b"],
    [" ", "a"],
    ["ab", "c"],
  ],
  split: { kind: "gpt2" },
});
const SPM = toySentencePiece({
  characters: "abc ",
  merges: [
    ["a", "b"],
    [" ", "a"],
  ],
  fallback: [0x0a, 0xc3, 0xa9],
});
const EXACT = { kind: "canonical", maxUnchecked: 0 } as const;
const ALL = { kind: "all", minShare: 1e-3 } as const;

/// A model that says so where a context is too long, as a runtime does.
class ShortModel extends ToyModel {
  readonly #room: number;
  readonly #model: ToyModel;

  constructor(tokenizer: Tokenizer, room: number) {
    const model = hashedModel(tokenizer, 7);
    super(tokenizer, () => new Float32Array(0));
    this.#model = model;
    this.#room = room;
  }

  override async evaluate(contexts: readonly TokenContext[]): Promise<Float32Array[]> {
    for (const { length } of contexts) {
      if (length > this.#room) {
        throw new InputError({ code: "context-overflow", severity: "error", message: "too long" });
      }
    }
    return this.#model.evaluate(contexts);
  }
}

const TEXT = utf8Encode("abc aba éé\nab abc ca é abab cc");

function windowed(
  tokenizer: Tokenizer,
  contextLength: number,
  target: CoverTarget,
  prompt = new Uint8Array(0),
) {
  const model = new ByteModel(new ShortModel(tokenizer, contextLength));
  const start = [tokenizer.vocabulary.stopTokens[0]!];
  return WindowedSource.open({ model, start, contextLength, target }, prompt);
}

describe("WindowedSource", () => {
  const targets = { canonical: EXACT, all: ALL };
  for (const [kind, target] of Object.entries(targets)) {
    for (const [name, tokenizer] of Object.entries({ BPE, SPM })) {
      it(`${name}, ${kind}: where the text fits, it is the stream of it`, async () => {
        const source = await windowed(tokenizer, 100, target);
        const model = new ByteModel(hashedModel(tokenizer, 7));
        const stream = CoverStream.open(model, [tokenizer.vocabulary.stopTokens[0]!], target);
        for (const byte of TEXT) {
          const [one, same] = [await source.next(), await stream.next()];
          assert.deepEqual([...one.bytes, one.stop], [...same.bytes, same.stop]);
          await source.advance(Uint8Array.of(byte));
          await stream.advance(Uint8Array.of(byte));
        }
        assert.equal(source.windows, 1);
        assert.equal(source.length, TEXT.length);
        assert.ok(Math.abs(source.logProbability - stream.logProbability) < 1e-9);
      });

      it(`${name}, ${kind}: a longer text goes on in windows, byte by byte and at once alike`, async () => {
        const slowly = await windowed(tokenizer, 14, target);
        let log = 0;
        for (const [i, byte] of TEXT.entries()) {
          await slowly.expect(TEXT.subarray(i));
          const { bytes, stop, rawSum } = await slowly.next();
          const sum = bytes.reduce((total, p) => total + p, stop);
          assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`);
          assert.ok(bytes[byte]! > 0);
          log += Math.log(bytes[byte]! * rawSum);
          const fork = slowly.fork();
          await fork.advance(Uint8Array.of(byte));
          await slowly.advance(Uint8Array.of(byte));
          assert.equal(fork.length, slowly.length);
        }
        assert.ok(slowly.windows > 1, `${slowly.windows}`);
        assert.equal(slowly.length, TEXT.length);
        // Heads that are dropped take their mass along.
        const most = target.kind === "all" ? 0.1 : 1e-6;
        assert.ok(Math.abs(slowly.logProbability - log) < most, `${slowly.logProbability}, not ${log}`);
        const once = await windowed(tokenizer, 14, target);
        await once.advance(TEXT);
        assert.equal(once.length, TEXT.length);
        assert.ok(once.windows > 1);
        await once.next();
      });
    }

    it(`${kind}: a prompt longer than the context is read from its last half`, async () => {
      const source = await windowed(BPE, 14, target, TEXT);
      assert.equal(source.length, TEXT.length);
      const { bytes, stop } = await source.next();
      assert.ok(Math.abs(bytes.reduce((total, p) => total + p, stop) - 1) < 1e-9);
      assert.ok(source.windows > 1);
      assert.equal(source.logProbability, 0);
    });
  }

  it("names the byte that cannot come by its place in the whole text", async () => {
    const source = await windowed(BPE, 14, EXACT, TEXT);
    await assert.rejects(source.advance(utf8Encode("abz")), (error) => {
      assert.ok(error instanceof InputError);
      assert.equal(error.diagnostics[0]!.code, "bytes-unreachable");
      assert.deepEqual(error.diagnostics[0]!.location, { kind: "byte", byteOffset: TEXT.length + 2 });
      return true;
    });
    assert.equal(source.length, TEXT.length + 2);
  });

  it("a prompt that the tokenizer has no tokens for fails at that byte", () =>
    assert.rejects(windowed(BPE, 100, EXACT, utf8Encode("abzc")), (error) => {
      assert.ok(error instanceof InputError);
      assert.equal(error.diagnostics[0]!.code, "bytes-unreachable");
      assert.deepEqual(error.diagnostics[0]!.location, { kind: "byte", byteOffset: 2 });
      return true;
    }));

  it("a context too short for anything is an error, no endless loop", async () => {
    const source = await windowed(BPE, 1, EXACT);
    await assert.rejects(
      source.advance(TEXT),
      (error) => error instanceof InputError && error.diagnostics[0]!.code === "context-overflow",
    );
  });
});
