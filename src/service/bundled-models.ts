/// The models that come with the product, the default one first: their files are `models/<name>.gguf`.
/// Their tokenizers cut the same text differently, so comparing and combining them shows something.
export const BUNDLED_MODELS = ["tokensieve-mini", "tokensieve-mini-spm"] as const;

export type BundledModel = (typeof BUNDLED_MODELS)[number];

/// Whether a text that may be a file's path is the name of a bundled model.
export function isBundledModel(text: string): text is BundledModel {
  return (BUNDLED_MODELS as readonly string[]).includes(text);
}
