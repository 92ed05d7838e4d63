import data from "llama3-tokenizer-js";
import type { FlatVocabularyBuilder } from "./flat-vocabulary.ts";
import { rankedTokenizer } from "./ranked-tokenizer.ts";
import type { TextTokenizer } from "./text-tokenizer.ts";
import { rankedVocabulary } from "./tiktoken.ts";

const RANKS = 128_000;

/// The tokenizer of Llama 3 to 3.3, special tokens named as in 3.1.
// Its ids are merge ranks, as tiktoken's are; the package's list of merges says the same.
export function llama3(): TextTokenizer {
  const names = data.vocabById;
  const addRanks = (builder: FlatVocabularyBuilder) => {
    for (let rank = 0; rank < RANKS; rank++) builder.addByteLevel(names[rank]!);
  };
  const specials = Object.fromEntries(names.slice(RANKS).map((text, i) => [text, RANKS + i]));
  return rankedTokenizer(rankedVocabulary("llama3", addRanks, specials), "llama3");
}
