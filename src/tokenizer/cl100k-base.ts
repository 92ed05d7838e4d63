import ranks from "gpt-tokenizer/esm/bpeRanks/cl100k_base";
import { rankedTokenizer } from "./ranked-tokenizer.ts";
import type { TextTokenizer } from "./text-tokenizer.ts";
import { addTokens, rankedVocabulary } from "./tiktoken.ts";

/// cl100k_base, of GPT-3.5 and GPT-4.
export function cl100kBase(): TextTokenizer {
  const specials = {
    "<|endoftext|>": 100257,
    "<|fim_prefix|>": 100258,
    "<|fim_middle|>": 100259,
    "<|fim_suffix|>": 100260,
    "<|endofprompt|>": 100276,
  };
  return rankedTokenizer(
    rankedVocabulary("cl100k_base", (builder) => addTokens(builder, ranks), specials),
    "cl100k",
  );
}
