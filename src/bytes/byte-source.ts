import type { CancelSignal } from "../base/cancellation.ts";

/// What comes next in a text: one of 256 bytes, or its end. Sums to one.
export interface NextBytes {
  /// 256 probabilities.
  readonly bytes: Float64Array;
  /// Probability that the text ends here: one symbol for whatever a model ends text with.
  readonly stop: number;
  /// What bytes and stop summed to before they were made to sum to one.
  readonly rawSum: number;
  /// Reading byte b adds `log(bytes[b]) + logScale` to the source's `logProbability`.
  readonly logScale: number;
}

/// A text and what a model, an ensemble or a constraint says of its next byte. It does one thing at a
/// time: await each call before the next. After an error it stands behind the last byte it could read.
export interface ByteSource {
  /// Bytes read.
  readonly length: number;
  /// Natural logarithm of the probability of the bytes read, or of what ranks them; see `logScale`.
  readonly logProbability: number;
  next(signal?: CancelSignal): Promise<NextBytes>;
  /// Says which bytes will be read soon, so that what they need is computed together. No promise.
  expect(bytes: Uint8Array, signal?: CancelSignal): Promise<void>;
  /// Reads on. Throws the `InputError` `bytes-unreachable`, which names the byte, where no continuation
  /// has it.
  advance(bytes: Uint8Array, signal?: CancelSignal): Promise<void>;
  /// An independent source at the same place.
  fork(): ByteSource;
  dispose(): void;
}
