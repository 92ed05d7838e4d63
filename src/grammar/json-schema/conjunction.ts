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
  const out: Term[] = [];
  for (const part of parts) {
    for (const term of part) {
      if (term === NEVER_TERM || out.includes(-term)) return NEVER;
      if (term !== -NEVER_TERM && !out.includes(term)) out.push(term);
    }
  }
  return out;
}

export function isNever(conjunction: Conjunction): boolean {
  return conjunction[0] === NEVER_TERM;
}

/// What is not in the conjunction, as conjunctions whose union it is.
export function negate(conjunction: Conjunction): Conjunction[] {
  return conjunction.map((term) => (term === -NEVER_TERM ? NEVER : [-term]));
}

export function conjunctionKey(conjunction: Conjunction): string {
  return conjunction.join(" ");
}
