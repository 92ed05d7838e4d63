import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { completeUtf8Length, utf8Decode } from "../base/bytes.ts";
import { type Diagnostic, InputError } from "../base/diagnostic.ts";
import type { HealingMode } from "../decoding/index.ts";
import type { EngineName } from "../engine/index.ts";
import {
  type GrammarKind,
  type GrammarSource,
  type JsonEscapes,
  type JsonStyle,
  type JsonWhitespace,
  type ToolCallTemplate,
  toolCallTag,
} from "../grammar/index.ts";
import type { GpuChoice } from "../runtime/index.ts";
import type { GrammarRef, ModelRef, TokenizerRef } from "../service/api.ts";
import { BUNDLED_MODELS, isBundledModel } from "../service/bundled-models.ts";
import { builtInTokenizerNames } from "../tokenizer/index.ts";
import { printDiagnostics } from "./output.ts";
import { bundledModel, modelFile } from "./paths.ts";
import { rememberSource } from "./source-texts.ts";

export interface GrammarFlags {
  readonly grammar?: string;
  readonly schema?: string;
  readonly regex?: string;
  readonly tools?: string;
  readonly toolTemplate: ToolTemplateName;
  readonly toolChoice: "auto" | "required";
  readonly parallelToolCalls: boolean;
  readonly engine: EngineName;
  readonly whitespace: JsonWhitespace;
  readonly maxBlanks?: number;
  readonly indent: number | "tab";
  readonly indentDepth: number;
  readonly escapes: JsonEscapes;
  readonly propertyOrder: "schema" | "any";
  readonly lenient?: string[];
}

export interface ModelFlags {
  readonly model?: string;
  readonly gpu: GpuChoice;
  readonly contextLength?: number;
}

export interface ModelsFlags extends Omit<ModelFlags, "model"> {
  readonly model?: readonly string[];
}

type ToolTemplateName = Extract<ToolCallTemplate, string>;

/// The default one first.
const ENGINES: readonly EngineName[] = ["tokensieve", "xgrammar"];

/// Adds the options that name a grammar. Text that is read may be laid out and ordered as JSON allows;
/// text that is written had better be tidy.
export function grammarOptions(command: Command, use: "read" | "write"): Command {
  const reads = use === "read";
  return command
    .addOption(
      new Option("--grammar <file>", "grammar file (.ebnf, .gbnf, .lark, .structural-tag.json)").conflicts([
        "schema",
        "regex",
        "tools",
      ]),
    )
    .addOption(new Option("--schema <file>", "JSON Schema file").conflicts(["grammar", "regex", "tools"]))
    .addOption(
      new Option("--regex <regex>", "regular expression that the whole text matches").conflicts([
        "grammar",
        "schema",
        "tools",
      ]),
    )
    .addOption(
      new Option(
        "--tools <file>",
        "JSON list of tools as OpenAI's interface takes it: text with their calls",
      ),
    )
    .addOption(
      new Option("--tool-template <name>", "with --tools: how the model writes a call")
        .choices(["hermes", "llama3", "mistral"] satisfies ToolTemplateName[])
        .default("hermes" satisfies ToolTemplateName),
    )
    .addOption(
      new Option("--tool-choice <choice>", "with --tools: whether the text is a call, or may hold some")
        .choices(["auto", "required"])
        .default("auto"),
    )
    .option("--no-parallel-tool-calls", "with --tools: one call at most")
    .addOption(new Option("--engine <name>", "grammar engine").choices(ENGINES).default(ENGINES[0]))
    .addOption(
      new Option("--whitespace <how>", "white space in JSON under a schema or in a structural tag")
        .choices(["compact", "spaced", "flexible", "indent"] satisfies JsonWhitespace[])
        .default(reads ? "flexible" : "spaced"),
    )
    .option("--max-blanks <n>", "with --whitespace flexible: white space in a row", wholeNumber(0))
    .addOption(
      new Option("--indent <spaces>", "with --whitespace indent: spaces a level, or tab")
        .argParser((text) => (text === "tab" ? text : wholeNumber(1, 16)(text)))
        .default(2),
    )
    .addOption(
      new Option("--indent-depth <levels>", "with --whitespace indent: deeper values stand on one line")
        .argParser(wholeNumber(1, 256))
        .default(32),
    )
    .addOption(
      new Option("--escapes <which>", "escapes in JSON strings: any, only needed ones, or ASCII text only")
        .choices(["any", "needed", "ascii"] satisfies JsonEscapes[])
        .default("any"),
    )
    .addOption(
      new Option("--property-order <order>", "order of JSON members under a schema")
        .choices(["schema", "any"])
        .default(reads ? "any" : "schema"),
    )
    .option("--lenient <keywords>", "schema keywords, comma-separated, that need not be enforced", (list) =>
      list.split(",").map((word) => word.trim()),
    );
}

function gpuOption(): Option {
  return new Option("--gpu <gpu>", "what computes")
    .choices(["auto", "cuda", "vulkan", "metal", "cpu"])
    .default("auto");
}

/// Adds the options that name a model.
export function modelOptions(command: Command): Command {
  return command
    .option(
      "--model <file>",
      `GGUF model, or a bundled one: ${BUNDLED_MODELS.join(", ")} (default: the first)`,
    )
    .addOption(gpuOption())
    .option("--context-length <tokens>", "tokens of context", wholeNumber(1));
}

/// Adds the options that name several models.
export function modelsOptions(command: Command): Command {
  return command
    .option(
      "--model <file>",
      `GGUF model, or a bundled one, twice or more (default: ${BUNDLED_MODELS.join(" and ")})`,
      (model: string, models: readonly string[] = []) => [...models, model],
    )
    .addOption(gpuOption())
    .option("--context-length <tokens>", "tokens of context of each model", wholeNumber(1));
}

export function modelRef({ model, gpu, contextLength }: ModelFlags): ModelRef {
  return {
    file: model === undefined ? bundledModel : modelFile(model),
    gpu,
    ...(contextLength !== undefined && { contextLength }),
  };
}

/// The models of an ensemble.
export function modelRefs({ model, ...flags }: ModelsFlags): readonly ModelRef[] {
  return (model ?? BUNDLED_MODELS).map((one) => modelRef({ ...flags, model: one }));
}

/// The grammar the flags name, if any.
export function grammarRef(flags: GrammarFlags): GrammarRef | undefined {
  const source = grammarSource(flags);
  return source && { source, engine: flags.engine };
}

/// The grammar the flags name; bad input if they name none.
export function requiredGrammarRef(flags: GrammarFlags): GrammarRef {
  const ref = grammarRef(flags);
  if (!ref)
    throw bad(
      "grammar-missing",
      "No grammar is given.",
      "Give --grammar FILE, --schema FILE, --tools FILE or --regex REGEX.",
    );
  return ref;
}

function grammarSource(flags: GrammarFlags): GrammarSource | undefined {
  const { grammar, schema, regex, propertyOrder, lenient } = flags;
  if (regex !== undefined) {
    rememberSource("--regex", regex);
    return { kind: "regex", text: regex, file: "--regex" };
  }
  if (schema !== undefined) {
    return {
      kind: "json-schema",
      text: readInput(schema),
      file: schema,
      ...jsonStyle(flags),
      propertyOrder,
      ...(lenient && { lenient }),
    };
  }
  if (flags.tools !== undefined) return toolSource(flags.tools, flags);
  if (grammar === undefined) return undefined;
  const kind = grammarFileKind(grammar);
  const source = { text: readInput(grammar), file: grammar };
  if (kind !== "structural-tag") return { kind, ...source } as GrammarSource;
  return {
    kind,
    ...source,
    ...jsonStyle(flags),
    ...(lenient && { lenient }),
  };
}

/// Text with calls of the tools in a file.
function toolSource(tools: string, flags: GrammarFlags): GrammarSource {
  const { text, madeFrom, diagnostics } = toolCallTag(readInput(tools), {
    template: flags.toolTemplate,
    file: tools,
    required: flags.toolChoice === "required",
    parallel: flags.parallelToolCalls,
  });
  if (text === undefined) throw new InputError(diagnostics);
  printDiagnostics(diagnostics);
  const { lenient } = flags;
  return {
    kind: "structural-tag",
    text,
    file: tools,
    ...(madeFrom && { madeFrom }),
    ...jsonStyle(flags),
    ...(lenient && { lenient }),
  };
}

function jsonStyle({ whitespace, maxBlanks, indent, indentDepth, escapes }: GrammarFlags): JsonStyle {
  return {
    whitespace,
    ...(maxBlanks !== undefined && { maxBlanks }),
    ...(whitespace === "indent" && { indent, indentDepth }),
    escapes,
  };
}

function grammarFileKind(file: string): GrammarKind {
  if (/\.gbnf$/i.test(file)) return "gbnf";
  if (/\.lark$/i.test(file)) return "lark";
  if (/\.structural-tag\.json$/i.test(file)) return "structural-tag";
  if (/\.jsonc?$/i.test(file)) {
    throw bad(
      "grammar-unknown-kind",
      `${file} looks like a JSON file, not a grammar.`,
      "Give a JSON Schema with --schema; name a structural tag *.structural-tag.json.",
      file,
    );
  }
  return "ebnf";
}

/// `model:F.gguf`, the name of a bundled model or a built-in tokenizer, or the path of a tokenizer.json.
export function tokenizerRef(name: string): TokenizerRef {
  if (name === "model") return { kind: "gguf", file: bundledModel };
  if (name.startsWith("model:")) return { kind: "gguf", file: modelFile(name.slice("model:".length)) };
  if (isBundledModel(name)) return { kind: "gguf", file: modelFile(name) };
  if ((builtInTokenizerNames as readonly string[]).includes(name)) return { kind: "built-in", name };
  if (/\.gguf$/i.test(name)) return { kind: "gguf", file: name };
  if (/[./\\]/.test(name)) return { kind: "file", file: name };
  throw bad(
    "tokenizer-unknown",
    `No tokenizer is called "${name}".`,
    `Use model:FILE.gguf, ${[...BUNDLED_MODELS, ...builtInTokenizerNames].join(", ")}, or the path of a tokenizer.json.`,
  );
}

/// Reads a text file, or stdin for "-".
export function readInput(file: string): string {
  const bytes = readBytes(file);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unreadable(file, "it is not UTF-8 text");
  }
  if (file === "-") rememberSource(file, text);
  return text;
}

/// Reads a file of any bytes, or stdin for "-".
export function readBytes(file: string): Uint8Array {
  try {
    // A plain array: a buffer's methods share memory where an array's copy.
    return new Uint8Array(readFileSync(file === "-" ? 0 : file));
  } catch (error) {
    throw unreadable(file, (error as Error).message);
  }
}

/// A text that may end inside of a character, whose bytes are then `partial`.
export function readTextAndPartial(file: string): { text: string; partial: Uint8Array } {
  const bytes = readBytes(file);
  const length = completeUtf8Length(bytes);
  const text = utf8Decode(bytes.subarray(0, length));
  if (text === undefined) throw unreadable(file, "it is not UTF-8 text");
  if (file === "-") rememberSource(file, text);
  return { text, partial: bytes.slice(length) };
}

/// Adds the option that says how a prompt's end is healed.
export function healingOption(command: Command): Command {
  return command.addOption(
    new Option("--healing <mode>", "how much of the prompt's end may be cut into other tokens")
      .choices(["none", "token", "exact"] satisfies HealingMode[])
      .default("exact" satisfies HealingMode),
  );
}

/// A commander parser of whole numbers from `least` on, up to `most` if that is given.
export function wholeNumber(least: number, most?: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least || (most !== undefined && value > most)) {
      const end = most === undefined ? "on" : `to ${most}`;
      throw new InvalidArgumentError(`It is not a whole number from ${least} ${end}.`);
    }
    return value;
  };
}

/// A commander parser of numbers in a range.
export function numberBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= least && value <= most))
      throw new InvalidArgumentError(`It is not a number between ${least} and ${most}.`);
    return value;
  };
}

function unreadable(file: string, reason: string): InputError {
  return bad("file-unreadable", `Cannot read ${file}: ${reason}`, "Check the path and the encoding.", file);
}

function bad(code: string, message: string, hint: string, file?: string): InputError {
  const diagnostic: Diagnostic = {
    code,
    severity: "error",
    message,
    hint,
    ...(file !== undefined && { location: { kind: "file", file } as const }),
  };
  return new InputError(diagnostic);
}
