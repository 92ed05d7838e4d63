import { Random } from "../../src/decoding/index.ts";

/// A mean, and the interval that it lies in with 95 % certainty.
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/// Something measured `count` times, in all `sum`, on what comes from `cluster`.
export interface Clustered {
  readonly cluster: string;
  readonly sum: number;
  readonly count: number;
}

const RESAMPLES = 10_000;

/// The mean with its percentile bootstrap interval, resampled by cluster: texts of a package are alike, so
/// that more of them are not as good as more packages. Of differences within a text this is the paired
/// bootstrap.
///
/// With one cluster the interval is the mean alone: nothing is known of others.
export function bootstrap(values: readonly Clustered[], seed: number): Interval {
  const clusters = new Map<string, { sum: number; count: number }>();
  for (const { cluster, sum, count } of values) {
    const own = clusters.get(cluster) ?? { sum: 0, count: 0 };
    clusters.set(cluster, { sum: own.sum + sum, count: own.count + count });
  }
  const list = [...clusters.values()];
  const meanOf = (chosen: readonly { sum: number; count: number }[]) =>
    chosen.reduce((total, { sum }) => total + sum, 0) / chosen.reduce((total, { count }) => total + count, 0);
  const random = new Random(seed);
  const means = Float64Array.from({ length: RESAMPLES }, () =>
    meanOf(list.map(() => list[Math.floor(random.next() * list.length)]!)),
  ).sort();
  return { mean: meanOf(list), low: quantile(means, 0.025), high: quantile(means, 0.975) };
}

function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below]! + (at - below) * (sorted[Math.min(below + 1, sorted.length - 1)]! - sorted[below]!);
}
