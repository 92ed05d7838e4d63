import type { Diagnostic } from "../base/diagnostic.ts";
import type { GenerateOptions, HealingMode, ModelInfo, PromptFacts } from "../decoding/index.ts";
import type { HealingFacts } from "./api.ts";

/// Options of a generation that heals the end of its prompt, and what is told of that afterwards.
export interface Healing {
  readonly options: Pick<GenerateOptions, "healing" | "onPrompt">;
  facts(): HealingFacts;
  /// What is to be said: the prompt did not fit the model's context, or had more covers than are looked at.
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
    diagnostics: (info) => (prompt ? [...windowed(prompt, info), ...leftOut(prompt)] : []),
  };
}

function leftOut({ healingDropped }: PromptFacts): Diagnostic[] {
  if (healingDropped === 0) return [];
  const share = healingDropped < 0.01 ? healingDropped.toExponential(0) : healingDropped.toFixed(2);
  return [
    {
      code: "healing-budget",
      severity: "info",
      message: `the end of the prompt can be cut into tokens in more ways than are looked at: those left out have at most ${share} of the probability`,
      hint: "Continue behind a space or a line break, or heal the last token only.",
    },
  ];
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
