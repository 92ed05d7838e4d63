import { InputError } from "../base/diagnostic.ts";
import type { FimTokens, Tokenizer } from "../tokenizer/vocabulary.ts";
import { encodeMiddle } from "./exact-encoding.ts";
import type { Prompt } from "./generation.ts";
import type { LanguageModel } from "./language-model.ts";
import { cutEnd, cutStart } from "./truncate.ts";

/// A prompt as tokens. The text that is continued is apart, as its end may be spelled again.
export interface PromptTokens {
  readonly before: readonly number[];
  readonly text: readonly number[];
  readonly after: readonly number[];
  /// UTF-16 code units left out to fit the context.
  readonly droppedPrefix: number;
  readonly droppedSuffix: number;
}

/// Room left for the middle if the caller names no limit.
const USUAL_MIDDLE = 256;

/// Lays out a prompt. Throws the `InputError` `model-has-no-fim` for a hole that the model has not
/// learnt to fill, `prompt-empty` if there is nothing to start from.
export function layOutPrompt(
  model: LanguageModel,
  prompt: Prompt,
  maxTokens: number | undefined,
): PromptTokens {
  const { tokenizer, bosToken } = model;
  const start = bosToken === undefined ? [] : [bosToken];
  switch (prompt.kind) {
    case "text": {
      const room = model.info.contextLength - reservedFor(model, maxTokens) - start.length;
      const { tokens: text, dropped } = prompt.cut
        ? cutStart((part) => tokenizer.encode(part), prompt.text, room)
        : { tokens: prompt.text === "" ? [] : tokenizer.encode(prompt.text), dropped: 0 };
      const before = text.length === 0 && start.length === 0 ? [beginning(tokenizer)] : start;
      return { before, text, after: [], droppedPrefix: dropped, droppedSuffix: 0 };
    }
    case "fim": {
      const { fim } = tokenizer.vocabulary;
      if (!fim) throw noFim(model);
      const room = model.info.contextLength - reservedFor(model, maxTokens) - start.length - 3;
      const { prefix, suffix, ...dropped } = fit(tokenizer, prompt.prefix, prompt.suffix, room);
      return { ...arrange(fim, start, prefix, suffix, prompt.order ?? "psm"), ...dropped };
    }
    default:
      return prompt satisfies never;
  }
}

/// Tokens kept free for what is generated.
function reservedFor({ info }: LanguageModel, maxTokens = USUAL_MIDDLE): number {
  return Math.min(maxTokens, info.contextLength >> 2);
}

function arrange(
  fim: FimTokens,
  start: readonly number[],
  prefix: readonly number[],
  suffix: readonly number[],
  order: "psm" | "spm",
) {
  switch (order) {
    case "psm":
      return { before: [...start, fim.prefix], text: prefix, after: [fim.suffix, ...suffix, fim.middle] };
    // As in "Efficient Training of Language Models to Fill in the Middle" (Bavarian et al., 2022),
    // its second form: prefix and middle stand together as one text.
    case "spm":
      return { before: [...start, fim.prefix, fim.suffix, ...suffix, fim.middle], text: prefix, after: [] };
    default:
      return order satisfies never;
  }
}

/// Cuts prefix and suffix to `room` tokens: up to a quarter for the suffix, and what the other leaves.
function fit(tokenizer: Tokenizer, prefixText: string, suffixText: string, room: number) {
  const encode = (text: string) => encodeMiddle(tokenizer, text);
  const whole = cutStart(encode, prefixText, room);
  const suffix = cutEnd(encode, suffixText, Math.max(room >> 2, room - whole.tokens.length));
  const left = room - suffix.tokens.length;
  const prefix = whole.tokens.length <= left ? whole : cutStart(encode, prefixText, left);
  return {
    prefix: prefix.tokens,
    suffix: suffix.tokens,
    droppedPrefix: prefix.dropped,
    droppedSuffix: suffix.dropped,
  };
}

/// What a model without a BOS token can start from: the end of another text.
export function beginning(tokenizer: Tokenizer): number {
  const [stop] = tokenizer.vocabulary.stopTokens;
  if (stop !== undefined) return stop;
  throw new InputError({
    code: "prompt-empty",
    severity: "error",
    message: "the prompt is empty, and the model has no token to start a text with",
    hint: "Give it some text to continue.",
  });
}

function noFim({ info }: LanguageModel): InputError {
  return new InputError({
    code: "model-has-no-fim",
    severity: "error",
    message: `${info.name} has no fill-in-the-middle tokens: it can only continue text`,
    ...(info.file !== undefined && { location: { kind: "file", file: info.file } }),
    hint: "Continue the text before the cursor instead, or choose a model made for code completion.",
  });
}
