import { writeFileSync } from "node:fs";
import { type WritableValue, writeGguf } from "./gguf-writer.ts";

/// Writes a GGUF model for llama.cpp whose weights are all zero: every token is as likely as any
/// other. `tokens` are spelled as in byte-level BPE; those in `<|…|>` are markers, of which
/// `<|end|>` ends a text.
export function writeBlankModel(file: string, tokens: readonly string[]): void {
  const end = tokens.indexOf("<|end|>");
  write(file, tokens, {
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "qwen2",
    "tokenizer.ggml.token_type": Int32Array.from(tokens, (token) => (token.startsWith("<|") ? 3 : 1)),
    "tokenizer.ggml.merges": [],
    "tokenizer.ggml.bos_token_id": end,
    "tokenizer.ggml.eos_token_id": end,
    "tokenizer.ggml.add_bos_token": false,
  });
}

/// As `writeBlankModel`, with SentencePiece's vocabulary: `<s>`, `</s>`, a token for every byte, and
/// `pieces`, of which the first merge first. A space is spelled `▁`. `again`: a piece that is likely to come
/// again behind itself, and by how much more its logarithm is than the others'.
export function writeBlankSentencePieceModel(
  file: string,
  pieces: readonly string[],
  again?: { readonly piece: string; readonly logit: number },
): void {
  const bytes = Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`);
  const tokens = ["<unk>", "<s>", "</s>", ...bytes, ...pieces];
  const types = [2, 3, 3, ...bytes.map(() => 6), ...pieces.map(() => 1)];
  write(
    file,
    tokens,
    {
      "tokenizer.ggml.model": "llama",
      "tokenizer.ggml.token_type": Int32Array.from(types),
      "tokenizer.ggml.scores": Float32Array.from(tokens, (_, i) => -i),
      "tokenizer.ggml.bos_token_id": 1,
      "tokenizer.ggml.eos_token_id": 2,
      "tokenizer.ggml.unknown_token_id": 0,
    },
    again && { token: tokens.indexOf(again.piece), logit: again.logit },
  );
}

function write(
  file: string,
  tokens: readonly string[],
  tokenizer: Readonly<Record<string, WritableValue>>,
  again?: { readonly token: number; readonly logit: number },
): void {
  const size = 32;
  const feedForward = 32;
  const tensor = (name: string, ...dimensions: number[]) => ({
    name,
    dimensions,
    type: 0,
    bytes: dimensions.reduce((product, n) => product * n, 4),
  });
  const metadata = {
    "general.architecture": "llama",
    "general.name": "Blank",
    "llama.context_length": 256,
    "llama.embedding_length": size,
    "llama.block_count": 1,
    "llama.feed_forward_length": feedForward,
    "llama.attention.head_count": 1,
    "llama.attention.layer_norm_rms_epsilon": { float32: 1e-5 },
    "llama.vocab_size": tokens.length,
    "tokenizer.ggml.tokens": tokens,
    ...tokenizer,
  };
  // The root mean square of a vector is made 1, and there is nothing between the first and the last layer.
  const embeddings = new Float32Array(size * tokens.length);
  if (again) embeddings[again.token * size] = again.logit / Math.sqrt(size);
  const tensors = [
    { ...tensor("token_embd.weight", size, tokens.length), values: embeddings },
    { ...tensor("output_norm.weight", size), values: new Float32Array(size).fill(1) },
    tensor("blk.0.attn_norm.weight", size),
    tensor("blk.0.attn_q.weight", size, size),
    tensor("blk.0.attn_k.weight", size, size),
    tensor("blk.0.attn_v.weight", size, size),
    tensor("blk.0.attn_output.weight", size, size),
    tensor("blk.0.ffn_norm.weight", size),
    tensor("blk.0.ffn_gate.weight", size, feedForward),
    tensor("blk.0.ffn_up.weight", size, feedForward),
    tensor("blk.0.ffn_down.weight", feedForward, size),
  ];
  writeFileSync(file, writeGguf(metadata, tensors));
}
