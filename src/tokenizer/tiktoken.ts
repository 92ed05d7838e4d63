import { type FlatVocabulary, FlatVocabularyBuilder, SPECIAL } from "./flat-vocabulary.ts";
import { findFim, findStopTokens } from "./marker-names.ts";

/// A vocabulary from merge ranks (the token of each rank: its text, or its bytes where they are no
/// text) and special tokens by name. Ids between them are unused.
export function rankedVocabulary(
  name: string,
  ranks: readonly (string | readonly number[])[],
  specials: Readonly<Record<string, number>>,
): FlatVocabulary {
  const builder = new FlatVocabularyBuilder(ranks.length * 8);
  for (const token of ranks) {
    if (typeof token === "string") builder.addText(token);
    else builder.add(token);
  }
  for (const [text, id] of Object.entries(specials).sort((a, b) => a[1] - b[1])) {
    builder.addUnusedUpTo(id);
    builder.addText(text, SPECIAL);
  }
  const find = (text: string): number | undefined => specials[text];
  return builder.finish({ name, stopTokens: findStopTokens(find, []), fim: findFim(find) });
}
