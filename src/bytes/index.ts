/// Exact probabilities of bytes from models of tokens: covers, ensembles, constraints, healing.
export { ByteModel, type EvaluationCounts } from "./byte-model.ts";
export type { ByteSource, NextBytes } from "./byte-source.ts";
export { Canonical, type Followers } from "./canonical.ts";
export { type ByteMatcher, ConstrainedSource, restrict } from "./constraint.ts";
export {
  type Cover,
  type CoverDistribution,
  CoverStream,
  type CoverTarget,
  type Dropped,
  type NextToken,
} from "./cover-stream.ts";
export { leadsAcross } from "./crossing.ts";
export {
  ByteEnsemble,
  checkWeights,
  combine,
  type EnsembleMember,
  type EnsembleNext,
  type EnsembleRule,
  type Silence,
} from "./ensemble.ts";
export { disagreement } from "./ensemble-disagreement.ts";
export {
  type FusedBytes,
  type FusionCandidate,
  type FusionOptions,
  fusionCandidates,
  type TokenProposer,
  writeFused,
} from "./ensemble-fusion.ts";
export { firstBytes, totalVariation } from "./first-bytes.ts";
export { type HealingMode, type TakenBack, takeBack, takeBackTokens } from "./healing.ts";
export { type FittedWeights, fitMixtureWeights } from "./mixture-weights.ts";
export type { NextTokenModel } from "./next-token-model.ts";
export { fitProductWeights, ProductSamples } from "./product-weights.ts";
export { type ByteScores, scoreBytes } from "./score.ts";
export { identifierRemainder, type RankedMiddle, rankMiddles } from "./suffix-ranking.ts";
export { TokenContext } from "./token-context.ts";
export { TokenOrder } from "./token-order.ts";
export { type WrittenTokens, writeTokens } from "./token-writing.ts";
export { type WindowedModel, WindowedSource } from "./windowed-source.ts";
export {
  chooseSymbol,
  STOP,
  searchBytes,
  type WriteOptions,
  type WrittenBytes,
  writeBytes,
} from "./writing.ts";
