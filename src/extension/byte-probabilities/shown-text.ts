import { utf8Encode } from "../../base/bytes.ts";
import type { ActiveText, TextRange } from "../token-panel/editor.ts";
import type { PartText, TextPart } from "./text-part.ts";

/// The part of a document that the view shows, as the model reads it: in bytes, behind some context.
export interface BytesOfText {
  readonly serial: number;
  readonly document: string;
  readonly version: number;
  readonly part: TextPart;
  readonly label: string;
  /// Where the text is in its document: UTF-16.
  readonly range: TextRange;
  readonly text: string;
  /// Where the context before it begins there.
  readonly contextFrom: number;
  /// Context and text.
  readonly all: Uint8Array;
  /// Bytes of context.
  readonly context: number;
  readonly isEnd: boolean;
  /// log2 1/p of the text's bytes; those behind `known` are not known yet.
  readonly surprises: Float64Array;
  known: number;
}

/// Makes the text ready, with what is known of it because `before`, the text shown so far, begins the same.
export function bytesOfText(
  serial: number,
  active: ActiveText,
  part: TextPart,
  label: string,
  { from, to, context, text }: PartText,
  before: BytesOfText | undefined,
): BytesOfText {
  const contextBytes = utf8Encode(context);
  const all = utf8Encode(context + text);
  const surprises = new Float64Array(all.length - contextBytes.length);
  let known = 0;
  if (before?.document === active.document && before.context === contextBytes.length) {
    known = Math.min(before.known, commonLength(before.all, all) - before.context, surprises.length);
    // A surprise tells of the bytes before, and not of those behind.
    known = Math.max(0, known);
    surprises.set(before.surprises.subarray(0, known));
  }
  return {
    serial,
    document: active.document,
    version: active.version,
    part,
    label,
    range: { from, to },
    contextFrom: from - context.length,
    text,
    all,
    context: contextBytes.length,
    isEnd: to === active.length,
    surprises,
    known,
  };
}

/// Byte of the text at a UTF-16 offset of the document; at its ends what is outside.
export function byteAt({ range, text }: Pick<BytesOfText, "range" | "text">, offset: number): number {
  const at = Math.max(0, Math.min(offset - range.from, text.length));
  return utf8Encode(text.slice(0, at)).length;
}

/// The document's range of the character that a byte of the text belongs to.
export function characterAt(
  { range, text }: Pick<BytesOfText, "range" | "text">,
  position: number,
): TextRange {
  let bytes = 0;
  let at = 0;
  for (const character of text) {
    const length = utf8Encode(character).length;
    if (bytes + length > position) return { from: range.from + at, to: range.from + at + character.length };
    bytes += length;
    at += character.length;
  }
  return { from: range.from + at, to: range.from + at };
}

function commonLength(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}
