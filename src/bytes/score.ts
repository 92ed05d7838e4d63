import { type CancelSignal, throwIfCancelled } from "../base/cancellation.ts";
import type { ByteSource } from "./byte-source.ts";

/// A text's probability, byte by byte.
export interface ByteScores {
  /// Natural logarithm of each byte's probability, given those before it. With `stop`, one more: of the
  /// end.
  readonly logProbabilities: Float64Array;
  /// Nats; divided by the symbols and by log 2, bits a symbol.
  readonly total: number;
  /// The least that a distribution on the way summed to before it was normalised.
  readonly leastRawSum: number;
}

export interface ScoreOptions {
  /// Score the end of the text, too.
  readonly stop?: boolean;
  readonly signal?: CancelSignal;
  /// Told each number as soon as it is known: `logProbabilities[index]`. If it answers with a promise,
  /// that is awaited before the next byte.
  readonly onScored?: (index: number, logProbability: number) => Promise<void> | undefined;
}

/// Reads `bytes` and adds up what the normalised distributions gave them. Throws the `InputError`
/// `bytes-unreachable` at a byte that has no probability; `source` has read those before it.
export async function scoreBytes(
  source: ByteSource,
  bytes: Uint8Array,
  { stop = false, signal, onScored }: ScoreOptions = {},
): Promise<ByteScores> {
  const logProbabilities = new Float64Array(bytes.length + (stop ? 1 : 0));
  let leastRawSum = Number.POSITIVE_INFINITY;
  for (let i = 0; i < logProbabilities.length; i++) {
    throwIfCancelled(signal);
    await source.expect(bytes.subarray(i), signal);
    const next = await source.next(signal);
    leastRawSum = Math.min(leastRawSum, next.rawSum);
    logProbabilities[i] = Math.log(i < bytes.length ? next.bytes[bytes[i]!]! : next.stop);
    // A byte that cannot come is an error here, and no number.
    if (i < bytes.length) await source.advance(bytes.subarray(i, i + 1), signal);
    await onScored?.(i, logProbabilities[i]!);
  }
  return { logProbabilities, total: logProbabilities.reduce((sum, log) => sum + log, 0), leastRawSum };
}
