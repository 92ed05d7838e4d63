import { glyphCells, hexCells } from "../../protocol/glyphs.ts";
import {
  HUES,
  MARK_HUE_SHIFT,
  MARK_LEAD,
  MARK_NEWLINE,
  MARK_PENDING,
  MARK_SPECIAL,
} from "../../protocol/token-panel.ts";

/// The tokens of a chunk of text, as parallel arrays.
export interface Pieces {
  readonly ids: Uint32Array;
  /// `MARK_…` bits.
  readonly marks: Uint8Array;
  /// Cells it takes on one row (clamped); of no use if it contains a line break.
  readonly cells: Uint16Array;
  /// One more entry than pieces, as in `RowPage`.
  readonly byteStarts: Uint32Array;
  readonly unitStarts: Uint32Array;
}

export interface TextSize {
  readonly bytes: number;
  /// Code points.
  readonly characters: number;
}

/// Size of a text in UTF-8 and code points, a lone surrogate counting as U+FFFD.
export function textSize(text: string): TextSize {
  let bytes = 0;
  let characters = 0;
  for (let at = 0; at < text.length; characters++) {
    const codePoint = text.codePointAt(at)!;
    bytes += utf8Length(codePoint);
    at += codePoint > 0xffff ? 2 : 1;
  }
  return { bytes, characters };
}

export function utf8Length(codePoint: number): number {
  return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
}

/// The hue that a chunk's first piece has and no other: so chunks can be coloured without looking at
/// their neighbours.
const FIRST_HUE = HUES - 1;

/// Finds where the tokens of `text` are in it. `byteStarts` ascend from 0 within the text's UTF-8; a
/// broken promise of the tokenizer throws.
export function piecesOf(
  text: string,
  ids: Uint32Array,
  tokenByteStarts: Uint32Array,
  special: ReadonlySet<number>,
): Pieces {
  const count = ids.length;
  const marks = new Uint8Array(count);
  const cells = new Uint16Array(count);
  const byteStarts = new Uint32Array(count + 1);
  const unitStarts = new Uint32Array(count + 1);
  byteStarts.set(tokenByteStarts.subarray(0, count));

  let unit = 0;
  // The character at `unit`: its first byte's offset, its length, how many cells.
  let byte = 0;
  let hue = FIRST_HUE;
  for (let i = 0; i < count; i++) {
    const from = byteStarts[i]!;
    const to = i + 1 < count ? byteStarts[i + 1]! : Number.POSITIVE_INFINITY;
    if (from < byte || to < from) throw new Error(`token ${i} starts at byte ${from}, out of order`);
    unitStarts[i] = unit;
    let mark = from - byte;
    let width = 0;
    let newline = false;
    while (unit < text.length && byte < to) {
      const codePoint = text.codePointAt(unit)!;
      const length = utf8Length(codePoint);
      const shownFrom = Math.max(from, byte);
      const shownTo = Math.min(to, byte + length);
      if (shownTo - shownFrom === length) width += glyphCells(codePoint);
      else if (shownTo > shownFrom) width += hexCells(codePoint, shownTo - shownFrom, shownFrom === byte);
      if (codePoint === 10) newline = true;
      // Its last bytes belong to the next token, which starts inside it.
      if (byte + length > to) break;
      byte += length;
      unit += codePoint > 0xffff ? 2 : 1;
    }
    if (mark > MARK_LEAD) throw new Error(`token ${i} starts ${mark} bytes inside a character`);
    if (special.has(i)) mark |= MARK_SPECIAL;
    if (newline) mark |= MARK_NEWLINE;
    marks[i] = mark | (hue << MARK_HUE_SHIFT);
    // An empty piece is drawn as a sign of its own.
    cells[i] = Math.min(Math.max(width, 1), 0xffff);
    hue = nextHue(hue, newline);
  }
  if (unit !== text.length) throw new Error(`the tokens end at ${unit} of ${text.length} code units`);
  byteStarts[count] = byte;
  unitStarts[count] = unit;
  return { ids, marks, cells, byteStarts, unitStarts };
}

/// One stand-in for all of a text, until its tokens are known.
export function pendingPieces(text: string, size: TextSize): Pieces {
  return {
    ids: Uint32Array.of(0),
    marks: Uint8Array.of(MARK_PENDING | MARK_NEWLINE),
    cells: Uint16Array.of(0),
    byteStarts: Uint32Array.of(0, size.bytes),
    unitStarts: Uint32Array.of(0, text.length),
  };
}

// Colours start over on each line, so that typing on one line leaves the other lines' alone.
function nextHue(hue: number, lineEnds: boolean): number {
  const cycle = HUES - 1;
  if (lineEnds || hue === FIRST_HUE) return hue === 0 ? 1 : 0;
  return (hue + 1) % cycle;
}
