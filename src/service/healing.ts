import type { GenerateOptions, HealingMode, PromptFacts } from "../decoding/index.ts";
import type { HealingFacts } from "./api.ts";

/// Options of a generation that heals the end of its prompt, and what is told of that afterwards.
export interface Healing {
  readonly options: Pick<GenerateOptions, "healing" | "onPrompt">;
  facts(): HealingFacts;
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
      dropped: prompt?.healingDropped ?? 0,
    }),
  };
}
