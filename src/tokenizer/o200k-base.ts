import ranks from "gpt-tokenizer/esm/bpeRanks/o200k_base";
import { rankedTokenizer } from "./ranked-tokenizer.ts";
import type { TextTokenizer } from "./text-tokenizer.ts";
import { addTokens, rankedVocabulary } from "./tiktoken.ts";

/// o200k_base, of GPT-4o and later models.
export function o200kBase(): TextTokenizer {
  const specials = { "<|endoftext|>": 199999, "<|endofprompt|>": 200018 };
  return rankedTokenizer(
    rankedVocabulary("o200k_base", (builder) => addTokens(builder, ranks), specials),
    "o200k",
  );
}
