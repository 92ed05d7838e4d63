import type { NextBytes } from "./byte-source.ts";
import type { FittedWeights } from "./mixture-weights.ts";

/// Probabilities below this count as this: one impossible byte must not decide alone.
const LEAST = 1e-30;
const SYMBOLS = 257;

/// What several models say of the bytes of a text, as `fitProductWeights` needs it: about 1 kB a byte and
/// model.
export class ProductSamples {
  readonly models: number;
  /// For each byte of the text: of each model, natural logarithms of 256 bytes and the end.
  readonly logs: Float32Array[] = [];
  /// The byte that came.
  readonly symbols: number[] = [];

  constructor(models: number) {
    this.models = models;
  }

  /// What each model says, and the byte that came. Models that say nothing count as sure of nothing.
  add(members: readonly (NextBytes | undefined)[], byte: number): void {
    const logs = new Float32Array(this.models * SYMBOLS);
    for (const [m, member] of members.entries()) {
      for (let symbol = 0; symbol < SYMBOLS; symbol++) {
        const p = member === undefined ? 1 / SYMBOLS : symbol < 256 ? member.bytes[symbol]! : member.stop;
        logs[m * SYMBOLS + symbol] = Math.log(Math.max(LEAST, p));
      }
    }
    this.logs.push(logs);
    this.symbols.push(byte);
  }
}

/// The weights of a product that predict a text best, by Newton's method: the loss is convex in them. Zero or
/// more; they need not sum to one, as models that make the same mistakes are to count less together, and
/// others more.
export function fitProductWeights(
  samples: ProductSamples,
  { tolerance = 1e-9, maxRounds = 100 }: { readonly tolerance?: number; readonly maxRounds?: number } = {},
): FittedWeights {
  const { models } = samples;
  if (samples.symbols.length === 0) throw new Error("there is nothing to fit weights to");
  const alone = Array.from({ length: models }, (_, m) => lossAt(samples, unit(models, m)).loss);
  let weights = new Array<number>(models).fill(1 / models);
  let here = lossAt(samples, weights);
  let rounds = 0;
  while (rounds < maxRounds) {
    rounds++;
    // Weights at zero that would go below it stay there.
    const free = [...weights.keys()].filter((m) => weights[m]! > 0 || here.gradient[m]! < 0);
    const step = solve(
      free.map((m) => free.map((n) => here.curvature[m]![n]! + (m === n ? 1e-9 : 0))),
      free.map((m) => -here.gradient[m]!),
    );
    let better: LossAt | undefined;
    for (let length = 1; length > 1e-6 && better === undefined; length /= 2) {
      const moved = weights.slice();
      for (const [i, m] of free.entries()) moved[m] = Math.max(0, weights[m]! + length * step[i]!);
      const there = lossAt(samples, moved);
      if (there.loss >= here.loss) continue;
      better = there;
      weights = moved;
    }
    if (better === undefined) break;
    const gain = here.loss - better.loss;
    here = better;
    if (gain < tolerance) break;
  }
  return { weights, loss: here.loss, alone, rounds };
}

interface LossAt {
  /// Nats a byte.
  readonly loss: number;
  readonly gradient: readonly number[];
  readonly curvature: readonly (readonly number[])[];
}

function lossAt({ models, logs, symbols }: ProductSamples, weights: readonly number[]): LossAt {
  let loss = 0;
  const gradient = new Array<number>(models).fill(0);
  const curvature = Array.from({ length: models }, () => new Array<number>(models).fill(0));
  const scores = new Float64Array(SYMBOLS);
  const means = new Float64Array(models);
  for (const [i, list] of logs.entries()) {
    let top = Number.NEGATIVE_INFINITY;
    for (let symbol = 0; symbol < SYMBOLS; symbol++) {
      let score = 0;
      for (let m = 0; m < models; m++) score += weights[m]! * list[m * SYMBOLS + symbol]!;
      scores[symbol] = score;
      if (score > top) top = score;
    }
    const own = scores[symbols[i]!]!;
    let total = 0;
    for (let symbol = 0; symbol < SYMBOLS; symbol++)
      total += scores[symbol] = Math.exp(scores[symbol]! - top);
    loss += top + Math.log(total) - own;
    means.fill(0);
    for (let symbol = 0; symbol < SYMBOLS; symbol++) {
      const p = scores[symbol]! / total;
      for (let m = 0; m < models; m++) means[m]! += p * list[m * SYMBOLS + symbol]!;
    }
    for (let m = 0; m < models; m++) {
      gradient[m]! += means[m]! - list[m * SYMBOLS + symbols[i]!]!;
      for (let n = m; n < models; n++) {
        let covariance = 0;
        for (let symbol = 0; symbol < SYMBOLS; symbol++) {
          const [a, b] = [list[m * SYMBOLS + symbol]! - means[m]!, list[n * SYMBOLS + symbol]! - means[n]!];
          covariance += (scores[symbol]! / total) * a * b;
        }
        curvature[m]![n]! += covariance;
        if (n !== m) curvature[n]![m]! += covariance;
      }
    }
  }
  const count = symbols.length;
  return {
    loss: loss / count,
    gradient: gradient.map((x) => x / count),
    curvature: curvature.map((row) => row.map((x) => x / count)),
  };
}

/// Solves a small system of linear equations by elimination.
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const size = rows.length;
  for (let i = 0; i < size; i++) {
    let pivot = i;
    for (let j = i + 1; j < size; j++) if (Math.abs(rows[j]![i]!) > Math.abs(rows[pivot]![i]!)) pivot = j;
    [rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!];
    for (let j = i + 1; j < size; j++) {
      const factor = rows[j]![i]! / rows[i]![i]!;
      for (let k = i; k <= size; k++) rows[j]![k]! -= factor * rows[i]![k]!;
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i--) {
    let rest = rows[i]![size]!;
    for (let k = i + 1; k < size; k++) rest -= rows[i]![k]! * solution[k]!;
    solution[i] = rest / rows[i]![i]!;
  }
  return solution;
}

function unit(size: number, at: number): number[] {
  return Array.from({ length: size }, (_, i) => (i === at ? 1 : 0));
}
