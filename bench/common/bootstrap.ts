import { Random } from "../../src/decoding/index.ts";
import { groupBy } from "./group-by.ts";

/// A mean, and the interval that it lies in with 95 % certainty.
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/// A value and the package it comes from.
export interface Clustered {
  readonly cluster: string;
  readonly value: number;
  /// How many the value is the sum of. One, if absent.
  readonly count?: number;
}

const RESAMPLES = 10_000;

/// The mean of `values` with its percentile bootstrap interval, resampled by cluster: texts of a package are
/// alike, so that more of them are not as good as more packages. Of differences within a case this is the
/// paired bootstrap.
///
/// With one cluster the interval is the mean alone: nothing is known of others.
export function bootstrap(values: readonly Clustered[], seed: number): Interval {
  const clusters = [...groupBy(values, ({ cluster }) => cluster).values()].map((own) => ({
    sum: own.reduce((sum, { value }) => sum + value, 0),
    count: own.reduce((sum, { count = 1 }) => sum + count, 0),
  }));
  if (clusters.length === 0) return { mean: Number.NaN, low: Number.NaN, high: Number.NaN };
  const random = new Random(seed);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < clusters.length; i++) {
      const cluster = clusters[Math.floor(random.next() * clusters.length)]!;
      sum += cluster.sum;
      count += cluster.count;
    }
    return sum / count;
  }).sort();
  const all = clusters.reduce((total, { sum, count }) => ({
    sum: total.sum + sum,
    count: total.count + count,
  }));
  return { mean: all.sum / all.count, low: quantile(means, 0.025), high: quantile(means, 0.975) };
}

function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below]! + (at - below) * (sorted[Math.min(below + 1, sorted.length - 1)]! - sorted[below]!);
}
