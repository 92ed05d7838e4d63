import { BpeEncoder } from "./bpe.ts";
import { type FlatVocabulary, NORMAL } from "./flat-vocabulary.ts";
import { JoinedMerges } from "./merges.ts";
import { type SplitPatternName, splitStages } from "./split-patterns.ts";
import { Splitter } from "./splitter.ts";
import { TextTokenizer } from "./text-tokenizer.ts";
import { TokenIndex } from "./token-index.ts";

/// A tokenizer of tiktoken's kind: ids are merge ranks, and a piece that is a token is that token.
export function rankedTokenizer(vocabulary: FlatVocabulary, pattern: SplitPatternName): TextTokenizer {
  const index = new TokenIndex(vocabulary, (token) => vocabulary.kinds[token] === NORMAL);
  return new TextTokenizer({
    vocabulary,
    splitter: new Splitter(splitStages(pattern)),
    encoder: new BpeEncoder({
      index,
      merges: new JoinedMerges(index),
      alphabet: { kind: "bytes", byteTokens: singleByteTokens(index) },
      wholePieces: true,
    }),
    cutsAtWords: true,
  });
}

/// The token of each single byte, or -1.
export function singleByteTokens(index: TokenIndex): Int32Array {
  return Int32Array.from({ length: 256 }, (_, b) => index.find(Uint8Array.of(b)));
}
