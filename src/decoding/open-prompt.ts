import type { HealingMode } from "../bytes/index.ts";
import type { Frontier, Settled } from "./frontier.ts";
import type { Prompt } from "./generation.ts";
import type { LanguageModel } from "./language-model.ts";
import { beginning, layOutPrompt, type PromptTokens } from "./prompt.ts";

/// A prompt whose end was taken back as far as healing says.
export interface OpenedPrompt {
  readonly prompt: PromptTokens;
  /// The last tokens of the prompt's text, and how many of them stay.
  readonly window: readonly number[];
  readonly settled: Settled;
  /// What the model starts from.
  readonly context: number[];
}

/// Lays a prompt out and takes back its end, which is then pending in `frontier`. Throws as `layOutPrompt`.
export function openPrompt(
  model: LanguageModel,
  frontier: Frontier,
  options: {
    readonly prompt: Prompt;
    readonly maxTokens?: number | undefined;
    readonly healing: HealingMode;
  },
): OpenedPrompt {
  const prompt = layOutPrompt(model, options.prompt, options.maxTokens);
  const partial = options.prompt.partial ?? new Uint8Array(0);
  // There must be a token for the model to start from.
  const { stopTokens } = model.tokenizer.vocabulary;
  const fixed = prompt.before.length + prompt.after.length > 0 || stopTokens.length > 0 ? 0 : 1;
  const window = frontier.promptWindow(prompt.text, fixed);
  const over = partial.length === 0 && frontier.ended();
  const settled = over
    ? { kept: window.length, forced: [] }
    : frontier.open(window, partial, options.healing);
  const kept = prompt.text.length - window.length + settled.kept;
  const context = [...prompt.before, ...prompt.text.slice(0, kept), ...prompt.after];
  if (context.length === 0) context.push(beginning(model.tokenizer));
  return { prompt, window, settled, context };
}
