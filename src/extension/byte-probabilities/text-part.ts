import type { ActiveText, TextRange } from "../token-panel/editor.ts";

// UTF-16 units. Each byte costs the model an evaluation: a part is what is scored in seconds.
/// A document up to this long is shown as a whole.
const WHOLE = 1536;
/// Shown before and after the cursor.
const BEFORE = 768;
const AFTER = 384;
/// The cursor may come this near to the part's ends before another part is shown.
const MARGIN = 96;
/// A longer selection is cut.
const LONGEST_SELECTION = 4096;
/// Read as context before what is shown.
const CONTEXT = 512;
/// A part begins and ends at line breaks that are no further off.
const SNAP = 160;

/// Which part of a document is shown, and how much before it the model reads, too. UTF-16 offsets.
export interface TextPart extends TextRange {
  readonly scope: "document" | "selection" | "window";
  /// Where what the model reads begins.
  readonly contextFrom: number;
  /// The selection is longer than what is shown.
  readonly isCut: boolean;
}

/// The part to show: the selection, or what is around the cursor. `kept`: where the part shown before began; it
/// stays while the cursor is well inside.
export function planPart(
  { length, selection }: Pick<ActiveText, "length" | "selection">,
  kept?: number,
): TextPart {
  const isWhole = selection.from === 0 && selection.to === length;
  if (selection.from < selection.to && !(isWhole && length <= WHOLE)) {
    const { from } = selection;
    const to = Math.min(selection.to, from + LONGEST_SELECTION);
    return { scope: "selection", from, to, contextFrom: contextBefore(from), isCut: to < selection.to };
  }
  if (length <= WHOLE) return { scope: "document", from: 0, to: length, contextFrom: 0, isCut: false };
  const cursor = selection.from;
  const ahead = cursor - (kept ?? cursor);
  const stays = kept === 0 || ahead >= MARGIN ? ahead >= 0 && ahead <= BEFORE + AFTER - MARGIN : false;
  const from = stays ? (kept ?? 0) : Math.max(0, cursor - BEFORE);
  const to = Math.min(length, from + BEFORE + AFTER);
  return { scope: "window", from, to, contextFrom: contextBefore(from), isCut: false };
}

function contextBefore(from: number): number {
  return Math.max(0, from - CONTEXT);
}

/// A part's text, and what the model reads before it.
export interface PartText extends TextRange {
  readonly context: string;
  readonly text: string;
}

/// Cuts what was read of a document, from `part.contextFrom` to `part.to`, at lines and whole characters.
/// `keepFrom`: the part begins where it is planned to. `cursor` stays inside.
export function cutPart(
  read: string,
  part: TextPart,
  {
    cursor,
    length,
    keepFrom,
  }: { readonly cursor: number; readonly length: number; readonly keepFrom: boolean },
): PartText {
  const offset = part.contextFrom;
  let from = part.from - offset;
  let to = part.to - offset;
  if (part.scope === "window") {
    const line = read.indexOf("\n", from) + 1;
    if (!keepFrom && from > 0 && line > 0 && line - from <= SNAP && line <= cursor - offset) from = line;
    const last = read.lastIndexOf("\n", to - 1) + 1;
    if (part.to < length && to - last <= SNAP && last >= cursor - offset && last > from) to = last;
  }
  from = wholeCharacter(read, from);
  if (part.to < length) to = wholeCharacter(read, to);
  const start = wholeCharacter(read, 0);
  return {
    from: from + offset,
    to: to + offset,
    context: read.slice(start, from),
    text: read.slice(from, Math.max(from, to)),
  };
}

/// The place itself, or the one before it, if it is inside of a surrogate pair.
function wholeCharacter(text: string, at: number): number {
  const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;
  if (!isLow(text.charCodeAt(at))) return at;
  // What was read may begin in the middle of one.
  return at === 0 ? 1 : at - 1;
}
