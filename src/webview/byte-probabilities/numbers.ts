// Probabilities as people read them.

/// Bits from which each level of surprise begins; less is level 0.
export const LEVEL_BITS = [0.5, 1, 2, 4, 8, 12] as const;
/// Bits of a byte that `N` and `P` go to.
export const SURPRISING_BITS = 4;

/// 0 (as good as certain) to 6.
export function levelOf(bits: number): number {
  let level = 0;
  while (level < LEVEL_BITS.length && bits >= LEVEL_BITS[level]!) level++;
  return level;
}

export function bitsOf(p: number): number {
  // Not -log2(p): of 1 that is minus zero.
  return p > 0 ? 0 - Math.log2(p) : Number.POSITIVE_INFINITY;
}

/// `97.3 %`, `0.42 %`, `0.0031 %`, `2.1e-7`, `0`.
export function shareText(p: number): string {
  if (p === 0) return "0";
  const percent = p * 100;
  if (percent < 0.001) return p.toExponential(1);
  // What rounds to all is not all.
  if (percent > 99.95 && p < 1 - 1e-9) return ">99.9 %";
  const digits = percent >= 9.95 ? 1 : percent >= 0.0995 ? 2 : 4;
  return `${percent.toFixed(digits)} %`;
}

/// `0.04`, `3.21`, `17.9`, `∞`.
export function bitsText(bits: number): string {
  if (!Number.isFinite(bits)) return "∞";
  const shown = Math.max(0, bits);
  return shown.toFixed(shown >= 9.995 ? 1 : 2);
}

/// `3.2 ms`, `480 ms`, `1.2 s`.
export function timeText(milliseconds: number): string {
  if (milliseconds >= 999.5) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${milliseconds.toFixed(milliseconds < 9.95 ? 1 : 0)} ms`;
}

/// A total variation distance: `0.928`, `<0.001`.
export function variationText(variation: number): string {
  return variation < 0.0005 ? "<0.001" : variation.toFixed(3);
}

/// The least probability that a logarithmic bar shows.
const LEAST = 1e-6;

/// Length of a bar, 0–1.
export function barLength(p: number, scale: "linear" | "log"): number {
  if (scale === "linear") return Math.min(1, p);
  return p <= LEAST ? 0 : Math.min(1, 1 - Math.log10(p) / Math.log10(LEAST));
}

/// Marks of a scale: where, and what they say.
export function ticksOf(scale: "linear" | "log"): readonly (readonly [at: number, label: string])[] {
  return scale === "linear"
    ? [
        [0, "0"],
        [0.25, "25"],
        [0.5, "50"],
        [0.75, "75"],
        [1, "100 %"],
      ]
    : [
        [0, "10⁻⁶"],
        [1 / 3, "10⁻⁴"],
        [2 / 3, "10⁻²"],
        [1, "1"],
      ];
}
