import { utf8Encode } from "../base/bytes.ts";
import { writeByteLevel } from "./byte-alphabet.ts";
import { hash128 } from "./hash.ts";
import type { FimTokens, TokenKind, Vocabulary } from "./vocabulary.ts";

// The codes `FlatVocabulary.kinds` holds, and what they mean. Never renumber: the id hashes them.
const KINDS: readonly TokenKind[] = ["normal", "special", "unused"];
export const NORMAL = 0;
export const SPECIAL = 1;
export const UNUSED = 2;

/// The parts of a `FlatVocabulary`.
export interface FlatVocabularyParts {
  readonly name: string;
  /// The tokens' bytes one after the other.
  readonly data: Uint8Array;
  /// Token t is `data[offsets[t] .. offsets[t + 1]]`; one entry more than there are tokens.
  readonly offsets: Uint32Array;
  /// One of `NORMAL`, `SPECIAL`, `UNUSED` a token.
  readonly kinds: Uint8Array;
  readonly stopTokens: readonly number[];
  readonly fim?: FimTokens | undefined;
}

/// A vocabulary in three flat arrays: no object a token, so that 200,000 tokens are made in
/// milliseconds and can be handed to a kernel or another thread as they are.
export class FlatVocabulary implements Vocabulary {
  readonly name: string;
  readonly size: number;
  readonly data: Uint8Array;
  readonly offsets: Uint32Array;
  readonly kinds: Uint8Array;
  readonly stopTokens: readonly number[];
  readonly fim?: FimTokens;
  #id: string | undefined;

  constructor(parts: FlatVocabularyParts) {
    this.name = parts.name;
    this.size = parts.kinds.length;
    this.data = parts.data;
    this.offsets = parts.offsets;
    this.kinds = parts.kinds;
    this.stopTokens = parts.stopTokens;
    if (parts.fim) this.fim = parts.fim;
    if (parts.offsets.length !== this.size + 1) throw new Error("a vocabulary needs size + 1 offsets");
  }

  /// Hash over bytes, kinds, stop and FIM tokens: what masks and caches depend on. Not the name.
  get id(): string {
    if (this.#id === undefined) {
      const markers = Int32Array.from([
        ...this.stopTokens,
        -1,
        ...(this.fim ? [this.fim.prefix, this.fim.suffix, this.fim.middle] : []),
      ]);
      const parts = [this.data, asBytes(this.offsets), this.kinds, asBytes(markers)];
      this.#id = hash128(utf8Encode(parts.map((part) => hash128(part)).join("")));
    }
    return this.#id;
  }

  /// A view into `data`: copy it before you change it.
  bytes(token: number): Uint8Array {
    this.#check(token);
    return this.data.subarray(this.offsets[token]!, this.offsets[token + 1]!);
  }

  kind(token: number): TokenKind {
    this.#check(token);
    return KINDS[this.kinds[token]!]!;
  }

  #check(token: number): void {
    if (!(token >= 0 && token < this.size)) {
      throw new Error(`token ${token} is outside of the vocabulary ${this.name} (${this.size} tokens)`);
    }
  }
}

function asBytes(array: Uint32Array | Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/// Collects a vocabulary's tokens in the order of their ids.
export class FlatVocabularyBuilder {
  #data: Uint8Array;
  #length = 0;
  readonly #ends: number[] = [];
  readonly #kinds: number[] = [];

  /// `expectedBytes` only saves copies.
  constructor(expectedBytes = 1 << 16) {
    this.#data = new Uint8Array(expectedBytes);
  }

  get size(): number {
    return this.#kinds.length;
  }

  /// Adds the next token. A normal token without bytes is kept as an unused one: it would be
  /// allowed everywhere and get a text nowhere.
  add(bytes: ArrayLike<number>, kind: number = NORMAL): void {
    this.#reserve(bytes.length);
    this.#data.set(bytes, this.#length);
    this.#push(bytes.length, kind);
  }

  /// Adds the next token by its text.
  addText(text: string, kind: number = NORMAL): void {
    this.#reserve(text.length * 3);
    this.#push(writeUtf8(text, this.#data, this.#length) - this.#length, kind);
  }

  /// Adds the next token by its spelling in GPT-2's byte alphabet. One with a character outside of
  /// the alphabet stands for its own text.
  addByteLevel(text: string, kind: number = NORMAL): void {
    this.#reserve(text.length);
    const end = writeByteLevel(text, this.#data, this.#length);
    if (end < 0) this.addText(text, kind);
    else this.#push(end - this.#length, kind);
  }

  /// Fills ids without a token up to `size`.
  addUnusedUpTo(size: number): void {
    while (this.size < size) this.#push(0, UNUSED);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#data.length) return;
    const grown = new Uint8Array(Math.max(this.#data.length * 2, this.#length + bytes));
    grown.set(this.#data);
    this.#data = grown;
  }

  #push(length: number, kind: number): void {
    this.#length += length;
    this.#ends.push(this.#length);
    this.#kinds.push(kind === NORMAL && length === 0 ? UNUSED : kind);
  }

  finish(options: {
    readonly name: string;
    readonly stopTokens?: readonly number[];
    readonly fim?: FimTokens | undefined;
  }): FlatVocabulary {
    const offsets = new Uint32Array(this.size + 1);
    offsets.set(this.#ends, 1);
    return new FlatVocabulary({
      name: options.name,
      data: this.#data.slice(0, this.#length),
      offsets,
      kinds: Uint8Array.from(this.#kinds),
      stopTokens: options.stopTokens ?? [],
      fim: options.fim,
    });
  }
}

/// Writes `text` as UTF-8 at `at` and returns the end. Lone surrogates become U+FFFD. `target` must
/// have room for three bytes a UTF-16 unit.
// By hand because tokens are short: a TextEncoder call costs more than the few bytes it writes.
export function writeUtf8(text: string, target: Uint8Array, at: number): number {
  let end = at;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      target[end++] = code;
      continue;
    }
    if (code < 0x800) {
      target[end++] = 0xc0 | (code >> 6);
      target[end++] = 0x80 | (code & 0x3f);
      continue;
    }
    if ((code & 0xf800) === 0xd800) {
      const next = i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
      if (code < 0xdc00 && (next & 0xfc00) === 0xdc00) {
        i++;
        code = 0x10000 + ((code & 0x3ff) << 10) + (next & 0x3ff);
        target[end++] = 0xf0 | (code >> 18);
        target[end++] = 0x80 | ((code >> 12) & 0x3f);
        target[end++] = 0x80 | ((code >> 6) & 0x3f);
        target[end++] = 0x80 | (code & 0x3f);
        continue;
      }
      code = 0xfffd;
    }
    target[end++] = 0xe0 | (code >> 12);
    target[end++] = 0x80 | ((code >> 6) & 0x3f);
    target[end++] = 0x80 | (code & 0x3f);
  }
  return end;
}

/// A token for `vocabularyFromTokens`: text or bytes of a normal token, the name of a special one,
/// or an unused id.
export type TokenSpec = string | Uint8Array | { readonly special: string } | { readonly unused: true };

/// A vocabulary from a list of tokens, ids in order: for tests and small vocabularies.
///
/// `vocabularyFromTokens(["a", "ab", { special: "</s>" }])` has the stop token 2: unless
/// `stopTokens` says otherwise, every special token ends a text.
export function vocabularyFromTokens(
  tokens: readonly TokenSpec[],
  options: {
    readonly name?: string;
    readonly stopTokens?: readonly number[];
    readonly fim?: FimTokens;
  } = {},
): FlatVocabulary {
  const builder = new FlatVocabularyBuilder();
  const specials: number[] = [];
  tokens.forEach((token, id) => {
    if (typeof token === "string") builder.addText(token);
    else if (token instanceof Uint8Array) builder.add(token);
    else if ("special" in token) {
      specials.push(id);
      builder.addText(token.special, SPECIAL);
    } else builder.addUnusedUpTo(id + 1);
  });
  return builder.finish({
    name: options.name ?? "tokens",
    stopTokens: options.stopTokens ?? specials,
    fim: options.fim,
  });
}
