import { concatBytes } from "../base/bytes.ts";
import type { PairRules } from "./pair-rules.ts";

/// What a token id stands for.
export type TokenKind =
  /// Bytes of text.
  | "normal"
  /// A marker (end of text, FIM, chat turn…) that no text encodes to.
  | "special"
  /// An id the model's output has room for, but that no text and no marker uses.
  | "unused";

/// The ids of a model's fill-in-the-middle markers. All three are present, or the model has no FIM.
export interface FimTokens {
  readonly prefix: number;
  readonly suffix: number;
  readonly middle: number;
}

/// A vocabulary: id → bytes. Immutable; ids are 0 … size - 1.
export interface Vocabulary {
  /// Content hash over bytes and kinds: equal ids mean equal vocabularies (caches are keyed by it).
  readonly id: string;
  readonly name: string;
  readonly size: number;
  /// The bytes of a normal token; for a special or unused one, the UTF-8 of its display name.
  bytes(token: number): Uint8Array;
  kind(token: number): TokenKind;
  /// Tokens that end a text (EOS, EOT…): a grammar's "stop" is any of them.
  readonly stopTokens: readonly number[];
  readonly fim?: FimTokens;
}

export interface Tokenizer {
  readonly vocabulary: Vocabulary;
  /// Ids of a text. Special tokens spelled out in `text` are treated as plain text; no BOS is added.
  encode(text: string): number[];
  /// True if a text may be cut before white space that follows an ASCII letter or digit: the parts
  /// then encode to the same ids as the whole. See `chunkText`.
  readonly cutsAtWords?: boolean;
  /// True if a token sequence is what its text encodes to exactly where each two neighbours are, and so
  /// is every part of it: byte pair encoding by rank over whole texts, with no pre-tokenizer and no
  /// tokens that are found in the text before.
  readonly joinsByPairs?: boolean;
  /// How it makes tokens, if it is plain byte pair encoding of pieces that are cut by a known pattern.
  /// Worked out on the first call.
  pieceRules?(): PieceRules | undefined;
}

/// Byte pair encoding of pieces: a text is cut into pieces, and each piece's bytes are merged on their own.
export interface PieceRules {
  readonly pairs: PairRules;
  /// A piece that is a token as a whole becomes that token without any merging.
  readonly wholePieces: boolean;
  /// Where the pieces of a text end, in UTF-16 units; absent if a text is one piece: but for a space that may be
  /// put before it, its tokens then do not depend on where it begins.
  readonly pieceEnds?: (text: string) => number[];
}

/// Joined bytes of a token sequence; special and unused tokens contribute nothing.
export function tokensToBytes(vocabulary: Vocabulary, tokens: readonly number[]): Uint8Array<ArrayBuffer> {
  const normal = tokens.filter((token) => vocabulary.kind(token) === "normal");
  return concatBytes(normal.map((token) => vocabulary.bytes(token)));
}
