import { type FlatVocabulary, FlatVocabularyBuilder, SPECIAL } from "./flat-vocabulary.ts";
import { findFim, findStopTokens } from "./marker-names.ts";

/// The vocabulary of a tiktoken-like tokenizer: `addRanks` adds the token of each merge rank, in
/// order; special tokens follow by id. Ids between them are unused.
export function rankedVocabulary(
  name: string,
  addRanks: (builder: FlatVocabularyBuilder) => void,
  specials: Readonly<Record<string, number>>,
): FlatVocabulary {
  const builder = new FlatVocabularyBuilder(1 << 21);
  addRanks(builder);
  for (const [text, id] of Object.entries(specials).sort((a, b) => a[1] - b[1])) {
    builder.addUnusedUpTo(id);
    builder.addText(text, SPECIAL);
  }
  const find = (text: string): number | undefined => specials[text];
  return builder.finish({ name, stopTokens: findStopTokens(find, []), fim: findFim(find) });
}

/// Adds tokens as gpt-tokenizer lists them: by text, or by bytes where they are no text.
export function addTokens(
  builder: FlatVocabularyBuilder,
  tokens: readonly (string | readonly number[])[],
): void {
  for (const token of tokens) {
    if (typeof token === "string") builder.addText(token);
    else builder.add(token);
  }
}
