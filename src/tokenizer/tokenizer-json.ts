import {
  findNodeAtLocation,
  type ParseError,
  parse,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser/lib/esm/main.js";
import { InputError } from "../base/diagnostic.ts";
import { lineColumnAt } from "../base/span.ts";

/// An entry of `added_tokens`.
export interface JsonAddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  readonly normalized: boolean;
  readonly singleWord: boolean;
  readonly stripLeft: boolean;
  readonly stripRight: boolean;
}

/// The model of a tokenizer.json, checked. `ids` maps entries to ids.
export type JsonModel =
  | {
      readonly kind: "bpe";
      readonly ids: ReadonlyMap<string, number>;
      readonly merges: readonly (readonly [string, string])[];
      readonly byteFallback: boolean;
      readonly ignoreMerges: boolean;
      readonly endOfWordSuffix: string;
      readonly unknown: string | undefined;
      readonly fuseUnknown: boolean;
    }
  | {
      readonly kind: "unigram";
      readonly ids: ReadonlyMap<string, number>;
      readonly vocab: readonly (readonly [string, number])[];
      readonly byteFallback: boolean;
      readonly unknown: string | undefined;
    }
  | {
      readonly kind: "word-piece";
      readonly ids: ReadonlyMap<string, number>;
      readonly prefix: string;
      readonly unknown: string | undefined;
    };

/// What a tokenizer.json says, checked where it has to be. The other parts are left as they are.
export interface TokenizerJson {
  readonly model: JsonModel;
  /// The model as it stands in the file.
  readonly rawModel: Readonly<Record<string, unknown>>;
  readonly addedTokens: readonly JsonAddedToken[];
  readonly normalizer: JsonObject | undefined;
  readonly preTokenizer: JsonObject | undefined;
  readonly decoder: JsonObject | undefined;
}

export type JsonObject = Readonly<Record<string, unknown>>;

// Ids index arrays: a file that names a larger one is broken, and would take gigabytes.
const MAX_ID = 1 << 24;

/// Makes errors that point into a JSON text.
export class JsonErrors {
  readonly #file: string | undefined;
  readonly #text: string | undefined;

  constructor(file: string | undefined, text: string | undefined) {
    this.#file = file;
    this.#text = text;
  }

  at(
    path: readonly (string | number)[],
    message: string,
    code = "tokenizer-json-invalid",
    hint?: string,
  ): InputError {
    const pointer = path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
    const span = this.#span(path);
    return new InputError({
      code,
      severity: "error",
      message: `${pointer === "" ? "the tokenizer" : pointer}: ${message}`,
      location: {
        kind: "json-pointer",
        pointer,
        ...(this.#file === undefined ? {} : { file: this.#file }),
        ...(span === undefined ? {} : { span }),
      },
      hint: hint ?? "Use the tokenizer.json that came with the model.",
    });
  }

  // Of a missing member, the object that lacks it.
  #span(path: readonly (string | number)[]) {
    if (this.#text === undefined) return undefined;
    const tree = parseTree(this.#text);
    if (tree === undefined) return undefined;
    const node = findNodeAtLocation(tree, [...path]) ?? findNodeAtLocation(tree, path.slice(0, -1));
    return node && { from: node.offset, to: node.offset + node.length };
  }
}

/// Parses JSON, or throws an `InputError` (`tokenizer-json-syntax`) that says line and column.
export function parseJson(text: string, file: string | undefined): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const errors: ParseError[] = [];
    parse(text, errors, { disallowComments: true, allowTrailingComma: false });
    const first = errors[0];
    const what = first
      ? printParseErrorCode(first.error)
          .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
          .toLowerCase()
      : (error as Error).message;
    const from = first?.offset ?? 0;
    const { line, column } = lineColumnAt(text, from);
    throw new InputError({
      code: "tokenizer-json-syntax",
      severity: "error",
      message: `not valid JSON at line ${line}, column ${column}: ${what}`,
      location: {
        kind: "text",
        span: { from, to: from + (first?.length ?? 0) },
        ...(file === undefined ? {} : { file }),
      },
      hint: "The file is damaged or cut short: fetch it again.",
    });
  }
}

/// Checks the parts of a tokenizer.json that a vocabulary is made of. Throws an `InputError` with
/// the JSON pointer of what is wrong: `tokenizer-json-invalid`, or `tokenizer-unsupported` for a
/// model of another kind.
export function checkTokenizerJson(json: unknown, errors: JsonErrors): TokenizerJson {
  if (!isObject(json)) throw errors.at([], "is not an object");
  if (!isObject(json.model)) throw errors.at(["model"], "is missing or not an object");
  const rawModel = json.model;
  return {
    model: checkModel(rawModel, errors),
    rawModel,
    addedTokens: checkAddedTokens(json.added_tokens, errors),
    normalizer: optionalObject(json.normalizer, ["normalizer"], errors),
    preTokenizer: optionalObject(json.pre_tokenizer, ["pre_tokenizer"], errors),
    decoder: optionalObject(json.decoder, ["decoder"], errors),
  };
}

function checkModel(model: JsonObject, errors: JsonErrors): JsonModel {
  const { vocab } = model;
  if (vocab === undefined || vocab === null) throw errors.at(["model", "vocab"], "is missing");
  // Old files do not name the model's type; its members tell.
  const type = model.type ?? (Array.isArray(vocab) ? "Unigram" : "merges" in model ? "BPE" : "WordPiece");
  switch (type) {
    case "BPE": {
      const ids = checkVocab(vocab, errors);
      const prefix = model.continuing_subword_prefix;
      if (typeof prefix === "string" && prefix !== "") {
        throw errors.at(
          ["model", "continuing_subword_prefix"],
          `BPE with the subword prefix ${JSON.stringify(prefix)} is not supported`,
          "tokenizer-unsupported",
        );
      }
      return {
        kind: "bpe",
        ids,
        merges: checkMerges(model.merges, ids, errors),
        byteFallback: model.byte_fallback === true,
        ignoreMerges: model.ignore_merges === true,
        endOfWordSuffix: typeof model.end_of_word_suffix === "string" ? model.end_of_word_suffix : "",
        unknown: optionalText(model.unk_token),
        fuseUnknown: model.fuse_unk === true,
      };
    }
    case "Unigram": {
      if (!Array.isArray(vocab)) throw errors.at(["model", "vocab"], "is not a list of [token, score]");
      const ids = new Map<string, number>();
      vocab.forEach((entry: unknown, id) => {
        if (!Array.isArray(entry) || typeof entry[0] !== "string" || typeof entry[1] !== "number") {
          throw errors.at(["model", "vocab", id], "is not [token, score]");
        }
        ids.set(entry[0], id);
      });
      const unknownId = model.unk_id;
      return {
        kind: "unigram",
        ids,
        vocab: vocab as [string, number][],
        byteFallback: model.byte_fallback === true,
        unknown:
          typeof unknownId === "number" ? (vocab[unknownId] as [string, number] | undefined)?.[0] : undefined,
      };
    }
    case "WordPiece":
      return {
        kind: "word-piece",
        ids: checkVocab(vocab, errors),
        prefix: optionalText(model.continuing_subword_prefix) ?? "##",
        unknown: optionalText(model.unk_token),
      };
    default:
      throw errors.at(
        ["model", "type"],
        `the tokenizer model ${JSON.stringify(type)} is not supported`,
        "tokenizer-unsupported",
        "Supported are BPE, Unigram and WordPiece.",
      );
  }
}

function checkVocab(vocab: unknown, errors: JsonErrors): Map<string, number> {
  if (!isObject(vocab)) throw errors.at(["model", "vocab"], "is not an object of token: id");
  const ids = new Map<string, number>();
  const taken = new Set<number>();
  for (const [token, id] of Object.entries(vocab)) {
    if (!isId(id)) throw errors.at(["model", "vocab", token], "is not a token id");
    if (taken.has(id)) throw errors.at(["model", "vocab", token], `has the id ${id} of another token`);
    taken.add(id);
    ids.set(token, id);
  }
  if (ids.size === 0) throw errors.at(["model", "vocab"], "has no tokens");
  return ids;
}

function checkMerges(
  merges: unknown,
  ids: ReadonlyMap<string, number>,
  errors: JsonErrors,
): [string, string][] {
  if (!Array.isArray(merges)) throw errors.at(["model", "merges"], "is missing or not a list");
  return merges.map((entry: unknown, i) => {
    // "a b" in old files, ["a", "b"] in new ones.
    const pair = typeof entry === "string" ? splitPair(entry) : entry;
    if (
      !Array.isArray(pair) ||
      pair.length !== 2 ||
      typeof pair[0] !== "string" ||
      typeof pair[1] !== "string"
    ) {
      throw errors.at(["model", "merges", i], "is not a pair of tokens");
    }
    const [left, right] = pair as [string, string];
    for (const token of [left, right, left + right]) {
      if (!ids.has(token))
        throw errors.at(["model", "merges", i], `${JSON.stringify(token)} is not in the vocabulary`);
    }
    return [left, right];
  });
}

/// The two tokens of a merge written `"a b"`; the first may start with a space.
export function splitPair(text: string): [string, string] | undefined {
  const space = text.indexOf(" ", 1);
  return space < 0 ? undefined : [text.slice(0, space), text.slice(space + 1)];
}

function checkAddedTokens(tokens: unknown, errors: JsonErrors): JsonAddedToken[] {
  if (tokens === undefined || tokens === null) return [];
  if (!Array.isArray(tokens)) throw errors.at(["added_tokens"], "is not a list");
  return tokens.map((token: unknown, i) => {
    if (!isObject(token)) throw errors.at(["added_tokens", i], "is not an object");
    if (!isId(token.id)) throw errors.at(["added_tokens", i, "id"], "is not a token id");
    if (typeof token.content !== "string") throw errors.at(["added_tokens", i, "content"], "is not a text");
    const special = token.special === true;
    return {
      id: token.id,
      content: token.content,
      special,
      normalized: typeof token.normalized === "boolean" ? token.normalized : !special,
      singleWord: token.single_word === true,
      stripLeft: token.lstrip === true,
      stripRight: token.rstrip === true,
    };
  });
}

function optionalObject(value: unknown, path: readonly string[], errors: JsonErrors): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw errors.at(path, "is not an object");
  return value;
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < MAX_ID;
}
