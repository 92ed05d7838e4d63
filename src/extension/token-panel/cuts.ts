// Where a text may be cut so that its parts tokenize to the tokens of the whole, for a tokenizer with
// `cutsAtWords`. There are two such places, here called seams:
//
// - before white space that follows an ASCII letter or digit (what `cutsAtWords` says);
// - before an ASCII letter at the start of a line, if the line before it ends with a visible character
//   and a bare line feed. A pretokenizer that starts a piece at the line feed ends it there too, as it
//   would at the end of the text. (After two white space characters it may not: GPT-2's pattern takes
//   them apart before a letter, but not at the end.)

/// UTF-16 units a chunk should have: some 4,000 tokens, a few milliseconds of tokenization.
export const CHUNK_TARGET = 16 * 1024;

/// A part of a text. `seam`: the text may be cut where the part starts; the first part always is one.
export interface TextPart {
  readonly text: string;
  readonly seam: boolean;
}

/// Cuts a text into parts of about `target` units: at a seam that starts a line if there is one near,
/// else at another seam, else at any character.
///
/// `cutText("ab\ncd ef", true, 3)` has the parts `ab⏎`, `cd` and ` ef`.
export function cutText(text: string, cutsAtWords: boolean, target = CHUNK_TARGET): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  let seam = true;
  while (text.length - from > target * 1.5) {
    const cut = nextCut(text, from, cutsAtWords, target);
    parts.push({ text: text.slice(from, cut.at), seam });
    from = cut.at;
    seam = cut.seam;
  }
  parts.push({ text: text.slice(from), seam });
  return parts;
}

/// The first cut of a text that goes on: where its first part ends.
export function nextCut(
  text: string,
  from: number,
  cutsAtWords: boolean,
  target = CHUNK_TARGET,
): { readonly at: number; readonly seam: boolean } {
  const earliest = from + (target >>> 1);
  const latest = Math.min(from + Math.ceil(target * 1.5), text.length - 1);
  if (cutsAtWords) {
    for (let at = latest; at >= earliest; at--) if (isLineSeam(text, at)) return { at, seam: true };
    for (let at = latest; at >= earliest; at--) if (isWordSeam(text, at)) return { at, seam: true };
  }
  for (let at = latest; at >= earliest; at--) if (text.charCodeAt(at - 1) === 10) return { at, seam: false };
  const at = from + target;
  return { at: isTrailingSurrogate(text.charCodeAt(at)) ? at + 1 : at, seam: false };
}

function isLineSeam(text: string, at: number): boolean {
  return (
    text.charCodeAt(at - 1) === 10 && isVisible(text.charCodeAt(at - 2)) && isAsciiLetter(text.charCodeAt(at))
  );
}

function isWordSeam(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  return (isAsciiLetter(before) || isAsciiDigit(before)) && isAsciiSpace(text.charCodeAt(at));
}

function isVisible(code: number): boolean {
  return code > 0x20 && code < 0x7f;
}

function isAsciiSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

function isAsciiDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isAsciiLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function isTrailingSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
