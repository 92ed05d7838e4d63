/// Whether a text has what is no text: halves of surrogate pairs, or the character that editors show in place of
/// bytes that are not UTF-8.
export function hasReplacements(text: string): boolean {
  // In Unicode mode a surrogate is one that has no other half.
  return /[\u{d800}-\u{dfff}\u{fffd}]/u.test(text);
}
