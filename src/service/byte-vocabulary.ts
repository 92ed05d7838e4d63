import { type Vocabulary, vocabularyFromTokens } from "../tokenizer/index.ts";

let cached: Vocabulary | undefined;

/// A vocabulary of the 256 bytes and one stop token: what a check of text, rather than of tokens, needs.
export function byteVocabulary(): Vocabulary {
  cached ??= vocabularyFromTokens(
    [...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)), { special: "<stop>" }],
    { name: "bytes" },
  );
  return cached;
}
