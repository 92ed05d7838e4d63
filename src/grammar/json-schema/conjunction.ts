/// A schema, or the set of one JSON value, by number; its negative stands for all other values.
export type Term = number;

/// The values that every term holds, so `[]` is any value. The order is that of the text: it decides
/// in which order properties come.
export type Conjunction = readonly Term[];

export const ANY: Conjunction = [];
/// The schema `false`.
export const NEVER_TERM: Term = 1;
export const NEVER: Conjunction = [NEVER_TERM];

export function conjoin(...parts: readonly Conjunction[]): Conjunction {
  // What is conjoined most is any value, or the same one again.
  if (parts.length === 2) {
    const [a, b] = parts as readonly [Conjunction, Conjunction];
    if (a.length === 0 && isPlain(b)) return b;
    if (isPlain(a) && (b.length === 0 || (b.length === 1 && a.includes(b[0]!)))) return a;
  }
  const out: Term[] = [];
  for (const part of parts) {
    for (const term of part) {
      if (term === NEVER_TERM || out.includes(-term)) return NEVER;
      if (term !== -NEVER_TERM && !out.includes(term)) out.push(term);
    }
  }
  return out;
}

/// Conjoined already, or a term that is neither any value nor none.
function isPlain(conjunction: Conjunction): boolean {
  return conjunction.length !== 1 || Math.abs(conjunction[0]!) !== NEVER_TERM;
}

export function isNever(conjunction: Conjunction): boolean {
  return conjunction[0] === NEVER_TERM;
}

/// What is not in the conjunction, as conjunctions whose union it is.
export function negate(conjunction: Conjunction): Conjunction[] {
  return conjunction.map((term) => (term === -NEVER_TERM ? NEVER : [-term]));
}

/// The same for the same terms in the same order. Nearly all conjunctions are of one term.
export function conjunctionKey(conjunction: Conjunction): string | number {
  return conjunction.length === 1 ? conjunction[0]! : conjunction.join(" ");
}
