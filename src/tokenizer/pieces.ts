import { bytesEqual, utf8Encode } from "../base/bytes.ts";
import { alignTexts } from "./align.ts";
import { wellFormed } from "./text-tokenizer.ts";
import { type Tokenizer, tokensToBytes } from "./vocabulary.ts";

// Bits of `TokenPieces.flags`.
/// The token starts inside of a character.
export const STARTS_INSIDE = 1;
/// The token ends inside of a character.
export const ENDS_INSIDE = 2;
/// The token is special or unused and has no bytes in the text.
export const NO_TEXT = 4;

/// A text's tokens and where they lie in it. Offsets count UTF-16 units, as editors do.
export interface TokenPieces {
  readonly ids: Uint32Array;
  /// Where each token's bytes start in the joined bytes of all; one entry more, their number.
  readonly byteStarts: Uint32Array;
  /// Offset in the text at which each token starts; inside of a character, that character's.
  readonly textStarts: Uint32Array;
  /// Offset at which the last character ends that the token has a part of.
  readonly textEnds: Uint32Array;
  /// `STARTS_INSIDE`, `ENDS_INSIDE` and `NO_TEXT` of each token. A token with one of the first two
  /// splits a character.
  readonly flags: Uint8Array;
  /// The joined bytes decode to exactly this text, and the offsets are exact. False if the tokenizer
  /// normalises, puts a space before the text or drops characters (offsets are then a best guess),
  /// or if the text has lone surrogates (decoded as U+FFFD; offsets are exact all the same).
  readonly lossless: boolean;
}

/// Tokenizes `text` and aligns the tokens with it.
///
/// The three tokens of one emoji all start at its offset and end after it.
export function tokenizePieces(tokenizer: Tokenizer, text: string): TokenPieces {
  const { vocabulary } = tokenizer;
  const tokens = tokenizer.encode(text);
  const ids = Uint32Array.from(tokens);
  const bytes = tokensToBytes(vocabulary, tokens);
  const exact = bytesEqual(bytes, utf8Encode(text));
  const decoded = decode(bytes);
  const places = exact ? undefined : alignTexts(decoded.text(), text);
  // Without an alignment the decoded text's offsets are the text's.
  const startAt = (offset: number): number => places?.starts[offset] ?? offset;
  const endAt = (offset: number): number => places?.ends[offset] ?? offset;

  const byteStarts = new Uint32Array(ids.length + 1);
  const textStarts = new Uint32Array(ids.length);
  const textEnds = new Uint32Array(ids.length);
  const flags = new Uint8Array(ids.length);
  const { offsets } = decoded;
  for (let i = 0; i < ids.length; i++) {
    const from = byteStarts[i]!;
    const normal = vocabulary.kind(ids[i]!) === "normal";
    const to = from + (normal ? vocabulary.bytes(ids[i]!).length : 0);
    byteStarts[i + 1] = to;
    if (to === from) {
      flags[i] = NO_TEXT;
      // What the tokenizer knew no token for, if anything.
      textStarts[i] = endAt(offsets[from]!);
      textEnds[i] = startAt(offsets[from]!);
      continue;
    }
    if (from > 0 && offsets[from] === offsets[from - 1]) flags[i]! |= STARTS_INSIDE;
    let end = to;
    if (to < bytes.length && offsets[to] === offsets[to - 1]) {
      flags[i]! |= ENDS_INSIDE;
      while (end < bytes.length && offsets[end] === offsets[to]) end++;
    }
    textStarts[i] = startAt(offsets[from]!);
    textEnds[i] = endAt(offsets[end]!);
  }
  return { ids, byteStarts, textStarts, textEnds, flags, lossless: exact && wellFormed(text) === text };
}

interface Decoded {
  /// For each byte, the UTF-16 offset in the decoded text of the character that it is part of; and
  /// the text's length at the end. A byte starts a character if its offset is not its neighbour's.
  readonly offsets: Uint32Array;
  text(): string;
}

// Not a TextDecoder: it does not say which bytes became which character. A byte that is part of no
// well-formed character is one U+FFFD by itself.
function decode(bytes: Uint8Array): Decoded {
  const offsets = new Uint32Array(bytes.length + 1);
  let offset = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at) || 1;
    for (let k = 0; k < length; k++) offsets[at + k] = offset;
    offset += length === 4 ? 2 : 1;
    at += length;
  }
  offsets[bytes.length] = offset;
  const text = (): string => {
    const units = new Uint16Array(offset);
    for (let at = 0; at < bytes.length; ) {
      const length = characterLength(bytes, at);
      const code = length === 0 ? 0xfffd : codePoint(bytes, at, length);
      if (length < 4) units[offsets[at]!] = code;
      else {
        units[offsets[at]!] = 0xd800 + ((code - 0x10000) >> 10);
        units[offsets[at]! + 1] = 0xdc00 + (code & 0x3ff);
      }
      at += length || 1;
    }
    return textOfUnits(units);
  };
  return { offsets, text };
}

/// The length of the well-formed character at `at`, or 0.
function characterLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const length =
    lead >= 0xc2 && lead <= 0xdf
      ? 2
      : lead >= 0xe0 && lead <= 0xef
        ? 3
        : lead >= 0xf0 && lead <= 0xf4
          ? 4
          : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  for (let k = 1; k < length; k++) if ((bytes[at + k]! & 0xc0) !== 0x80) return 0;
  const code = codePoint(bytes, at, length);
  const overlong = code < (length === 3 ? 0x800 : length === 4 ? 0x10000 : 0x80);
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  return overlong || surrogate || code > 0x10ffff ? 0 : length;
}

function codePoint(bytes: Uint8Array, at: number, length: number): number {
  let code = length === 1 ? bytes[at]! : bytes[at]! & (0x7f >> length);
  for (let k = 1; k < length; k++) code = (code << 6) | (bytes[at + k]! & 0x3f);
  return code;
}

// In slices, since a call takes only so many arguments.
function textOfUnits(units: Uint16Array): string {
  let text = "";
  for (let at = 0; at < units.length; at += 8192) {
    text += String.fromCharCode(...units.subarray(at, at + 8192));
  }
  return text;
}
