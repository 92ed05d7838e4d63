import { utf8Encode } from "../../base/bytes.ts";
import { escapeText } from "../../protocol/glyphs.ts";
import { MARK_LEAD, MARK_PENDING, MARK_SPECIAL, type RowPage } from "../../protocol/token-panel.ts";

/// A character that a token shares with its neighbours: it has bytes `from` to `to` (from 1) of `of`.
export interface SharedCharacter {
  readonly char: string;
  readonly codePoint: string;
  readonly from: number;
  readonly to: number;
  readonly of: number;
}

/// What can be said about a token from its page.
export interface PieceFacts {
  readonly id: number;
  readonly special: boolean;
  readonly pending: boolean;
  readonly bytes: Uint8Array;
  /// Its text, escaped; bytes of characters it shares as `\xe2\x82`. Empty if it has no bytes.
  readonly text: string;
  readonly shared: readonly SharedCharacter[];
  /// Offsets in the chunk. The UTF-16 range covers the characters it touches.
  readonly byteFrom: number;
  readonly byteTo: number;
  readonly unitFrom: number;
  readonly unitTo: number;
}

export function pieceFacts(page: RowPage, index: number): PieceFacts {
  const mark = page.marks[index]!;
  const byteFrom = page.byteStarts[index]!;
  const byteTo = page.byteStarts[index + 1]!;
  const unitFrom = page.unitStarts[index]!;
  const facts = { id: page.ids[index]!, special: (mark & MARK_SPECIAL) !== 0, byteFrom, byteTo, unitFrom };
  if (mark & MARK_PENDING) {
    const unitTo = page.unitStarts[index + 1]!;
    return { ...facts, pending: true, bytes: new Uint8Array(0), text: "", shared: [], unitTo };
  }
  const lead = mark & MARK_LEAD;
  const bytes = new Uint8Array(byteTo - byteFrom);
  const shared: SharedCharacter[] = [];
  let text = "";
  let start = byteFrom - lead;
  let unit = unitFrom;
  while (start < byteTo && unit - page.textFrom < page.text.length) {
    const char = String.fromCodePoint(page.text.codePointAt(unit - page.textFrom)!);
    const encoded = utf8Encode(char);
    const from = Math.max(byteFrom, start) - start;
    const to = Math.min(byteTo, start + encoded.length) - start;
    if (to > from) bytes.set(encoded.subarray(from, to), start + from - byteFrom);
    if (to - from === encoded.length) text += escapeText(char);
    else if (to > from) {
      const codePoint = `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
      for (const byte of encoded.subarray(from, to)) text += `\\x${byte.toString(16)}`;
      shared.push({ char: escapeText(char), codePoint, from: from + 1, to, of: encoded.length });
    }
    start += encoded.length;
    unit += char.length;
  }
  return { ...facts, pending: false, bytes, text, shared, unitTo: unit };
}
