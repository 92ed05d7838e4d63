import {
  ByteEnsemble,
  type EnsembleMember,
  type EnsembleNext,
  type FittedWeights,
  fitMixtureWeights,
  fitProductWeights,
  ProductSamples,
  type Silence,
} from "../bytes/index.ts";
import type { EnsembleMethod } from "./ensemble-api.ts";
import { Turns } from "./turns.ts";

/// Reads `text` to its end and tells of each byte what was said before it.
export async function readThrough(
  source: ByteEnsemble,
  text: Uint8Array,
  onByte: (byte: number, next: EnsembleNext, index: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const turns = new Turns();
  for (let i = 0; i < text.length; i++) {
    await turns.pause();
    await source.expect(text.subarray(i), signal);
    onByte(text[i]!, await source.next(signal), i);
    await source.advance(text.subarray(i, i + 1), signal);
  }
}

/// What is read of a text to fit a product's weights to, which takes all that was said of each byte.
const MOST_SAMPLES = 16_384;

export interface FitAnswer {
  readonly weights: FittedWeights;
  readonly silent: readonly Silence[];
  /// Weights were fitted to every so many bytes only.
  readonly every: number;
}

/// The weights with which `members` together predict `text` best: as a mixture, or as a product. Those of
/// `fusion` are the product's, as shares.
export async function fitWeights(
  members: readonly EnsembleMember[],
  method: EnsembleMethod,
  text: Uint8Array,
  signal: AbortSignal | undefined,
  mostSamples = MOST_SAMPLES,
): Promise<FitAnswer> {
  const source = new ByteEnsemble(members, { kind: "mixture", weights: members.map(() => 1) });
  if (method === "mixture") {
    const logs = members.map(() => new Float64Array(text.length));
    await readThrough(
      source,
      text,
      (byte, next, i) => {
        for (const [m, log] of logs.entries()) log[i] = Math.log(next.members[m]?.bytes[byte] ?? 0);
      },
      signal,
    );
    return { weights: fitMixtureWeights(logs), silent: source.silent, every: 1 };
  }
  const samples = new ProductSamples(members.length);
  // Of longer texts every so many bytes.
  const every = Math.ceil(text.length / mostSamples);
  await readThrough(
    source,
    text,
    (byte, next, i) => {
      if (i % every === 0) samples.add(next.members, byte);
    },
    signal,
  );
  const fitted = fitProductWeights(samples);
  const total = fitted.weights.reduce((sum, weight) => sum + weight, 0);
  const weights = method === "fusion" ? fitted.weights.map((weight) => weight / total) : fitted.weights;
  return { weights: { ...fitted, weights }, silent: source.silent, every };
}
