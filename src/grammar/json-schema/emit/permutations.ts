import { Inexpressible } from "../value-set.ts";

const MAX_ITEMS = 4;

/// All orders of a few items. Throws `Inexpressible` if they are more.
export function permutations<T>(items: readonly T[]): T[][] {
  if (items.length > MAX_ITEMS) throw new Inexpressible("asks for too many kinds of members or elements");
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
