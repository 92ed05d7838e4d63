import { bitsetWords, countBits, setBit } from "../base/bitset.ts";
import { concatBytes, utf8Encode } from "../base/bytes.ts";
import type { Vocabulary } from "../tokenizer/index.ts";
import type { TokenSearchResult } from "./explore-api.ts";

/// What somebody looks for among tokens.
export interface TokenQuery {
  /// The token of this id.
  readonly id?: number;
  /// Tokens that contain these bytes.
  readonly bytes?: Uint8Array;
}

const ESCAPES: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09, "\\": 0x5c, '"': 0x22 };

/// Reads a query: `#123` is an id, `0xe282` are bytes, everything else is text, in which `\n`, `\t`, `\r`,
/// `\\`, `\xHH` and `\uHHHH` stand for what they do in a string. Digits are both an id and a text.
///
/// `parseTokenQuery("12")` is `{ id: 12, bytes: [0x31, 0x32] }`.
export function parseTokenQuery(query: string): TokenQuery {
  const id = /^#(\d+)$/.exec(query);
  if (id) return { id: Number(id[1]) };
  const hex = /^0x((?:[0-9a-f]{2}[\s,]*)+)$/i.exec(query);
  if (hex) return { bytes: Uint8Array.from(hex[1]!.match(/[0-9a-f]{2}/gi)!, (pair) => parseInt(pair, 16)) };
  const bytes = unescapeText(query);
  return /^\d+$/.test(query) ? { id: Number(query), bytes } : { bytes };
}

function unescapeText(text: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const match of text.matchAll(/\\(?:([nrt\\"])|x([0-9a-f]{2})|u([0-9a-f]{4}))/gi)) {
    const [whole, letter, byte, unit] = match;
    const named = letter === undefined ? undefined : ESCAPES[letter];
    // `\N` is a backslash and a letter.
    if (letter !== undefined && named === undefined) continue;
    parts.push(utf8Encode(text.slice(at, match.index)));
    if (unit !== undefined) parts.push(utf8Encode(String.fromCharCode(parseInt(unit, 16))));
    else parts.push(Uint8Array.of(named ?? parseInt(byte!, 16)));
    at = match.index + whole.length;
  }
  parts.push(utf8Encode(text.slice(at)));
  return concatBytes(parts);
}

/// A vocabulary's bytes in one piece, to be searched as such.
export interface SearchableTokens {
  readonly size: number;
  readonly data: Uint8Array;
  /// Where each token starts in `data`; one entry more.
  readonly starts: Uint32Array;
}

export function searchableTokens(vocabulary: Vocabulary): SearchableTokens {
  const { size } = vocabulary;
  const starts = new Uint32Array(size + 1);
  const chunks: Uint8Array[] = [];
  for (let id = 0; id < size; id++) {
    const bytes = vocabulary.bytes(id);
    chunks.push(bytes);
    starts[id + 1] = starts[id]! + bytes.length;
  }
  return { size, data: concatBytes(chunks), starts };
}

export function searchTokens({ size, data, starts }: SearchableTokens, query: string): TokenSearchResult {
  const found = new Uint32Array(bitsetWords(size));
  const { id, bytes } = parseTokenQuery(query);
  if (id !== undefined && id < size) setBit(found, id);
  if (bytes !== undefined && bytes.length > 0) {
    const haystack = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    let token = 0;
    for (let at = haystack.indexOf(bytes); at >= 0; at = haystack.indexOf(bytes, at)) {
      while (starts[token + 1]! <= at) token++;
      // It may begin in one token and end in the next.
      if (at + bytes.length <= starts[token + 1]!) {
        setBit(found, token);
        at = starts[token + 1]!;
      } else at++;
    }
  }
  return { found, count: countBits(found) };
}
