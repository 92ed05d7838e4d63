import { type AddedToken, AddedTokenSplitter } from "./added-tokens.ts";
import { BpeEncoder } from "./bpe.ts";
import { fallbackByte } from "./byte-alphabet.ts";
import { type FlatVocabulary, FlatVocabularyBuilder, NORMAL, SPECIAL, UNUSED } from "./flat-vocabulary.ts";
import type { GgufMetadata } from "./gguf-metadata.ts";
import { findGgufPre, ggufPreNames } from "./gguf-pre.ts";
import { GgufTokens, unsupported } from "./gguf-tokens.ts";
import { findFim, findStopTokens } from "./marker-names.ts";
import { JoinedMerges, ListedMerges } from "./merges.ts";
import { singleByteTokens } from "./ranked-tokenizer.ts";
import { spacedEncoder } from "./spaced-encoder.ts";
import { splitStages } from "./split-patterns.ts";
import { Splitter } from "./splitter.ts";
import { type PieceEncoder, TextTokenizer } from "./text-tokenizer.ts";
import { TokenIndex } from "./token-index.ts";
import { splitPair } from "./tokenizer-json.ts";
import type { FimTokens } from "./vocabulary.ts";

export interface GgufOptions {
  /// What the vocabulary is called; `general.name` if absent.
  readonly name?: string;
  /// Where the metadata came from, for messages.
  readonly file?: string;
}

/// The vocabulary in a GGUF file's metadata, whatever its pre-tokenizer. Throws an `InputError`:
/// `gguf-tokenizer-invalid`, or `tokenizer-unsupported` for a model whose tokens are spelled in an
/// unknown way.
export function ggufVocabulary(metadata: GgufMetadata, options: GgufOptions = {}): FlatVocabulary {
  return vocabularyOf(new GgufTokens(metadata, options.file), options);
}

/// The tokenizer in a GGUF file's metadata: byte-level BPE (`gpt2`), SentencePiece BPE (`llama`) or
/// BPE over characters (`gemma4`). Throws an `InputError`: `tokenizer-unsupported` for other models
/// and unknown pre-tokenizers, `gguf-tokenizer-invalid` for broken ones.
export function ggufTokenizer(metadata: GgufMetadata, options: GgufOptions = {}): TextTokenizer {
  const tokens = new GgufTokens(metadata, options.file);
  const vocabulary = vocabularyOf(tokens, options);
  const added = new AddedTokenSplitter(addedTokens(tokens, vocabulary));
  if (tokens.model === "llama") return sentencePiece(tokens, vocabulary, added);
  const { pre } = tokens;
  if (pre === "gemma4") return characterBpe(tokens, vocabulary, added);
  if (tokens.model !== "gpt2") {
    throw unsupported(
      tokens.file,
      `the tokenizer model "${tokens.model}" cannot encode text here`,
      "gpt2, llama, gemma4",
    );
  }
  const known = findGgufPre(pre);
  if (known === undefined) {
    throw unsupported(tokens.file, `the pre-tokenizer "${pre}" is not known`, ggufPreNames.join(", "));
  }
  const index = new TokenIndex(
    vocabulary,
    (token) => tokens.isText(token) && vocabulary.kinds[token] === NORMAL,
  );
  return new TextTokenizer({
    vocabulary,
    added,
    splitter: new Splitter(splitStages(known.pattern)),
    encoder: new BpeEncoder({
      index,
      merges: listedMerges(tokens),
      alphabet: { kind: "bytes", byteTokens: singleByteTokens(index) },
      wholePieces: known.wholePieces,
    }),
    cutsAtWords: known.pattern !== "lines",
  });
}

// SentencePiece's BPE has no list of merges: a pair merges if it joins to a token, the best score first.
function sentencePiece(
  tokens: GgufTokens,
  vocabulary: FlatVocabulary,
  added: AddedTokenSplitter,
): TextTokenizer {
  const index = new TokenIndex(
    vocabulary,
    (token) => tokens.isText(token) && vocabulary.kinds[token] === NORMAL,
  );
  const prefix = tokens.addSpacePrefix ? " " : "";
  const merging = new BpeEncoder({
    index,
    merges: new JoinedMerges(index, scoreRanks(tokens.scores())),
    alphabet: characterAlphabet(tokens),
    wholePieces: false,
  });
  return new TextTokenizer({
    vocabulary,
    added,
    normalize: (text) => prefix + text,
    splitter: new Splitter([]),
    encoder: spacedEncoder(merging, vocabulary, "▁"),
    spaced: merging,
    cutsAtWords: false,
    joinsByPairs: true,
  });
}

// Gemma 4's: SentencePiece's spelling with listed merges, a line at a time; a run of newlines that is
// a token is taken whole.
function characterBpe(
  tokens: GgufTokens,
  vocabulary: FlatVocabulary,
  added: AddedTokenSplitter,
): TextTokenizer {
  const index = new TokenIndex(
    vocabulary,
    (token) => tokens.isText(token) && vocabulary.kinds[token] === NORMAL,
  );
  const parts = { index, merges: listedMerges(tokens), alphabet: characterAlphabet(tokens) };
  const lines = new BpeEncoder({ ...parts, wholePieces: false });
  const newlines = new BpeEncoder({ ...parts, wholePieces: true });
  const encoder: PieceEncoder = {
    encode: (piece, out) => (piece.startsWith("\n") ? newlines : lines).encode(piece, out),
  };
  return new TextTokenizer({
    vocabulary,
    added,
    splitter: new Splitter(splitStages("lines")),
    encoder: spacedEncoder(encoder, vocabulary, "▁"),
    cutsAtWords: false,
  });
}

function characterAlphabet(tokens: GgufTokens) {
  const byteTokens = new Int32Array(256).fill(-1);
  for (let id = 0; id < tokens.size; id++) {
    const byte = tokens.isByte(id) ? fallbackByte(tokens.text(id)) : undefined;
    if (byte !== undefined) byteTokens[byte] = id;
  }
  return {
    kind: "characters",
    byteTokens,
    unknownToken: tokens.id("unknown_token_id") ?? -1,
    fuseUnknown: false,
  } as const;
}

function listedMerges(tokens: GgufTokens): ListedMerges {
  const texts = tokens.merges();
  const ids = tokens.idsByText();
  const lefts = new Int32Array(texts.length);
  const rights = new Int32Array(texts.length);
  const merged = new Int32Array(texts.length);
  texts.forEach((text, i) => {
    const pair = splitPair(text);
    const found = pair && [pair[0], pair[1], pair[0] + pair[1]].map((part) => ids.get(part));
    if (found === undefined || found.includes(undefined)) {
      throw tokens.invalid(
        `merge ${i} (${JSON.stringify(text)}) names a token that is not in the vocabulary`,
      );
    }
    [lefts[i], rights[i], merged[i]] = found as [number, number, number];
  });
  return new ListedMerges(lefts, rights, merged);
}

// Equal scores get equal ranks: among those, the leftmost pair goes first.
function scoreRanks(scores: ArrayLike<number>): Uint32Array {
  const order = Array.from({ length: scores.length }, (_, id) => id).sort((a, b) => scores[b]! - scores[a]!);
  const ranks = new Uint32Array(scores.length);
  let rank = 0;
  order.forEach((id, i) => {
    if (i > 0 && scores[id]! !== scores[order[i - 1]!]!) rank++;
    ranks[id] = rank;
  });
  return ranks;
}

function addedTokens(tokens: GgufTokens, vocabulary: FlatVocabulary): AddedToken[] {
  const added: AddedToken[] = [];
  for (let id = 0; id < tokens.size; id++) {
    if (!tokens.isUserDefined(id) || vocabulary.kinds[id] !== NORMAL) continue;
    added.push({ id, content: tokens.text(id), stripLeft: false, stripRight: false, singleWord: false });
  }
  return added;
}

function vocabularyOf(tokens: GgufTokens, options: GgufOptions): FlatVocabulary {
  const specials = new Map<string, number>();
  for (let id = 0; id < tokens.size; id++) if (tokens.isMarker(id)) specials.set(tokens.text(id), id);
  const find = (name: string): number | undefined => specials.get(name);
  const named = ["eos_token_id", "eot_token_id", "eom_token_id"].flatMap((key) => tokens.id(key) ?? []);
  const stopTokens = findStopTokens(find, named);
  const fim = namedFim(tokens) ?? findFim(find);

  // Those that only a key names, too.
  const markers = new Set([...stopTokens, ...(fim ? [fim.prefix, fim.suffix, fim.middle] : [])]);
  const builder = new FlatVocabularyBuilder(tokens.size * 8);
  for (let id = 0; id < tokens.size; id++) {
    const text = tokens.text(id);
    if (markers.has(id) || tokens.isMarker(id)) builder.addText(text, SPECIAL);
    else if (tokens.isUnused(id)) builder.addText(text, UNUSED);
    else if (tokens.isUserDefined(id)) builder.addText(text);
    else addNormal(builder, tokens, id);
  }
  return builder.finish({ name: options.name ?? tokens.name ?? options.file ?? "gguf", stopTokens, fim });
}

function addNormal(builder: FlatVocabularyBuilder, tokens: GgufTokens, id: number): void {
  const text = tokens.text(id);
  switch (tokens.spelling) {
    case "byte-level":
      builder.addByteLevel(text);
      return;
    case "space-stand-in": {
      const byte = tokens.isByte(id) ? fallbackByte(text) : undefined;
      if (byte !== undefined) builder.add([byte]);
      else builder.addText(text.replaceAll("▁", " "));
      return;
    }
    default:
      tokens.spelling satisfies never;
  }
}

// The older keys have no "fim" in them.
function namedFim(tokens: GgufTokens): FimTokens | undefined {
  const prefix = tokens.id("fim_pre_token_id") ?? tokens.id("prefix_token_id");
  const suffix = tokens.id("fim_suf_token_id") ?? tokens.id("suffix_token_id");
  const middle = tokens.id("fim_mid_token_id") ?? tokens.id("middle_token_id");
  if (prefix === undefined || suffix === undefined || middle === undefined) return undefined;
  return { prefix, suffix, middle };
}
