export {
  type BuiltInTokenizerName,
  builtInTokenizerNames,
  isBuiltInTokenizerName,
  loadBuiltInTokenizer,
} from "./built-in.ts";
export { chunkText, safeBoundaries } from "./chunks.ts";
export {
  FlatVocabulary,
  type FlatVocabularyParts,
  type TokenSpec,
  vocabularyFromTokens,
} from "./flat-vocabulary.ts";
export { type GgufOptions, ggufTokenizer, ggufVocabulary } from "./gguf.ts";
export { type GgufHeader, type GgufMetadata, type GgufValue, parseGgufHeader } from "./gguf-metadata.ts";
export { ggufFileBytes } from "./gguf-tensors.ts";
export { hash128 } from "./hash.ts";
export { type HuggingFaceOptions, huggingFaceTokenizer, huggingFaceVocabulary } from "./hugging-face.ts";
export { ENDS_INSIDE, NO_TEXT, STARTS_INSIDE, type TokenPieces, tokenizePieces } from "./pieces.ts";
export { TextTokenizer } from "./text-tokenizer.ts";
export { parseJson } from "./tokenizer-json.ts";
export {
  type FimTokens,
  type Tokenizer,
  type TokenKind,
  tokensToBytes,
  type Vocabulary,
} from "./vocabulary.ts";
