import { utf8Encode } from "../../base/bytes.ts";
import { byteCharacter } from "../../tokenizer/byte-alphabet.ts";
import { huggingFaceTokenizer } from "../../tokenizer/hugging-face.ts";
import type { Tokenizer } from "../../tokenizer/vocabulary.ts";

/// How a toy tokenizer cuts text before merging.
export type ToySplit =
  /// Not at all.
  { readonly kind: "none" } | { readonly kind: "gpt2" } | { readonly kind: "regex"; readonly regex: string };

export interface ToyBpe {
  /// Its characters' bytes are tokens.
  readonly alphabet: string;
  /// Pairs of texts, first merged first.
  readonly merges: readonly (readonly [string, string])[];
  readonly split: ToySplit;
  /// Further tokens: reached only if a piece that is a token becomes it (`ignore_merges`).
  readonly whole?: readonly string[];
  /// Tokens that stand for their text wherever it appears, before any merging.
  readonly added?: readonly string[];
}

/// A byte-level BPE tokenizer of the usual kind, made from nothing but its definition. Its special
/// token ends a text.
export function toyBpe({ alphabet, merges, split, whole = [], added = [] }: ToyBpe): Tokenizer {
  const spell = (text: string) => [...utf8Encode(text)].map(byteCharacter).join("");
  const entries = [...new Set([...utf8Encode(alphabet)])].map(byteCharacter);
  const pairs = merges.map(([left, right]) => [spell(left), spell(right)] as const);
  for (const [left, right] of pairs) if (!entries.includes(left + right)) entries.push(left + right);
  for (const text of whole) if (!entries.includes(spell(text))) entries.push(spell(text));
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, use_regex: split.kind === "gpt2" };
  const regex = (pattern: string) => ({
    type: "Split",
    pattern: { Regex: pattern },
    behavior: "Isolated",
    invert: false,
  });
  return huggingFaceTokenizer(
    {
      added_tokens: ["<|end|>", ...added].map((content, i) => ({
        id: entries.length + i,
        content,
        special: i === 0,
      })),
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: split.kind === "regex" ? [regex(split.regex), byteLevel] : [byteLevel],
      },
      decoder: { type: "ByteLevel" },
      model: {
        type: "BPE",
        ignore_merges: whole.length > 0,
        vocab: Object.fromEntries(entries.map((entry, id) => [entry, id])),
        merges: pairs,
      },
    },
    { name: "toy" },
  );
}

/// All texts of characters of `alphabet`, up to `length` of them, the shorter ones first.
export function allTexts(alphabet: string, length: number): string[] {
  const texts = [""];
  for (let from = 0, n = 0; n < length; n++) {
    const to = texts.length;
    for (; from < to; from++) for (const character of alphabet) texts.push(texts[from]! + character);
  }
  return texts;
}
