/// Times by how long they were, for a plot of any number of them: bucket `i` counts those from
/// `edge(i)` up to `edge(i + 1)` µs.
export interface Distribution {
  readonly from: number;
  readonly counts: readonly number[];
}

const BUCKETS_PER_DECADE = 20;
/// Times below 0.1 µs are counted as 0.1 µs.
const FIRST = -BUCKETS_PER_DECADE;

/// The lower edge of a bucket in microseconds.
export function edge(bucket: number): number {
  return 10 ** (bucket / BUCKETS_PER_DECADE);
}

export function distribution(times: readonly number[]): Distribution {
  const counts: number[] = [];
  for (const time of times) {
    const bucket = Math.max(FIRST, Math.floor(Math.log10(time) * BUCKETS_PER_DECADE));
    counts[bucket - FIRST] = (counts[bucket - FIRST] ?? 0) + 1;
  }
  return { from: FIRST, counts: Array.from(counts, (count) => count ?? 0) };
}
