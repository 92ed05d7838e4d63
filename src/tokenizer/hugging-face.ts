import { BPE, Tokenizer as LibraryTokenizer, Unigram, WordPiece } from "@huggingface/tokenizers";
import { AddedTokenSplitter } from "./added-tokens.ts";
import { BpeEncoder } from "./bpe.ts";
import { type FlatVocabulary, NORMAL } from "./flat-vocabulary.ts";
import { preTokenizerStages } from "./hugging-face-splitter.ts";
import { isSpecial, type Spelling, spellingOf, vocabularyOfJson } from "./hugging-face-vocabulary.ts";
import { LibraryEncoder, type LibraryModel } from "./library-encoder.ts";
import { ListedMerges } from "./merges.ts";
import { singleByteTokens } from "./ranked-tokenizer.ts";
import { spacedEncoder } from "./spaced-encoder.ts";
import { Splitter } from "./splitter.ts";
import { type PieceEncoder, TextTokenizer } from "./text-tokenizer.ts";
import { TokenIndex } from "./token-index.ts";
import {
  checkTokenizerJson,
  isObject,
  JsonErrors,
  type JsonModel,
  type JsonObject,
  parseJson,
  type TokenizerJson,
} from "./tokenizer-json.ts";

export interface HuggingFaceOptions {
  /// What the vocabulary is called.
  readonly name: string;
  /// Where the JSON came from, for messages.
  readonly file?: string;
  /// The content of the tokenizer_config.json beside it: it names the end token.
  readonly config?: unknown;
}

/// The vocabulary of a tokenizer.json (its text, or the parsed value). Works for tokenizers that
/// `huggingFaceTokenizer` cannot encode with. Throws an `InputError`: `tokenizer-json-syntax` with line and
/// column, `tokenizer-json-invalid` or `tokenizer-unsupported` with the JSON pointer.
export function huggingFaceVocabulary(json: string | object, options: HuggingFaceOptions): FlatVocabulary {
  const { checked, config } = read(json, options);
  return vocabularyOfJson(checked, options.name, config);
}

/// The tokenizer of a tokenizer.json (its text, or the parsed value): BPE, Unigram or WordPiece.
/// Bytes are exact for byte-level BPE. SentencePiece-like tokenizers that put a space before a text
/// have that space in the first token's bytes; WordPiece does not keep white space at all.
///
/// Throws an `InputError`: `tokenizer-json-syntax` with line and column, `tokenizer-json-invalid` or
/// `tokenizer-unsupported` with the JSON pointer.
export function huggingFaceTokenizer(json: string | object, options: HuggingFaceOptions): TextTokenizer {
  const { checked, config, errors } = read(json, options);
  const vocabulary = vocabularyOfJson(checked, options.name, config);
  const spelling = spellingOf(checked);
  const { stages, cutsAtWords } = preTokenizerStages(checked.preTokenizer, errors);
  const normalizer = libraryNormalizer(checked, errors);

  const findable = checked.addedTokens.filter((token) => !isSpecial(token));
  const splitterOf = (normalized: boolean) => {
    const tokens = findable.filter((token) => (token.normalized && normalizer !== undefined) === normalized);
    if (tokens.length === 0) return undefined;
    return new AddedTokenSplitter(
      tokens.map((token) => ({ ...token, content: normalized ? normalizer!(token.content) : token.content })),
    );
  };

  return new TextTokenizer({
    vocabulary,
    added: splitterOf(false),
    normalize: normalizer,
    addedNormalized: splitterOf(true),
    splitter: new Splitter(stages),
    encoder: encoderOf(checked, vocabulary, spelling, config),
    cutsAtWords: cutsAtWords && keepsWordCuts(checked.normalizer),
  });
}

function read(json: string | object, options: HuggingFaceOptions) {
  const text = typeof json === "string" ? json.replace(/^\ufeff/, "") : undefined;
  const errors = new JsonErrors(options.file, text);
  const checked = checkTokenizerJson(text === undefined ? json : parseJson(text, options.file), errors);
  return { checked, errors, config: isObject(options.config) ? options.config : {} };
}

// The library makes normalizers only as parts of a tokenizer: an empty one, then.
function libraryNormalizer(json: TokenizerJson, errors: JsonErrors): ((text: string) => string) | undefined {
  if (json.normalizer === undefined) return undefined;
  try {
    const shell = {
      normalizer: json.normalizer,
      pre_tokenizer: null,
      model: { type: "BPE", vocab: {}, merges: [] },
      post_processor: null,
      decoder: null,
      added_tokens: [],
    };
    const { normalizer } = new LibraryTokenizer(shell, {});
    return (text) => normalizer!.normalize(text);
  } catch (error) {
    throw errors.at(["normalizer"], (error as Error).message, "tokenizer-unsupported");
  }
}

// Normalizers that treat white space and what is around it one by one.
const LOCAL_NORMALIZERS = new Set([
  "NFC",
  "NFD",
  "NFKC",
  "NFKD",
  "Lowercase",
  "StripAccents",
  "BertNormalizer",
]);

function keepsWordCuts(normalizer: JsonObject | undefined): boolean {
  if (normalizer === undefined) return true;
  if (normalizer.type === "Sequence" && Array.isArray(normalizer.normalizers)) {
    return normalizer.normalizers.every((part: unknown) => isObject(part) && keepsWordCuts(part));
  }
  return LOCAL_NORMALIZERS.has(String(normalizer.type));
}

function encoderOf(
  json: TokenizerJson,
  vocabulary: FlatVocabulary,
  spelling: Spelling,
  config: JsonObject,
): PieceEncoder {
  const { model, rawModel } = json;
  const library = (libraryModel: LibraryModel) =>
    new LibraryEncoder(
      libraryModel,
      spelling.kind === "byte-level",
      fallbackTokens(model, spelling),
      unknownOf(model),
    );
  // The library checks its models' members as it uses them; ours are checked already.
  switch (model.kind) {
    case "bpe":
      return model.endOfWordSuffix === ""
        ? bpeEncoder(model, vocabulary, spelling, json)
        : library(new BPE(rawModel as never));
    case "unigram":
      return library(new Unigram(rawModel as never, String(config.eos_token ?? "</s>")));
    case "word-piece":
      return library(new WordPiece({ ...rawModel, continuing_subword_prefix: model.prefix } as never));
    default:
      return model satisfies never;
  }
}

function unknownOf(model: JsonModel): number {
  return (model.unknown === undefined ? undefined : model.ids.get(model.unknown)) ?? -1;
}

/// The byte-fallback token of each byte, or -1.
function fallbackTokens(model: JsonModel, spelling: Spelling): Int32Array {
  const tokens = new Int32Array(256).fill(-1);
  if (spelling.kind !== "text" || !spelling.byteFallback) return tokens;
  for (let b = 0; b < 256; b++) {
    const name = `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`;
    tokens[b] = model.ids.get(name) ?? -1;
  }
  return tokens;
}

function bpeEncoder(
  model: JsonModel & { kind: "bpe" },
  vocabulary: FlatVocabulary,
  spelling: Spelling,
  json: TokenizerJson,
): PieceEncoder {
  const { ids, merges } = model;
  const lefts = new Int32Array(merges.length);
  const rights = new Int32Array(merges.length);
  const tokens = new Int32Array(merges.length);
  merges.forEach(([left, right], i) => {
    lefts[i] = ids.get(left)!;
    rights[i] = ids.get(right)!;
    tokens[i] = ids.get(left + right)!;
  });

  // Text becomes only what the model's own entries say: not a `<0xHH>` that it spells out, not a
  // marker that is among the entries, not an entry with a space where spaces have a stand-in.
  const space = spelling.kind === "text" ? spelling.space : undefined;
  const textual = new Uint8Array(vocabulary.size);
  for (const [text, id] of ids) {
    if (vocabulary.kinds[id] === NORMAL && !(space !== undefined && text.includes(" "))) textual[id] = 1;
  }
  const fallback = fallbackTokens(model, spelling);
  for (const id of fallback) if (id >= 0) textual[id] = 0;
  for (const token of json.addedTokens) textual[token.id] = 0;

  const index = new TokenIndex(vocabulary, (token) => textual[token] === 1);
  const encoder = new BpeEncoder({
    index,
    merges: new ListedMerges(lefts, rights, tokens),
    alphabet:
      spelling.kind === "byte-level"
        ? { kind: "bytes", byteTokens: singleByteTokens(index) }
        : {
            kind: "characters",
            byteTokens: fallback,
            unknownToken: unknownOf(model),
            fuseUnknown: model.fuseUnknown,
          },
    wholePieces: model.ignoreMerges,
  });
  return space === undefined ? encoder : spacedEncoder(encoder, vocabulary, space);
}
