import { InputError } from "../base/diagnostic.ts";
import type { GgufMetadata } from "./gguf-metadata.ts";
import { isKnownMarker } from "./marker-names.ts";

// Token types of `tokenizer.ggml.token_type`.
const TYPE_NORMAL = 1;
const TYPE_UNKNOWN = 2;
const TYPE_CONTROL = 3;
const TYPE_USER_DEFINED = 4;
const TYPE_UNUSED = 5;
const TYPE_BYTE = 6;

// How each tokenizer model spells its tokens.
const SPELLINGS = {
  gpt2: "byte-level",
  llama: "space-stand-in",
  gemma4: "space-stand-in",
  t5: "space-stand-in",
  bert: "space-stand-in",
} as const;

// Pre-tokenizers of `gpt2` models that spell tokens the other way nevertheless.
const CHARACTER_PRES: ReadonlySet<string> = new Set(["gemma4", "granite-embed-multi-311m", "sarvam-moe"]);

/// The tokenizer keys of a GGUF file's metadata, checked as they are read.
export class GgufTokens {
  readonly file: string | undefined;
  readonly model: string;
  /// `tokenizer.ggml.pre`; "default" where the file does not say, as llama.cpp has it.
  readonly pre: string;
  readonly spelling: (typeof SPELLINGS)[keyof typeof SPELLINGS];
  readonly size: number;
  readonly #metadata: GgufMetadata;
  readonly #texts: readonly string[];
  readonly #types: ArrayLike<number> | undefined;

  constructor(metadata: GgufMetadata, file: string | undefined) {
    this.#metadata = metadata;
    this.file = file;
    const model = metadata.get("tokenizer.ggml.model");
    if (typeof model !== "string" || model === "none") {
      throw unsupported(file, "the file has no tokenizer", "a model file that has one");
    }
    const spelling = Object.hasOwn(SPELLINGS, model) ? SPELLINGS[model as keyof typeof SPELLINGS] : undefined;
    if (spelling === undefined) {
      throw unsupported(
        file,
        `the tokenizer model "${model}" is not known`,
        Object.keys(SPELLINGS).join(", "),
      );
    }
    const pre = metadata.get("tokenizer.ggml.pre");
    this.model = model;
    this.pre = model === "gemma4" ? "gemma4" : typeof pre === "string" && pre !== "" ? pre : "default";
    this.spelling = model === "gpt2" && CHARACTER_PRES.has(this.pre) ? "space-stand-in" : spelling;
    this.#texts = this.#strings("tokens");
    this.size = this.#texts.length;
    if (this.size === 0) throw this.invalid("tokenizer.ggml.tokens is empty");
    this.#types = this.#numbers("token_type", true);
  }

  get name(): string | undefined {
    const name = this.#metadata.get("general.name");
    return typeof name === "string" && name !== "" ? name : undefined;
  }

  text(token: number): string {
    return this.#texts[token]!;
  }

  /// A marker that no text encodes to. A known marker name counts, whatever its type says.
  isMarker(token: number): boolean {
    const type = this.#type(token);
    return type === TYPE_CONTROL || type === TYPE_UNKNOWN || isKnownMarker(this.text(token));
  }

  isUserDefined(token: number): boolean {
    return this.#type(token) === TYPE_USER_DEFINED;
  }

  isUnused(token: number): boolean {
    return this.#type(token) === TYPE_UNUSED;
  }

  isByte(token: number): boolean {
    return this.#type(token) === TYPE_BYTE;
  }

  /// A token that merging text can end in.
  isText(token: number): boolean {
    return this.#type(token) === TYPE_NORMAL;
  }

  /// A token id by its key below `tokenizer.ggml.`, if it is there and in range.
  id(key: string): number | undefined {
    const id = Number(this.#metadata.get(`tokenizer.ggml.${key}`) ?? -1);
    return id >= 0 && id < this.size ? id : undefined;
  }

  /// SentencePiece puts a space before a text unless the file says otherwise.
  get addSpacePrefix(): boolean {
    return this.#metadata.get("tokenizer.ggml.add_space_prefix") !== false;
  }

  merges(): readonly string[] {
    return this.#strings("merges");
  }

  scores(): ArrayLike<number> {
    return this.#numbers("scores", false)!;
  }

  idsByText(): Map<string, number> {
    return new Map(this.#texts.map((text, id) => [text, id]));
  }

  invalid(message: string): InputError {
    return new InputError({
      code: "gguf-tokenizer-invalid",
      severity: "error",
      message: `${this.file === undefined ? "" : `${this.file}: `}${message}`,
      ...(this.file === undefined ? {} : { location: { kind: "file", file: this.file } as const }),
      hint: "Convert the model again, or fetch another conversion of it.",
    });
  }

  #type(token: number): number {
    return this.#types === undefined ? TYPE_NORMAL : this.#types[token]!;
  }

  #strings(key: string): readonly string[] {
    const list = this.#metadata.get(`tokenizer.ggml.${key}`);
    if (!Array.isArray(list) || (list.length > 0 && typeof list[0] !== "string")) {
      throw this.invalid(`tokenizer.ggml.${key} is missing or not a list of texts`);
    }
    return list as readonly string[];
  }

  #numbers(key: string, optional: boolean): ArrayLike<number> | undefined {
    const list = this.#metadata.get(`tokenizer.ggml.${key}`);
    if (list === undefined && optional) return undefined;
    if (!(list instanceof Int32Array || list instanceof Uint32Array || list instanceof Float32Array)) {
      throw this.invalid(`tokenizer.ggml.${key} is missing or not a list of numbers`);
    }
    if (list.length < this.size) {
      throw this.invalid(`tokenizer.ggml.${key} has ${list.length} entries for ${this.size} tokens`);
    }
    return list;
  }
}

/// Names the choices there are.
export function unsupported(file: string | undefined, message: string, known: string): InputError {
  return new InputError({
    code: "tokenizer-unsupported",
    severity: "error",
    message: `${file === undefined ? "" : `${file}: `}${message}`,
    ...(file === undefined ? {} : { location: { kind: "file", file } as const }),
    hint: `Known are: ${known}. A tokenizer.json of the same model may work instead; its tokens can be looked at either way.`,
  });
}
