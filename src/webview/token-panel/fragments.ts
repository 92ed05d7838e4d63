import { utf8Encode } from "../../base/bytes.ts";
import { type GlyphKind, glyphOf, isMark, spacedHex } from "../../protocol/glyphs.ts";
import {
  MARK_LEAD,
  ROW_BYTE,
  ROW_PIECE,
  ROW_STRIDE,
  ROW_UNIT,
  type RowPage,
} from "../../protocol/token-panel.ts";

/// A run of characters drawn alike. `hex`: bytes of a character that other tokens share; `shared`: that
/// character, before its first bytes.
export interface Segment {
  readonly kind: GlyphKind | "hex" | "shared";
  readonly text: string;
}

/// The part of a piece that one row shows.
export interface Fragment {
  /// Index into the page's arrays.
  readonly index: number;
  /// Index in the chunk.
  readonly piece: number;
  /// It began on a row before, goes on on the next.
  readonly opensBefore: boolean;
  readonly goesOn: boolean;
  /// Its first, last character begins, ends in another token.
  readonly sharesFirst: boolean;
  readonly sharesLast: boolean;
  readonly segments: readonly Segment[];
}

/// What row `row` (of the chunk) shows. The page must hold the row.
export function fragmentsOf(page: RowPage, row: number): Fragment[] {
  const { starts, marks, byteStarts, unitStarts } = page;
  const at = (row - page.from) * ROW_STRIDE;
  const rowFrom = starts[at + ROW_BYTE]!;
  const rowTo = starts[at + ROW_STRIDE + ROW_BYTE]!;
  const fragments: Fragment[] = [];
  const first = starts[at + ROW_PIECE]! - page.firstPiece;
  // The next row starts with this piece: it belongs to this row only if it began before.
  const next = starts[at + ROW_STRIDE + ROW_PIECE]! - page.firstPiece;
  for (let index = first; index < marks.length && index <= next; index++) {
    const pieceFrom = byteStarts[index]!;
    if (index === next && pieceFrom >= rowTo) break;
    const pieceTo = byteStarts[index + 1]!;
    const opensBefore = index === first && rowFrom > pieceFrom;
    const lead = marks[index]! & MARK_LEAD;
    const segments = opensBefore
      ? segmentsOf(page, starts[at + ROW_UNIT]!, rowFrom, rowFrom, Math.min(pieceTo, rowTo))
      : segmentsOf(page, unitStarts[index]!, pieceFrom - lead, pieceFrom, Math.min(pieceTo, rowTo));
    fragments.push({
      index,
      piece: page.firstPiece + index,
      opensBefore,
      goesOn: pieceTo > rowTo,
      sharesFirst: lead > 0 && !opensBefore,
      sharesLast: pieceTo <= rowTo && index + 1 < marks.length && (marks[index + 1]! & MARK_LEAD) > 0,
      segments,
    });
  }
  return fragments;
}

/// Segments of the bytes `from` to `to`; `unit` and `byte` are where the first character starts.
function segmentsOf(page: RowPage, unit: number, byte: number, from: number, to: number): Segment[] {
  const segments: { kind: Segment["kind"]; text: string }[] = [];
  let at = unit - page.textFrom;
  let start = byte;
  while (start < to && at < page.text.length) {
    const codePoint = page.text.codePointAt(at)!;
    const char = String.fromCodePoint(codePoint);
    const length = utf8Length(codePoint);
    const shownFrom = Math.max(from, start);
    const shownTo = Math.min(to, start + length);
    if (shownTo - shownFrom < length) {
      const bytes = utf8Encode(char).subarray(shownFrom - start, shownTo - start);
      const { kind, text } = glyphOf(codePoint);
      if (shownFrom === start && kind === "text")
        segments.push({ kind: "shared", text: isMark(codePoint) ? `◌${text}` : text });
      if (bytes.length > 0) segments.push({ kind: "hex", text: spacedHex(bytes) });
    } else {
      const glyph = glyphOf(codePoint);
      const last = segments.at(-1);
      // A combining mark needs a base; the one before it may be another token's.
      const bare = last === undefined && glyph.kind === "text" && isMark(codePoint);
      const text = bare ? `◌${glyph.text}` : glyph.text;
      if (last?.kind === glyph.kind) last.text += text;
      else segments.push({ kind: glyph.kind, text });
    }
    start += length;
    at += char.length;
  }
  return segments;
}

export function utf8Length(codePoint: number): number {
  return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
}
