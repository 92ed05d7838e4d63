// What src/bytes promises, on the bundled model. What the model computes is asked once a context: in what
// order it adds up rounds differently.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  ByteModel,
  CoverStream,
  type CoverTarget,
  type NextTokenModel,
  TokenContext,
} from "../../src/bytes/index.ts";
import { fits } from "../../src/bytes/testing/g-test.ts";
import { Random } from "../../src/decoding/random.ts";
import { type LoadedModel, loadModel } from "../../src/runtime/index.ts";

const root = process.env.TOKENSIEVE_ROOT!;
const ALL: CoverTarget = { kind: "all", minShare: 0 };
const EXACT: CoverTarget = { kind: "canonical", maxUnchecked: 0 };
const utf8 = (text: string) => new TextEncoder().encode(text);

/// Two kilobytes of code with characters of every length.
const source = readFileSync(`${root}src/base/bytes.ts`, "utf8");
const TEXT = utf8(`${source.slice(0, 1000)}// ünï 例 😀\n${source.slice(1000)}`).subarray(0, 2048);

describe("bytes of the bundled model", function () {
  this.timeout(600_000);
  let model: LoadedModel;
  let start: number;
  let contexts: NextTokenModel;
  before(async () => {
    model = await loadModel({ file: `${root}models/tokensieve-mini.gguf`, gpu: "cpu", contextLength: 1024 });
    start = model.bosToken ?? model.tokenizer.vocabulary.stopTokens[0]!;
    contexts = await model.openContextTree();
  });
  after(() => model.dispose());

  /// The same answer for the same context, always.
  function once(): ByteModel {
    const known = new Map<string, Float32Array>();
    return new ByteModel({
      tokenizer: model.tokenizer,
      evaluate: async (asked, signal) => {
        const keys = asked.map((context) => context.tokens().join());
        const fresh = asked.filter((_, i) => !known.has(keys[i]!));
        const rows = fresh.length > 0 ? await contexts.evaluate(fresh, signal) : [];
        for (const [i, context] of fresh.entries()) known.set(context.tokens().join(), rows[i]!.slice());
        return keys.map((key) => known.get(key)!);
      },
    });
  }

  it("all token sequences: sums to one at every byte of two kilobytes", async () => {
    const stream = CoverStream.open(new ByteModel(contexts), [start], { kind: "all", minShare: 1e-2 });
    let most = 0;
    for (let i = 0; i < TEXT.length; i++) {
      await stream.expect(TEXT.subarray(i));
      const { rawSum, bytes, stop } = await stream.next();
      most = Math.max(most, Math.abs(rawSum - 1), Math.abs(bytes.reduce((sum, p) => sum + p, stop) - 1));
      await stream.advance(TEXT.subarray(i, i + 1));
    }
    // All that is left is the rounding of doubles, added up over a vocabulary.
    assert.ok(most < 1e-12, `off by ${most}`);
  });

  it("canonical: few evaluations, and the chain of bytes is the tokens' own probability", async () => {
    const text = TEXT.subarray(0, 1070);
    const bytes = once();
    const stream = CoverStream.open(bytes, [start], EXACT);
    let normalised = 0;
    let lost = 0;
    for (let i = 0; i < text.length; i++) {
      await stream.expect(text.subarray(i));
      const next = await stream.next();
      assert.ok(next.rawSum <= 1 + 1e-12 && next.unchecked === 0);
      normalised += Math.log(next.bytes[text[i]!]!);
      lost += next.logScale;
      await stream.advance(text.subarray(i, i + 1));
    }
    // Normalised, each byte gains what its distribution's raw sum lost.
    assert.ok(Math.abs(normalised + lost - stream.logProbability) < 1e-9);
    const { contexts: asked } = bytes.evaluations;
    assert.ok(asked <= 1.3 * text.length, `${asked} contexts for ${text.length} bytes`);

    // The text and its end: of its token sequences only the tokenizer's own may end.
    const { stop, rawSum } = await stream.next();
    const tokens = model.tokenizer.encode(new TextDecoder().decode(text));
    let context = TokenContext.of([start]);
    let total = 0;
    for (const token of tokens) {
      const [next] = await bytes.evaluate([context]);
      total += Math.log(next!.at(bytes.order.placeOf(token)));
      context = context.append(token);
    }
    const [end] = await bytes.evaluate([context]);
    total += Math.log(end!.stop);
    const chain = stream.logProbability + Math.log(stop * rawSum);
    assert.ok(Math.abs(chain - total) < 1e-9, `${chain} of the bytes, ${total} of the tokens`);
  });

  describe("20,000 continuations that the model writes and that begin with a prefix go on as its bytes say; a naive prompt does not", () => {
    const check = (name: string, before: string, prefix: string) =>
      it(name, async () => {
        const bytes = once();
        const given = [start, ...model.tokenizer.encode(before)];
        const counts = await written(bytes, given, utf8(prefix), 20_000);
        const stream = CoverStream.open(bytes, given, ALL);
        await stream.advance(utf8(prefix));
        const { bytes: next, stop } = await stream.next();
        assert.ok(fits(counts, [...next, stop]), "the bytes do not fit");
        const naive = CoverStream.open(bytes, [start, ...model.tokenizer.encode(before + prefix)], ALL);
        const wrong = await naive.next();
        assert.ok(!fits(counts, [...wrong.bytes, wrong.stop]), "the naive prompt fits");
      });
    check("at ://", "// see http", ":");
    check("in half an identifier", "import { read", "F");
    check("in half a word", "export", " func");
    check("behind trailing spaces", "function sum(values) {\n", "  ");
  });
});

/// What the model writes, token by token, behind `given`, as far as it begins with `prefix`: how often each
/// byte came next, and at 256 how often none did.
async function written(
  model: ByteModel,
  given: readonly number[],
  prefix: Uint8Array,
  count: number,
): Promise<number[]> {
  interface Node {
    readonly context: TokenContext;
    sums: Float64Array;
    readonly below: Map<number, Node>;
  }
  const { order } = model;
  const grow = async (context: TokenContext): Promise<Node> => {
    const [next] = await model.evaluate([context]);
    let sum = 0;
    return { context, sums: next!.probabilities.map((p) => (sum += p)), below: new Map() };
  };
  const root = await grow(TokenContext.of(given));
  const random = new Random(7);
  const counts = new Array<number>(257).fill(0);
  for (let found = 0, tries = 0; found < count; tries++) {
    assert.ok(tries < 200 * count, `only ${found} of ${tries} texts begin so`);
    let node = root;
    for (let at = 0; ; ) {
      const place = drawn(node.sums, random.next());
      if (place === node.sums.length) {
        if (at === prefix.length) {
          counts[256]!++;
          found++;
        }
        break;
      }
      const token = order.bytesAt(place);
      const shared = Math.min(token.length, prefix.length - at);
      if (!token.subarray(0, shared).every((byte, i) => byte === prefix[at + i])) break;
      if (token.length > shared) {
        counts[token[shared]!]!++;
        found++;
        break;
      }
      at += token.length;
      let below = node.below.get(place);
      if (below === undefined) {
        below = await grow(node.context.append(order.ids[place]!));
        node.below.set(place, below);
      }
      node = below;
    }
  }
  return counts;
}

/// The first place whose sum passes `u`; their number if none does: that is the end of the text.
function drawn(sums: Float64Array, u: number): number {
  let low = 0;
  let high = sums.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sums[middle]! <= u) low = middle + 1;
    else high = middle;
  }
  return low;
}
