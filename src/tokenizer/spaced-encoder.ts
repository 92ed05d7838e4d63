import { type FlatVocabulary, NORMAL } from "./flat-vocabulary.ts";
import type { PieceEncoder } from "./text-tokenizer.ts";

// A run of spaces with what follows up to the next space.
const WORD = / *[^ ]+| +/gu;

/// Wraps the encoder of a SentencePiece-like tokenizer, whose pieces are whole texts with `space` for
/// a space: gives it real spaces, as the vocabulary has them, and words instead of the whole.
///
/// Words are the same only if no token holds a space after another character; then no merge can cross
/// a word's start. That is so in nearly every vocabulary (they were trained on words), and checked.
export function spacedEncoder(
  encoder: PieceEncoder,
  vocabulary: FlatVocabulary,
  space: string,
): PieceEncoder {
  const byWords = !hasInnerSpace(vocabulary);
  return {
    encode: (piece, out) => {
      const text = piece.replaceAll(space, " ");
      if (!byWords) encoder.encode(text, out);
      else for (const [word] of text.matchAll(WORD)) encoder.encode(word, out);
    },
  };
}

function hasInnerSpace(vocabulary: FlatVocabulary): boolean {
  const { data, offsets, kinds } = vocabulary;
  for (let token = 0; token < vocabulary.size; token++) {
    if (kinds[token] !== NORMAL) continue;
    for (let i = offsets[token]! + 1; i < offsets[token + 1]!; i++) {
      if (data[i] === 0x20 && data[i - 1] !== 0x20) return true;
    }
  }
  return false;
}
