import type { Vocabulary } from "../../tokenizer/vocabulary.ts";
import type { VocabularyImage } from "./protocol.ts";

/// Lays a vocabulary out in memory that all workers share.
export function vocabularyImage(vocabulary: Vocabulary): VocabularyImage {
  const cached = images.get(vocabulary);
  if (cached) return cached;
  const { size } = vocabulary;
  const offsets = new Uint32Array(new SharedArrayBuffer((size + 1) * 4));
  const chunks: (Uint8Array | undefined)[] = [];
  let length = 0;
  for (let token = 0; token < size; token++) {
    const chunk = vocabulary.kind(token) === "normal" ? vocabulary.bytes(token) : undefined;
    chunks.push(chunk);
    length += chunk?.length ?? 0;
    offsets[token + 1] = length;
  }
  const bytes = new Uint8Array(new SharedArrayBuffer(length));
  for (const [token, chunk] of chunks.entries()) if (chunk) bytes.set(chunk, offsets[token]!);
  const image = { id: vocabulary.id, size, offsets, bytes, stopTokens: vocabulary.stopTokens };
  images.set(vocabulary, image);
  return image;
}

const images = new WeakMap<Vocabulary, VocabularyImage>();
