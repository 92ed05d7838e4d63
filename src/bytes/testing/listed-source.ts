import { utf8Encode } from "../../base/bytes.ts";
import type { Tokenizer } from "../../tokenizer/vocabulary.ts";
import { ToyModel } from "./toy-model.ts";

/// A source of texts: each with its probability.
export type TextSource = ReadonlyMap<string, number>;

/// A model that has learnt a source perfectly, as a training on encoded texts would teach it: the next
/// token's probability is that of the texts whose tokens go on with it. About sequences that no text
/// encodes to it knows nothing. Ends with the vocabulary's first stop token.
export function trainedModel(tokenizer: Tokenizer, source: TextSource): ToyModel {
  const { vocabulary } = tokenizer;
  const stop = vocabulary.stopTokens[0]!;
  const encoded = [...source].map(([text, p]) => ({ tokens: [...tokenizer.encode(text), stop], p }));
  return new ToyModel(tokenizer, (context) => {
    const weights = new Float32Array(vocabulary.size);
    let known = false;
    for (const { tokens, p } of encoded) {
      if (tokens.length <= context.length || !context.every((token, i) => tokens[i] === token)) continue;
      weights[tokens[context.length]!]! += p;
      known = true;
    }
    return known ? weights.map(Math.log) : weights;
  });
}

/// What comes after the bytes in the source itself.
export function nextInSource(source: TextSource, bytes: Uint8Array): { bytes: Float64Array; stop: number } {
  const next = new Float64Array(256);
  let stop = 0;
  let total = 0;
  for (const [text, p] of source) {
    const all = utf8Encode(text);
    if (all.length < bytes.length || !bytes.every((byte, i) => all[i] === byte)) continue;
    total += p;
    if (all.length === bytes.length) stop += p;
    else next[all[bytes.length]!]! += p;
  }
  return { bytes: next.map((p) => p / total), stop: stop / total };
}
