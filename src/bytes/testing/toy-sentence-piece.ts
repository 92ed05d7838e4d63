import { huggingFaceTokenizer } from "../../tokenizer/hugging-face.ts";
import type { Tokenizer } from "../../tokenizer/vocabulary.ts";

export interface ToySentencePiece {
  /// Characters with tokens of their own.
  readonly characters: string;
  /// Pairs of texts, first merged first.
  readonly merges: readonly (readonly [string, string])[];
  /// Bytes with a token, for the other characters.
  readonly fallback: readonly number[];
}

/// A SentencePiece-like BPE tokenizer with byte fallback, as Llama 2's: no pre-tokenizer, a space put
/// before each text. Its last token ends a text.
export function toySentencePiece({ characters, merges, fallback }: ToySentencePiece): Tokenizer {
  const spell = (text: string) => text.replaceAll(" ", "▁");
  const byteName = (byte: number) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
  const entries = ["<unk>", ...fallback.map(byteName), ...[...characters].map(spell)];
  const pairs = merges.map(([left, right]) => [spell(left), spell(right)] as const);
  for (const [left, right] of pairs) if (!entries.includes(left + right)) entries.push(left + right);
  const spaces = { type: "Replace", pattern: { String: " " }, content: "▁" };
  return huggingFaceTokenizer(
    {
      added_tokens: [
        { id: 0, content: "<unk>", special: true },
        { id: entries.length, content: "</s>", special: true },
      ],
      normalizer: { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, spaces] },
      pre_tokenizer: null,
      decoder: {
        type: "Sequence",
        decoders: [
          { type: "Replace", pattern: { String: "▁" }, content: " " },
          { type: "ByteFallback" },
          { type: "Fuse" },
        ],
      },
      model: {
        type: "BPE",
        unk_token: "<unk>",
        byte_fallback: true,
        vocab: Object.fromEntries(entries.map((entry, id) => [entry, id])),
        merges: pairs,
      },
    },
    { name: "toy SentencePiece", config: { eos_token: "</s>" } },
  );
}
