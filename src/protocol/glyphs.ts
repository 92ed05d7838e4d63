// How each character of a token is drawn. The extension lays rows out and the webview draws them:
// they must agree on what a character becomes and on how many cells of a monospaced font it takes.

/// `text`: the character itself. `space`, `tab`, `newline`: a mark for it. `escape`: its escape
/// sequence, because it is invisible, would change how its surroundings are drawn, or could be mistaken
/// for another.
export type GlyphKind = "text" | "space" | "tab" | "newline" | "escape";

export interface Glyph {
  readonly kind: GlyphKind;
  readonly text: string;
  /// Cells of a monospaced font, at most: where a fallback font decides, the wider guess.
  readonly cells: number;
}

const INVISIBLE = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u{2800}\u{fffd}]/u;
const MARK = /\p{M}/u;

const SPACE: Glyph = { kind: "space", text: "·", cells: 1 };
// The arrow and some air, so that indentation still looks like indentation.
const TAB: Glyph = { kind: "tab", text: "→\u2002", cells: 2 };
const NEWLINE: Glyph = { kind: "newline", text: "⏎", cells: 2 };

/// The glyph of a code point. `glyphOf(0x20)` is a middle dot, `glyphOf(0xa0)` the six characters `\u00a0`.
export function glyphOf(codePoint: number): Glyph {
  if (codePoint === 0x20) return SPACE;
  if (codePoint === 0x0a) return NEWLINE;
  if (codePoint === 0x09) return TAB;
  if (isPlainAscii(codePoint)) return { kind: "text", text: String.fromCharCode(codePoint), cells: 1 };
  const text = String.fromCodePoint(codePoint);
  if (INVISIBLE.test(text)) {
    const escaped = escapeOf(codePoint);
    return { kind: "escape", text: escaped, cells: escaped.length };
  }
  return { kind: "text", text, cells: isNarrow(codePoint) ? 1 : 2 };
}

/// True for combining marks: at the start of a token they need something to sit on.
export function isMark(codePoint: number): boolean {
  return codePoint >= 0x300 && MARK.test(String.fromCodePoint(codePoint));
}

/// `glyphOf(codePoint).cells`, from a table where that is possible.
export function glyphCells(codePoint: number): number {
  if (isPlainAscii(codePoint) || codePoint === 0x20) return 1;
  if (codePoint > 0xffff) return glyphOf(codePoint).cells;
  let cells = cellTable[codePoint]!;
  if (cells === 0) {
    cells = glyphOf(codePoint).cells;
    cellTable[codePoint] = cells;
  }
  return cells;
}

/// Cells that `count` bytes of an incomplete character take as `e2 82`, with some air around. The token
/// that has its first byte shows the character too, if it can be shown.
export function hexCells(codePoint: number, count: number, first: boolean): number {
  return 3 * count + (first ? nameCells(codePoint) : 0);
}

function nameCells(codePoint: number): number {
  return glyphOf(codePoint).kind === "text" ? glyphCells(codePoint) + 1 : 0;
}

/// `"e2 82"` of the bytes `[0xe2, 0x82]`.
export function spacedHex(bytes: ArrayLike<number>): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join(" ");
}

/// A text as one would write it between quotes: `a\nb`, `\u00a0`. Spaces stay spaces.
export function escapeText(text: string): string {
  let out = "";
  for (const char of text) {
    const codePoint = char.codePointAt(0)!;
    if (codePoint === 0x0a) out += "\\n";
    else if (codePoint === 0x09) out += "\\t";
    else if (codePoint === 0x20) out += " ";
    else if (codePoint === 0x22 || codePoint === 0x5c) out += `\\${char}`;
    else out += glyphOf(codePoint).text;
  }
  return out;
}

// 0: not asked for yet.
const cellTable = new Uint8Array(0x10000);

function isPlainAscii(codePoint: number): boolean {
  return codePoint > 0x20 && codePoint < 0x7f;
}

function escapeOf(codePoint: number): string {
  if (codePoint === 0x0d) return "\\r";
  const hex = codePoint.toString(16);
  if (codePoint < 0x80) return `\\x${hex.padStart(2, "0")}`;
  return codePoint > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
}

// Scripts that monospaced fonts carry themselves. Everything else comes from a fallback font.
function isNarrow(codePoint: number): boolean {
  return (
    codePoint < 0x590 ||
    (codePoint >= 0x1e00 && codePoint <= 0x20cf) ||
    (codePoint >= 0x2500 && codePoint <= 0x259f)
  );
}
