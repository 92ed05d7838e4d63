import type { Vocabulary } from "../../tokenizer/vocabulary.ts";
import type { VocabularyImage } from "./protocol.ts";
import { separators } from "./separators.ts";

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
  const image = {
    id: vocabulary.id,
    size,
    offsets,
    bytes,
    stopTokens: vocabulary.stopTokens,
    separators: separators(byteStrings(offsets, bytes, new Set(vocabulary.stopTokens))),
  };
  images.set(vocabulary, image);
  return image;
}

/// What XGrammar sorts: every token with bytes that does not end the text, and the single bytes.
function byteStrings(offsets: Uint32Array, bytes: Uint8Array, stop: ReadonlySet<number>): string[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  const out: string[] = [];
  for (let token = 0; token + 1 < offsets.length; token++) {
    const from = offsets[token]!;
    const to = offsets[token + 1]!;
    if (to > from && !stop.has(token)) out.push(all.slice(from, to));
  }
  for (let byte = 0; byte < 256; byte++) out.push(String.fromCharCode(byte));
  return out;
}

const images = new WeakMap<Vocabulary, VocabularyImage>();
