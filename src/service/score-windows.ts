import { completeUtf8Length, utf8Decode } from "../base/bytes.ts";
import type { Diagnostic } from "../base/diagnostic.ts";
import type { CoverTarget } from "../bytes/index.ts";
import type { ModelInfo } from "../decoding/index.ts";
import type { Tokenizer } from "../tokenizer/index.ts";
import type { ScoreWindow } from "./bytes-api.ts";

/// Tokens of the context that a window leaves free: for a beginning that has more tokens than the whole
/// text has there, and for branches, which are kept in the same cache.
const SPARE = 96;
const SMALLEST_WINDOW = 16;

// More than enough for code: its tokens have four bytes or so.
const TOKEN_BYTES = 16;

/// Tokens of a text that a model reads at once.
export function roomOf({ contextLength }: ModelInfo): number {
  return Math.max(SMALLEST_WINDOW, contextLength - SPARE);
}

/// What to tell of a text that was read in windows: nothing, if there is one and nothing is before it.
export function toldOfWindows(info: ModelInfo, windows: readonly ScoreWindow[]): Diagnostic[] {
  if (windows.length <= 1) return toldOfCut(info, windows[0]?.context ?? 0);
  const each = "Each byte is told from half a context before it or more. ";
  return [tooLong(info, `it was read in ${windows.length} windows`, each)];
}

/// What to tell of a text that was read from a byte on: nothing, if that is its first.
export function toldOfCut(info: ModelInfo, from: number): Diagnostic[] {
  return from > 0 ? [tooLong(info, `what is before byte ${from} was left out`, "")] : [];
}

function tooLong({ contextLength }: ModelInfo, how: string, known: string): Diagnostic {
  return {
    code: "text-windowed",
    severity: "warning",
    message: `the text is longer than the model's context of ${contextLength} tokens: ${how}`,
    hint: `${known}For more, use a model with a longer context.`,
  };
}

/// Windows over the bytes of a text from `from` on that hold at most `room` tokens each, their contexts
/// included; those are half as long, where there is so much before the window.
export function cutWindows(
  tokenizer: Tokenizer,
  text: Uint8Array,
  from: number,
  target: CoverTarget["kind"],
  room: number,
): ScoreWindow[] {
  const windows: ScoreWindow[] = [];
  let context = contextBefore(tokenizer, text, from, target, room >> 1);
  for (let at = from; at < text.length; ) {
    const ends = target === "canonical" ? tokenEnds(tokenizer, text.subarray(context), room) : undefined;
    // Covers of all kinds may have a token for each byte.
    const count = Math.min(room, ends?.length ?? text.length - context);
    const endOf = (token: number) => context + (ends?.[token] ?? token + 1);
    const to = endOf(count - 1);
    if (to <= at) throw new Error(`a window that ends at byte ${to}, where it begins`);
    windows.push({ context, from: at, to });
    if (to < text.length) context = characterFrom(text, endOf(count - 1 - (room >> 1)), to);
    at = to;
  }
  return windows;
}

/// Where the last `most` tokens before byte `end` begin.
export function contextBefore(
  tokenizer: Tokenizer,
  text: Uint8Array,
  end: number,
  target: CoverTarget["kind"],
  most: number,
): number {
  if (target === "all") return characterFrom(text, Math.max(0, end - most), end);
  const earliest = characterFrom(text, Math.max(0, end - most * TOKEN_BYTES), end);
  const ends = tokenEnds(tokenizer, text.subarray(earliest, end), most);
  if (ends === undefined) return characterFrom(text, Math.max(0, end - most), end);
  return ends.length <= most ? earliest : characterFrom(text, earliest + ends[ends.length - most - 1]!, end);
}

/// The first byte of `at .. end` that begins a character; `end` if there is none, and `at` in what is no
/// text.
function characterFrom(text: Uint8Array, at: number, end: number): number {
  for (let first = at; first < at + 4; first++) {
    if (first >= end) return end;
    if ((text[first]! & 0xc0) !== 0x80) return first;
  }
  return at;
}

/// Where the first tokens of a text end, `most` of them at least if there are; `undefined` for what is
/// no text.
function tokenEnds(tokenizer: Tokenizer, bytes: Uint8Array, most: number): number[] | undefined {
  for (let length = most * TOKEN_BYTES; ; length *= 2) {
    const beginning = bytes.subarray(0, length);
    const text = utf8Decode(beginning.subarray(0, completeUtf8Length(beginning)));
    if (text === undefined) return undefined;
    const tokens = tokenizer.encode(text);
    if (tokens.length < most && length < bytes.length) continue;
    let end = 0;
    return tokens.map((token) => {
      end += tokenizer.vocabulary.bytes(token).length;
      return end;
    });
  }
}
