import { bitsetWords, countBits, hasBit, setBits } from "../base/bitset.ts";
import { displayBytes, utf8Encode } from "../base/bytes.ts";
import { type CancelSignal, throwIfCancelled } from "../base/cancellation.ts";
import { encodeExactly } from "../decoding/exact-encoding.ts";
import { EngineError, type Matcher, type TokenMask } from "../engine/index.ts";
import type { Tokenizer, Vocabulary } from "../tokenizer/index.ts";
import type { DifferingToken, MaskDifference, SampleOutcome, SampleVerdict } from "./compare-api.ts";
import { violationAt } from "./expected.ts";

/// Tokens of one sample that are compared mask by mask; the rest of the text is only read.
const MAX_MASKED_TOKENS = 2000;
/// Differences that are shown of one sample, and tokens of each.
const MAX_DIFFERENCES = 5;
const MAX_TOKENS_SHOWN = 8;
const BYTES_BEFORE = 32;
/// Others get a turn after this long.
const SLICE_MS = 15;

/// Times of the masks an engine gave, in microseconds.
export class MaskTimes {
  count = 0;
  sum = 0;
  max = 0;

  add(micros: number): void {
    this.count++;
    this.sum += micros;
    this.max = Math.max(this.max, micros);
  }
}

/// One engine's way through a sample.
interface Walker {
  readonly matcher: Matcher;
  readonly mask: TokenMask;
  readonly times: MaskTimes;
  contradictions: number;
  verdict?: SampleVerdict;
}

/// One of `walkers` may be undefined: an engine that refused the grammar.
export async function compareSample(
  matchers: readonly (Matcher | undefined)[],
  times: readonly MaskTimes[],
  tokenizer: Tokenizer,
  text: string,
  signal: CancelSignal | undefined,
): Promise<SampleOutcome> {
  const bytes = utf8Encode(text);
  const exact = encodeExactly(tokenizer, bytes);
  // Where the tokenizer changes the text, its tokens would be another text's: only bytes are read then.
  const tokens = exact ?? [];
  const { vocabulary } = tokenizer;
  const words = bitsetWords(vocabulary.size);
  const walkers = matchers.map(
    (matcher, i): Walker | undefined =>
      matcher && { matcher, mask: new Uint32Array(words), times: times[i]!, contradictions: 0 },
  );
  const present = walkers.filter((walker) => walker !== undefined);
  const differences: MaskDifference[] = [];
  let comparedMasks = 0;
  let differingMasks = 0;
  let byteOffset = 0;
  let resumed = performance.now();
  for (let i = 0; i <= Math.min(tokens.length, MAX_MASKED_TOKENS); i++) {
    if (performance.now() - resumed > SLICE_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      resumed = performance.now();
    }
    throwIfCancelled(signal);
    const token = tokens[i];
    const going = present.filter((walker) => walker.verdict === undefined);
    for (const walker of going) fillMask(walker);
    if (walkers.length > 1 && walkers.every((walker) => walker && walker.verdict === undefined)) {
      comparedMasks++;
      const masks = walkers.map((walker) => walker!.mask);
      if (masksDiffer(masks)) {
        differingMasks++;
        if (differences.length < MAX_DIFFERENCES)
          differences.push(difference(masks, vocabulary, bytes, byteOffset));
      }
    }
    if (token === undefined) break;
    const tokenBytes = vocabulary.bytes(token);
    for (const walker of going)
      if (walker.verdict === undefined) take(walker, token, tokenBytes, bytes, byteOffset);
    byteOffset += tokenBytes.length;
    if (present.every((walker) => walker.verdict !== undefined)) break;
  }
  for (const walker of present) if (walker.verdict === undefined) finish(walker, bytes, byteOffset);
  return {
    ...(exact && { tokens: exact.length }),
    verdicts: walkers.map((walker) => walker?.verdict),
    comparedMasks,
    differingMasks,
    differences,
    ...(tokens.length > MAX_MASKED_TOKENS && { maskedTokens: MAX_MASKED_TOKENS }),
  };
}

function fillMask(walker: Walker): void {
  guarded(walker, () => {
    const start = performance.now();
    walker.matcher.fillTokenMask(walker.mask);
    walker.times.add((performance.now() - start) * 1000);
  });
}

function take(walker: Walker, token: number, tokenBytes: Uint8Array, bytes: Uint8Array, from: number): void {
  guarded(walker, () => {
    const { matcher, mask } = walker;
    const allowed = hasBit(mask, token);
    if (matcher.acceptToken(token)) {
      if (!allowed) walker.contradictions++;
      return;
    }
    const good = matcher.acceptBytes(tokenBytes);
    // The token is refused though its bytes are not: then the text goes on, and so do we.
    const goesOn = good === tokenBytes.length;
    if (allowed || goesOn) walker.contradictions++;
    if (goesOn) return;
    const violation = violationAt(matcher, bytes, from + good);
    walker.verdict = { kind: "rejected", violation, contradictions: walker.contradictions };
  });
}

/// Reads what is left of the text, and says what the engine makes of all of it.
function finish(walker: Walker, bytes: Uint8Array, from: number): void {
  guarded(walker, () => {
    const { matcher, contradictions } = walker;
    const at = from + matcher.acceptBytes(bytes.subarray(from));
    if (at === bytes.length && matcher.isAccepting()) walker.verdict = { kind: "accepted", contradictions };
    else
      walker.verdict = {
        kind: at === bytes.length ? "incomplete" : "rejected",
        violation: violationAt(matcher, bytes, at),
        contradictions,
      };
  });
}

/// An engine that hits a limit or breaks has that as its verdict.
function guarded(walker: Walker, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const { contradictions } = walker;
    walker.verdict = { kind: "failed", diagnostic: error.diagnostic, contradictions };
  }
}

function masksDiffer([a, ...others]: readonly TokenMask[]): boolean {
  return others.some((b) => a!.some((word, i) => word !== b[i]));
}

function difference(
  masks: readonly TokenMask[],
  vocabulary: Vocabulary,
  bytes: Uint8Array,
  byteOffset: number,
): MaskDifference {
  const from = Math.max(0, byteOffset - BYTES_BEFORE);
  // Not from the middle of a character.
  let start = from;
  while (start < byteOffset && (bytes[start]! & 0xc0) === 0x80) start++;
  return {
    byteOffset,
    before: displayBytes(bytes.subarray(start, byteOffset)),
    engines: masks.map((mask, index) => {
      const only = mask.slice();
      masks.forEach((other, i) => {
        if (i !== index) for (let w = 0; w < only.length; w++) only[w]! &= ~other[w]!;
      });
      const sample: DifferingToken[] = [];
      for (const id of setBits(only)) {
        if (sample.length === MAX_TOKENS_SHOWN) break;
        const isMarker = vocabulary.kind(id) !== "normal";
        sample.push({ id, text: displayBytes(vocabulary.bytes(id)), isMarker });
      }
      return { allowed: countBits(mask), only: countBits(only), sample };
    }),
  };
}
