import { byteCharacter, fallbackByte } from "./byte-alphabet.ts";
import { type FlatVocabulary, FlatVocabularyBuilder, NORMAL, SPECIAL } from "./flat-vocabulary.ts";
import { findFim, findStopTokens, looksLikeMarker } from "./marker-names.ts";
import {
  isObject,
  type JsonAddedToken,
  type JsonModel,
  type JsonObject,
  type TokenizerJson,
} from "./tokenizer-json.ts";

/// How a vocabulary's entries spell bytes.
export type Spelling =
  /// In GPT-2's byte alphabet.
  | { readonly kind: "byte-level" }
  /// As text in which `space` stands for a space; with `byteFallback`, `<0xHH>` is a byte.
  | { readonly kind: "text"; readonly space: string | undefined; readonly byteFallback: boolean }
  /// As text that starts with `prefix` if it continues a word.
  | { readonly kind: "word-piece"; readonly prefix: string };

/// Reads off a tokenizer.json how its entries spell bytes.
export function spellingOf(json: TokenizerJson): Spelling {
  const { model } = json;
  if (model.kind === "word-piece") return { kind: "word-piece", prefix: model.prefix };
  if ([json.preTokenizer, json.decoder].some((part) => findOfType(part, "ByteLevel")))
    return { kind: "byte-level" };
  const metaspace = findOfType(json.decoder, "Metaspace") ?? findOfType(json.preTokenizer, "Metaspace");
  const replaced = findOfType(json.decoder, "Replace");
  const space =
    typeof metaspace?.replacement === "string"
      ? metaspace.replacement
      : metaspace !== undefined
        ? "▁"
        : replaced?.content === " " &&
            isObject(replaced.pattern) &&
            typeof replaced.pattern.String === "string"
          ? replaced.pattern.String
          : model.kind === "unigram"
            ? "▁"
            : undefined;
  const byteFallback = model.byteFallback || findOfType(json.decoder, "ByteFallback") !== undefined;
  return { kind: "text", space, byteFallback };
}

/// The first part of a given type in a normalizer, pre-tokenizer or decoder, sequences included.
function findOfType(part: JsonObject | undefined, type: string): JsonObject | undefined {
  if (part === undefined) return undefined;
  if (part.type === type) return part;
  for (const list of [part.normalizers, part.pretokenizers, part.decoders]) {
    if (!Array.isArray(list)) continue;
    for (const item of list) {
      const found = isObject(item) ? findOfType(item, type) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/// Adds one entry by its spelling.
function addSpelled(builder: FlatVocabularyBuilder, text: string, spelling: Spelling): void {
  switch (spelling.kind) {
    case "byte-level":
      builder.addByteLevel(text);
      return;
    case "text": {
      const byte = spelling.byteFallback ? fallbackByte(text) : undefined;
      if (byte !== undefined) builder.add([byte]);
      else builder.addText(spelling.space === undefined ? text : text.replaceAll(spelling.space, " "));
      return;
    }
    case "word-piece":
      builder.addText(text.startsWith(spelling.prefix) ? text.slice(spelling.prefix.length) : text);
      return;
    default:
      spelling satisfies never;
  }
}

// Members of tokenizer_config.json that name special tokens.
const CONFIG_TOKENS = [
  "bos_token",
  "eos_token",
  "unk_token",
  "pad_token",
  "sep_token",
  "cls_token",
  "mask_token",
];

/// Special tokens of a tokenizer.json, by name.
function specialTokens(json: TokenizerJson, config: JsonObject): Map<string, number> {
  const { model } = json;
  const specials = new Map<string, number>();
  for (const token of json.addedTokens) if (isSpecial(token)) specials.set(token.content, token.id);
  for (const name of [model.unknown, ...CONFIG_TOKENS.map((key) => tokenName(config[key]))]) {
    const id = name === undefined ? undefined : model.ids.get(name);
    if (id !== undefined) specials.set(name!, id);
  }
  return specials;
}

/// True for a token that no text encodes to. Files list some markers (FIM ones above all) as
/// ordinary added tokens; a name like `<|…|>` tells them.
export function isSpecial(token: JsonAddedToken): boolean {
  return token.special || looksLikeMarker(token.content);
}

// Either the name itself or an object with it.
function tokenName(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return isObject(value) && typeof value.content === "string" ? value.content : undefined;
}

/// The vocabulary of a checked tokenizer.json. `config` is the tokenizer_config.json, if any.
export function vocabularyOfJson(json: TokenizerJson, name: string, config: JsonObject): FlatVocabulary {
  const spelling = spellingOf(json);
  const specials = specialTokens(json, config);
  const entries = entriesById(json.model);
  const literal = new Map<number, string>();
  for (const token of json.addedTokens) literal.set(token.id, token.content);
  const special = new Map<number, string>();
  for (const [text, id] of specials) special.set(id, text);

  const size = Math.max(entries.length, ...[...literal.keys()].map((id) => id + 1));
  const builder = new FlatVocabularyBuilder(size * 8);
  // The suffix that ends a word stands for the space after it.
  const suffix = json.model.kind === "bpe" ? json.model.endOfWordSuffix : "";
  const wordEnd = spelling.kind === "byte-level" ? byteCharacter(0x20) : " ";
  for (let id = 0; id < size; id++) {
    const marker = special.get(id);
    const added = literal.get(id);
    const entry = entries[id];
    if (marker !== undefined) builder.addText(marker, SPECIAL);
    else if (added !== undefined) builder.addText(added, NORMAL);
    else if (entry === undefined) builder.addUnusedUpTo(id + 1);
    else if (suffix !== "" && entry.endsWith(suffix))
      addSpelled(builder, entry.slice(0, -suffix.length) + wordEnd, spelling);
    else addSpelled(builder, entry, spelling);
  }
  const find = (text: string): number | undefined => specials.get(text);
  const eos = tokenName(config.eos_token);
  const named = eos === undefined ? undefined : (specials.get(eos) ?? json.model.ids.get(eos));
  return builder.finish({
    name,
    stopTokens: findStopTokens(find, named === undefined ? [] : [named]),
    fim: findFim(find),
  });
}

function entriesById(model: JsonModel): (string | undefined)[] {
  const entries: (string | undefined)[] = [];
  let size = 0;
  for (const id of model.ids.values()) size = Math.max(size, id + 1);
  for (let id = 0; id < size; id++) entries.push(undefined);
  for (const [text, id] of model.ids) entries[id] = text;
  return entries;
}
