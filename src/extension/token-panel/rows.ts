import { glyphCells, hexCells } from "../../protocol/glyphs.ts";
import { MARK_LEAD, MARK_NEWLINE, MARK_SPECIAL, type PanelLayout } from "../../protocol/token-panel.ts";
import { type Pieces, utf8Length } from "./pieces.ts";

/// Tokens after the first that can have a part of one character of four bytes.
const MOST_SHARERS = 3;

/// Lays the pieces of a text out in rows: returns `ROW_STRIDE` numbers a row (see `RowPage.starts`) and
/// one more entry for the end.
///
/// A row ends after a line break and where the next piece does not fit. A piece wider than a row is
/// broken between characters. A line break's sign may stand out over the row's width: the view leaves
/// room for it.
export function layOutRows(text: string, pieces: Pieces, layout: PanelLayout): Uint32Array {
  const { cellWidth, rowWidth } = layout;
  const { marks, cells, byteStarts, unitStarts } = pieces;
  const count = marks.length;
  const starts: number[] = [];
  let x = 0;
  let rowOpen = false;
  const startRow = (piece: number, unit: number, byte: number) => {
    starts.push(piece, unit, byte);
    x = 0;
    rowOpen = true;
  };

  for (let i = 0; i < count; i++) {
    const breaks = (marks[i]! & MARK_NEWLINE) !== 0;
    const extra = layout.pieceExtra + (marks[i]! & MARK_SPECIAL ? layout.specialExtra : 0);
    // What should stand on one row. A lone line break goes wherever its line ends.
    const together = breaks ? headCells(text, pieces, i, rowWidth / cellWidth) : cells[i]!;
    const width = together * cellWidth + extra;
    const group = width + sharersWidth(pieces, i, layout);
    const needs = group <= rowWidth ? group : width;
    const fitsElsewhere = together > 0 && x > 0 && x + needs > rowWidth && needs <= rowWidth;
    if (!rowOpen || fitsElsewhere) startRow(i, unitStarts[i]!, byteStarts[i]!);
    if (!breaks && x + width <= rowWidth) {
      x += width;
      continue;
    }
    // Character by character: it has a line break, or is wider than a row.
    x += extra;
    const from = byteStarts[i]!;
    const to = byteStarts[i + 1]!;
    let unit = unitStarts[i]!;
    let byte = from - (marks[i]! & MARK_LEAD);
    let shown = x > extra;
    while (byte < to) {
      const codePoint = text.codePointAt(unit)!;
      const length = utf8Length(codePoint);
      const shownFrom = Math.max(from, byte);
      const bytes = Math.min(to, byte + length) - shownFrom;
      const needed =
        (bytes === length ? glyphCells(codePoint) : hexCells(codePoint, bytes, shownFrom === byte)) *
        cellWidth;
      if (!rowOpen || (shown && codePoint !== 10 && x + needed > rowWidth)) {
        startRow(i, unit, shownFrom);
        x = extra;
      }
      x += needed;
      shown = true;
      if (codePoint === 10 && byte + length <= to) rowOpen = false;
      byte += length;
      unit += codePoint > 0xffff ? 2 : 1;
    }
  }
  starts.push(count, text.length, byteStarts[count]!);
  return Uint32Array.from(starts);
}

/// Width of the pieces after `piece` that share a character with the one before them.
function sharersWidth({ marks, cells }: Pieces, piece: number, layout: PanelLayout): number {
  let width = 0;
  const end = Math.min(marks.length, piece + 1 + MOST_SHARERS);
  for (let i = piece + 1; i < end && (marks[i]! & MARK_LEAD) !== 0; i++)
    width += cells[i]! * layout.cellWidth + layout.pieceExtra;
  return width;
}

/// Cells up to a piece's first line break: what should stay together. Counts no further than `enough`.
function headCells(text: string, pieces: Pieces, piece: number, enough: number): number {
  const end = pieces.unitStarts[piece + 1]!;
  let cells = 0;
  for (let unit = pieces.unitStarts[piece]!; unit < end && cells <= enough; ) {
    const codePoint = text.codePointAt(unit)!;
    if (codePoint === 10) break;
    cells += glyphCells(codePoint);
    unit += codePoint > 0xffff ? 2 : 1;
  }
  return cells;
}
