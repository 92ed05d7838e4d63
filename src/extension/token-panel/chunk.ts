import {
  CHUNK_BYTES,
  CHUNK_KEY,
  CHUNK_PIECES,
  CHUNK_ROWS,
  CHUNK_STRIDE,
  CHUNK_TOKENIZED,
  CHUNK_UNITS,
  type ChunkTable,
  MARK_LEAD,
  type PanelLayout,
  ROW_BYTE,
  ROW_PIECE,
  ROW_STRIDE,
  ROW_UNIT,
  type RowPage,
} from "../../protocol/token-panel.ts";
import { type Pieces, pendingPieces, piecesOf, type TextSize, textSize } from "./pieces.ts";
import { layOutRows } from "./rows.ts";

/// A stretch of text with its tokens, laid out. Immutable; `key` is never used twice.
export interface Chunk {
  readonly key: number;
  readonly text: string;
  readonly size: TextSize;
  /// The text may be cut where this chunk starts: chunks from a seam to the next are tokenized together.
  readonly seam: boolean;
  readonly tokenized: boolean;
  /// How many tokens it has; 0 while it is not tokenized.
  readonly tokens: number;
  readonly pieces: Pieces;
  readonly layout: PanelLayout;
  readonly rows: Uint32Array;
}

let lastKey = 0;

function newChunk(chunk: Omit<Chunk, "key" | "rows">): Chunk {
  lastKey++;
  return { ...chunk, key: lastKey, rows: layOutRows(chunk.text, chunk.pieces, chunk.layout) };
}

export function pendingChunk(text: string, seam: boolean, layout: PanelLayout): Chunk {
  const size = textSize(text);
  return newChunk({
    text,
    size,
    seam,
    tokenized: false,
    tokens: 0,
    pieces: pendingPieces(text, size),
    layout,
  });
}

/// `special` holds indices into `ids`.
export function tokenizedChunk(
  text: string,
  seam: boolean,
  layout: PanelLayout,
  ids: Uint32Array,
  byteStarts: Uint32Array,
  special: ReadonlySet<number>,
): Chunk {
  const size = textSize(text);
  // A tokenizer may drop all of a text: then the stand-in stays.
  const tokens = ids.length;
  const pieces = tokens === 0 ? pendingPieces(text, size) : piecesOf(text, ids, byteStarts, special);
  return newChunk({ text, size, seam, tokenized: true, tokens, pieces, layout });
}

export function withLayout(chunk: Chunk, layout: PanelLayout): Chunk {
  return chunk.layout === layout ? chunk : newChunk({ ...chunk, layout });
}

export function rowCount(chunk: Chunk): number {
  return chunk.rows.length / ROW_STRIDE - 1;
}

/// The row that shows a UTF-16 offset of the chunk.
export function rowAt(chunk: Chunk, unit: number): number {
  return Math.max(0, countUpTo(rowCount(chunk), (row) => chunk.rows[row * ROW_STRIDE + ROW_UNIT]!, unit) - 1);
}

/// UTF-16 offset in the chunk where a row starts.
export function rowUnit(chunk: Chunk, row: number): number {
  return chunk.rows[Math.min(row, rowCount(chunk)) * ROW_STRIDE + ROW_UNIT]!;
}

/// UTF-16 range of the characters that the pieces at `unit` touch: a token, or the characters whose
/// bytes it shares with its neighbours.
export function pieceRangeAt(chunk: Chunk, unit: number): { readonly from: number; readonly to: number } {
  const { unitStarts, marks } = chunk.pieces;
  const count = marks.length;
  let piece = Math.max(0, countUpTo(count, (i) => unitStarts[i]!, unit) - 1);
  // Of the tokens that share a character, the first.
  while (piece > 0 && unitStarts[piece - 1] === unitStarts[piece]) piece--;
  return { from: unitStarts[piece]!, to: pieceEnd(chunk, piece) };
}

/// UTF-16 offset where the last character of a piece ends, whoever owns its last byte.
export function pieceEnd(chunk: Chunk, piece: number): number {
  const { unitStarts, marks } = chunk.pieces;
  const end = unitStarts[piece + 1]!;
  const cut = piece + 1 < marks.length && (marks[piece + 1]! & MARK_LEAD) !== 0;
  if (!cut) return end;
  return end + (chunk.text.codePointAt(end)! > 0xffff ? 2 : 1);
}

/// Rows `from` to `to` (clamped) of a chunk, as the view wants them.
export function rowPage(chunk: Chunk, from: number, to: number): RowPage {
  const rows = rowCount(chunk);
  const first = Math.max(0, Math.min(from, rows));
  const last = Math.max(first, Math.min(to, rows));
  const starts = chunk.rows.slice(first * ROW_STRIDE, (last + 1) * ROW_STRIDE);
  const { pieces } = chunk;
  const end = starts.length - ROW_STRIDE;
  const firstPiece = starts[ROW_PIECE]!;
  const endPiece = starts[end + ROW_PIECE]!;
  // The end lies inside a piece: that piece shows on the last row too.
  const inside = endPiece < pieces.marks.length && starts[end + ROW_BYTE]! > pieces.byteStarts[endPiece]!;
  const stop = inside ? endPiece + 1 : endPiece;
  const textFrom = chunk.tokens > 0 ? pieces.unitStarts[firstPiece]! : starts[ROW_UNIT]!;
  const textTo =
    stop === firstPiece ? textFrom : chunk.tokens > 0 ? pieceEnd(chunk, stop - 1) : starts[end + ROW_UNIT]!;
  return {
    key: chunk.key,
    from: first,
    to: last,
    starts,
    firstPiece,
    ids: pieces.ids.slice(firstPiece, stop),
    marks: pieces.marks.slice(firstPiece, stop),
    byteStarts: pieces.byteStarts.slice(firstPiece, stop + 1),
    unitStarts: pieces.unitStarts.slice(firstPiece, stop + 1),
    text: chunk.text.slice(textFrom, textTo),
    textFrom,
  };
}

export function chunkTable(chunks: readonly Chunk[]): ChunkTable {
  const table = new Uint32Array(chunks.length * CHUNK_STRIDE);
  let at = 0;
  for (const chunk of chunks) {
    table[at + CHUNK_KEY] = chunk.key;
    table[at + CHUNK_ROWS] = rowCount(chunk);
    table[at + CHUNK_PIECES] = chunk.pieces.marks.length;
    table[at + CHUNK_BYTES] = chunk.size.bytes;
    table[at + CHUNK_UNITS] = chunk.text.length;
    table[at + CHUNK_TOKENIZED] = chunk.tokenized ? 1 : 0;
    at += CHUNK_STRIDE;
  }
  return table;
}

/// How many of `count` ascending values are at most `limit`.
export function countUpTo(count: number, value: (i: number) => number, limit: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value(middle) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
