import { concatBytes } from "../base/bytes.ts";
import type { CancelSignal } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import type { ByteSource } from "./byte-source.ts";

/// The rest of the identifier that a text after the cursor starts in: `identifierRemainder("ame(x)")`
/// is `"ame"`, of `" name"` it is empty.
export function identifierRemainder(suffix: string): string {
  return /^[\p{ID_Continue}$\u200c\u200d]*/u.exec(suffix)![0];
}

/// A candidate for the middle, ranked by what it makes of the text after the cursor.
export interface RankedMiddle {
  /// Its number in the list of candidates.
  readonly index: number;
  /// `whole` + `stop`; -Infinity if the source cannot read it.
  readonly score: number;
  /// Log probability of all that the source has read with it: what was taken back, the candidate and
  /// the remainder.
  readonly whole: number;
  /// Log probability that the middle ends behind the remainder.
  readonly stop: number;
}

/// Ranks candidates for the middle by how well they join with `remainder`, the text after the cursor
/// that belongs to the same word: log P(taken back · candidate · remainder) + log P(stop), best first.
/// `source` has read what was taken back, and is left as it is.
export async function rankMiddles(
  source: ByteSource,
  candidates: readonly Uint8Array[],
  remainder: Uint8Array,
  signal?: CancelSignal,
): Promise<RankedMiddle[]> {
  const rank = async (candidate: Uint8Array, index: number): Promise<RankedMiddle> => {
    const fork = source.fork();
    try {
      await fork.advance(concatBytes([candidate, remainder]), signal);
      const next = await fork.next(signal);
      const stop = Math.log(next.stop) + next.logScale;
      return { index, score: fork.logProbability + stop, whole: fork.logProbability, stop };
    } catch (error) {
      if (!(error instanceof InputError) || error.diagnostics[0]?.code !== "bytes-unreachable") throw error;
      const never = Number.NEGATIVE_INFINITY;
      return { index, score: never, whole: never, stop: never };
    } finally {
      fork.dispose();
    }
  };
  const ranked = await Promise.all(candidates.map(rank));
  return ranked.sort((a, b) => (a.score === b.score ? a.index - b.index : b.score - a.score));
}
