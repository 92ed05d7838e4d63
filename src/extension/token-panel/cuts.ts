// Where a text may be cut so that its parts tokenize to the tokens of the whole.
//
// Pretokenizers (GPT-2's, cl100k, o200k, Llama 3, Qwen, DeepSeek) all end a word where a letter is
// followed by something that cannot belong to a word, and all start a word anew at a letter that
// follows a line break. They scan forwards and never look behind, so the rest of the text tokenizes
// alike whether or not it is seen together with what came before.

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
/// `cutText("ab\ncd ef", true, 3)` has the parts `ab⏎`, `cd`, ` ef`.
export function cutText(text: string, cuttable: boolean, target = CHUNK_TARGET): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  let seam = true;
  while (text.length - from > target * 1.5) {
    const cut = nextCut(text, from, cuttable, target);
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
  cuttable: boolean,
  target = CHUNK_TARGET,
): { readonly at: number; readonly seam: boolean } {
  const earliest = from + (target >>> 1);
  const latest = Math.min(from + Math.ceil(target * 1.5), text.length - 1);
  if (cuttable) {
    for (let at = latest; at >= earliest; at--) if (isLineSeam(text, at)) return { at, seam: true };
    for (let at = latest; at >= earliest; at--) if (isWordSeam(text, at)) return { at, seam: true };
  }
  for (let at = latest; at >= earliest; at--) if (text.charCodeAt(at - 1) === 10) return { at, seam: false };
  const at = from + target;
  return { at: isTrailingSurrogate(text.charCodeAt(at)) ? at + 1 : at, seam: false };
}

/// A letter after a line break.
function isLineSeam(text: string, at: number): boolean {
  return text.charCodeAt(at - 1) === 10 && isAsciiLetter(text.charCodeAt(at));
}

/// A space, digit or punctuation mark after a letter, but no apostrophe: some pretokenizers keep `'s`
/// with its word.
function isWordSeam(text: string, at: number): boolean {
  const after = text.charCodeAt(at);
  return (
    isAsciiLetter(text.charCodeAt(at - 1)) &&
    after >= 0x20 &&
    after < 0x7f &&
    after !== 0x27 &&
    !isAsciiLetter(after)
  );
}

function isAsciiLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function isTrailingSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
