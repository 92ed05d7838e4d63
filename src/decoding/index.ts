/// The generation loop: prompts, masks, sampling, forced text.
export type { HealingMode } from "../bytes/index.ts";
export { CountedSequence } from "./counted-sequence.ts";
export { deadEnd } from "./dead-end.ts";
export { generate } from "./generate.ts";
export type {
  FinishReason,
  GenerateOptions,
  GenerationResult,
  GenerationStep,
  Prompt,
  PromptFacts,
  SamplingOptions,
} from "./generation.ts";
export type {
  ChosenLogits,
  ChosenTokens,
  LanguageModel,
  LogitRequest,
  ModelInfo,
  ModelSequence,
  NextTokenLogits,
} from "./language-model.ts";
export { trimOverlap } from "./overlap.ts";
export { Random } from "./random.ts";
export { RememberedRows } from "./remembered-rows.ts";
export { startOfRepetition } from "./repetition.ts";
export { StepStatistics } from "./statistics.ts";
export { SuffixMatcher } from "./suffix-matcher.ts";
export {
  middleEnds,
  openJoin,
  type Ranking,
  rankBySuffix,
  type ScoredMiddle,
  type SuffixJoin,
  suffixJoin,
} from "./suffix-ranking.ts";
export { type PromptStart, promptStart, TextScorer } from "./text-scorer.ts";
