import type { NextBytes } from "./byte-source.ts";

/// How far models disagree on the next byte: the Jensen–Shannon divergence of their distributions, in bits.
/// 0 if they say the same; of two models with equal weights at most 1, where they share no byte. Silent
/// members and those of no weight do not count.
export function disagreement(
  members: readonly (NextBytes | undefined)[],
  weights: readonly number[],
): number {
  const heard = members.flatMap((member, i) =>
    member && weights[i]! > 0 ? [{ member, weight: weights[i]! }] : [],
  );
  const total = heard.reduce((sum, { weight }) => sum + weight, 0);
  let bits = 0;
  for (let symbol = 0; symbol <= 256; symbol++) {
    const of = ({ bytes, stop }: NextBytes) => (symbol < 256 ? bytes[symbol]! : stop);
    const mean = heard.reduce((sum, { member, weight }) => sum + (weight / total) * of(member), 0);
    for (const { member, weight } of heard) {
      const p = of(member);
      if (p > 0) bits += (weight / total) * p * Math.log2(p / mean);
    }
  }
  // Rounding must not make it less than nothing.
  return Math.max(0, bits);
}
