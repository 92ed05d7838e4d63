import type { Span } from "../base/span.ts";
import type { Tokenizer } from "./vocabulary.ts";

// Where a text may be cut so that its parts encode to the whole's ids: before a space, tab, CR or LF
// that follows an ASCII letter or digit. Why that is so for every tokenizer that sets `cutsAtWords`:
//
// 1. Pieces are encoded each on its own, so the ids are the same if the pieces are.
// 2. Pieces are found from left to right without looking back: those after a piece's end depend only
//    on the text after it.
// 3. No pattern has a match with white space after an ASCII letter or digit (words and numbers end
//    there; white space only starts a piece, or stands after punctuation or other white space), and
//    none leaves such a character unmatched. So the whole's pieces have an end at the cut.
// 4. The pieces before the cut are the same if the text ends there: look-aheads (`(?!\S)`, `$`) are
//    tried only within white space, and the last character before the cut is none.
// 5. Normalizers that are allowed change nothing across the cut (no character combines with the white
//    space after it), and no added token lies across it or takes white space along.
//
// A newline before a word is *not* such a place: after "\n\n" GPT-2's pattern makes one piece of both
// newlines at the end of a text, but two before a word.
const CUT = /(?<=[A-Za-z0-9])[ \t\r\n]/g;

/// Offsets in `[from, to]` at which cutting `text` leaves every token as it is, ascending. None if
/// the tokenizer does not allow cuts at words.
export function* safeBoundaries(
  tokenizer: Tokenizer,
  text: string,
  from = 0,
  to = text.length,
): Generator<number> {
  if (tokenizer.cutsAtWords !== true) return;
  const pattern = new RegExp(CUT);
  pattern.lastIndex = from;
  for (let match = pattern.exec(text); match !== null && match.index <= to; match = pattern.exec(text)) {
    yield match.index;
  }
}

/// Cuts `text` into spans of about `targetSize` UTF-16 units whose ids joined are the ids of the
/// whole. Spans are longer where no safe boundary is near, and the text is left whole where the
/// tokenizer does not allow cuts. An empty text has no spans.
///
/// So that a long text can be tokenized in slices, with a look at the cancel signal between them.
export function chunkText(tokenizer: Tokenizer, text: string, targetSize = 65_536): Span[] {
  const spans: Span[] = [];
  for (let from = 0; from < text.length; ) {
    const [cut] = safeBoundaries(tokenizer, text, Math.max(from + 1, from + targetSize));
    const to = cut ?? text.length;
    spans.push({ from, to });
    from = to;
  }
  return spans;
}
