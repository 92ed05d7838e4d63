import { ggufTokenizer } from "../../tokenizer/gguf.ts";
import type { GgufValue } from "../../tokenizer/gguf-metadata.ts";
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

/// The same with scores in place of a list of merges, and no space put before a text: as a GGUF file has
/// it. A merged token has the score of `scores` at its place among the merges, 0 where that is missing.
export function toyScoredSentencePiece(
  { characters, merges, fallback }: ToySentencePiece,
  scores: readonly number[],
): Tokenizer {
  const spell = (text: string) => text.replaceAll(" ", "▁");
  const bytes = fallback.map((byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
  const merged = merges.map(([left, right]) => spell(left + right));
  const tokens = ["<unk>", "</s>", ...bytes, ...[...characters].map(spell), ...merged];
  const first = tokens.length - merged.length;
  return ggufTokenizer(
    new Map<string, GgufValue>([
      ["tokenizer.ggml.model", "llama"],
      ["tokenizer.ggml.tokens", tokens],
      ["tokenizer.ggml.scores", Float32Array.from(tokens, (_, id) => scores[id - first] ?? 0)],
      ["tokenizer.ggml.token_type", Int32Array.from(tokens, (_, id) => typeOf(id, bytes.length))],
      ["tokenizer.ggml.unknown_token_id", 0],
      ["tokenizer.ggml.eos_token_id", 1],
      ["tokenizer.ggml.add_space_prefix", false],
    ]),
    { name: "toy SentencePiece by score" },
  );
}

function typeOf(id: number, bytes: number): number {
  if (id < 2) return id === 0 ? 2 : 3;
  return id < 2 + bytes ? 6 : 1;
}
