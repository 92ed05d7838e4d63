/// Parts of a sequence: pieces cut out of it, large ones first.
export function* shorter<T extends { readonly length: number }>(
  input: T,
  cut: (input: T, from: number, to: number) => T,
): Generator<T> {
  for (let size = input.length >>> 1; size > 0; size >>>= 1) {
    for (let from = 0; from < input.length; from += size) yield cut(input, from, from + size);
  }
}

/// The smallest input that still fails, as far as `attempts` tries lead.
export async function shrink<Input>(
  input: Input,
  smaller: (input: Input) => Iterable<Input>,
  fails: (input: Input) => Promise<boolean>,
  attempts: number,
): Promise<Input> {
  let best = input;
  let left = attempts;
  for (let found = true; found; ) {
    found = false;
    for (const candidate of smaller(best)) {
      if (left-- <= 0) return best;
      if (!(await fails(candidate))) continue;
      best = candidate;
      found = true;
      break;
    }
  }
  return best;
}
