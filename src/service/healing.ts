import type { Diagnostic } from "../base/diagnostic.ts";
import type { GenerateOptions, HealingMode, ModelInfo, PromptFacts } from "../decoding/index.ts";
import type { HealingFacts } from "./api.ts";

/// Options of a generation that heals the end of its prompt, and what is told of that afterwards.
export interface Healing {
  readonly options: Pick<GenerateOptions, "healing" | "onPrompt">;
  facts(): HealingFacts;
  /// A warning if the prompt did not fit the model's context.
  diagnostics(info: ModelInfo): readonly Diagnostic[];
}

export function healingOf(mode: HealingMode = "exact"): Healing {
  let prompt: PromptFacts | undefined;
  return {
    options: {
      healing: mode,
      onPrompt: (facts) => {
        prompt = facts;
      },
    },
    facts: () => ({
      mode,
      bytes: prompt?.healedBytes ?? 0,
      evaluations: prompt?.healingEvaluations ?? 0,
      millis: (prompt?.healingMicros ?? 0) / 1000,
      dropped: prompt?.healingDropped ?? 0,
      rival: prompt?.healingRival ?? 0,
    }),
    diagnostics: (info) => (prompt ? windowed(prompt, info) : []),
  };
}

function windowed({ droppedPrefix, droppedSuffix }: PromptFacts, info: ModelInfo): Diagnostic[] {
  if (droppedPrefix + droppedSuffix === 0) return [];
  const parts = [
    ...(droppedPrefix > 0 ? [`the first ${droppedPrefix} characters before the cursor`] : []),
    ...(droppedSuffix > 0 ? [`the last ${droppedSuffix} characters after it`] : []),
  ];
  return [
    {
      code: "prompt-windowed",
      severity: "info",
      message: `${parts.join(" and ")} do not fit the model's context of ${info.contextLength} tokens, and were left out`,
      hint: "For more, use a model with a longer context.",
    },
  ];
}
