/// G-test: whether counts of symbols may come from a distribution, at the level 0.001. Symbols that are
/// expected less than 5 times count as one.
export function fits(counts: readonly number[], distribution: readonly number[]): boolean {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let g = 0;
  let cells = 0;
  let restCount = 0;
  let restP = 0;
  counts.forEach((count, i) => {
    if (distribution[i]! * total < 5) {
      restCount += count;
      restP += distribution[i]!;
      return;
    }
    cells++;
    if (count > 0) g += 2 * count * Math.log(count / (distribution[i]! * total));
  });
  if (restCount > 0) {
    if (restP === 0) return false;
    cells++;
    g += 2 * restCount * Math.log(restCount / (restP * total));
  }
  // The chi-square distribution's 0.999 quantile, by Wilson and Hilferty.
  const df = Math.max(1, cells - 1);
  const quantile = df * (1 - 2 / (9 * df) + 3.0902 * Math.sqrt(2 / (9 * df))) ** 3;
  return g <= quantile;
}
