/// What a completion is worth, given the text that was there.
export interface Score {
  /// All of it, but for white space at its end.
  readonly exact: boolean;
  /// Its first word, number or run of signs, with the white space before it, as it stands in the document:
  /// in a name this is the rest of the name.
  readonly unit: boolean;
  /// One minus the edits between the two over the length of the longer: 1 is equal.
  readonly similarity: number;
  /// Ends with what stands behind the cursor, more of it than the true text does.
  readonly duplicates: boolean;
}

/// `completion` counts up to its first line break; `middle` has none.
export function score(completion: string, middle: string, suffix: string): Score {
  const line = firstLine(completion);
  const truth = firstLine(middle);
  return {
    exact: line === truth,
    unit: firstUnit(line + suffix) === firstUnit(truth + suffix),
    similarity: similarity(line, truth),
    duplicates: overlap(line, suffix) > overlap(truth, suffix),
  };
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!.trimEnd();
}

/// `firstUnit("ame(x)")` is `"ame"`, of `" = 1"` it is `" ="`.
export function firstUnit(text: string): string {
  return /^[^\S\n]*(?:[\p{ID_Continue}$]+|[^\p{ID_Continue}$\s]+)?/u.exec(text)![0];
}

/// Characters of the longest end of `text` that `suffix` starts with, white space between the two aside.
export function overlap(text: string, suffix: string): number {
  const end = text.trimEnd();
  const start = suffix.trimStart();
  for (let length = Math.min(end.length, start.length); length > 0; length--) {
    if (start.startsWith(end.slice(-length))) return length;
  }
  return 0;
}

export function similarity(a: string, b: string): number {
  const longest = Math.max([...a].length, [...b].length);
  return longest === 0 ? 1 : 1 - editDistance(a, b) / longest;
}

/// Levenshtein's, in characters.
export function editDistance(a: string, b: string): number {
  const columns = [...b];
  let row = columns.map((_, i) => i + 1);
  row.unshift(0);
  for (const [i, character] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of columns.entries()) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (character === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}
