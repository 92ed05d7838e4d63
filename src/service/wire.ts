// The messages between the editor and the core. Apart from `api.ts`, so that the editor loads the wire's
// library only when it first has something to say.
import { NotificationType, ProgressType, RequestType } from "vscode-jsonrpc";
import type { Diagnostic } from "../base/diagnostic.ts";
import type { GenerationStep, ModelInfo } from "../decoding/index.ts";
import type { GrammarSource, RuleNames } from "../grammar/index.ts";
import type {
  CompleteParams,
  CompleteResult,
  GenerateParams,
  GenerateResult,
  LogLine,
  ModelRef,
  ServiceStatus,
  TokenizeParams,
  TokenizeResult,
  TokenizerFacts,
  TokenizerRef,
  ValidateParams,
  ValidateResult,
} from "./api.ts";
import type { BytesParams, BytesResult, ScoreParams, ScoreResult, ScoreStep } from "./bytes-api.ts";
import type { CompareParams, CompareResult, CompareStep } from "./compare-api.ts";
import type {
  EnsembleNextParams,
  EnsembleNextResult,
  EnsembleScoreParams,
  EnsembleScoreResult,
  EnsembleStep,
  EnsembleWriteParams,
  EnsembleWriteResult,
} from "./ensemble-api.ts";
import type {
  Exploration,
  ExploredToken,
  ExploreParams,
  ExploreTokenParams,
  TokenBytes,
  TokenBytesParams,
  TokenOrder,
  TokenSearchParams,
  TokenSearchResult,
} from "./explore-api.ts";
import type { InspectBytesParams, InspectedBytes } from "./inspect-bytes-api.ts";
import type { HealingStep, InspectedHealing, InspectHealingParams } from "./inspect-healing-api.ts";

/// Error data that crosses the wire.
export interface WireError {
  readonly kind: "input";
  readonly diagnostics: readonly Diagnostic[];
}

export const requests = {
  loadModel: new RequestType<ModelRef, ModelInfo, WireError>("model/load"),
  generate: new RequestType<GenerateParams, GenerateResult, WireError>("generate"),
  complete: new RequestType<CompleteParams, CompleteResult, WireError>("complete"),
  bytes: new RequestType<BytesParams, BytesResult, WireError>("bytes/next"),
  score: new RequestType<ScoreParams, ScoreResult, WireError>("bytes/score"),
  inspectHealing: new RequestType<InspectHealingParams, InspectedHealing, WireError>("fim/inspect"),
  inspectBytes: new RequestType<InspectBytesParams, InspectedBytes, WireError>("bytes/inspect"),
  ensembleNext: new RequestType<EnsembleNextParams, EnsembleNextResult, WireError>("ensemble/next"),
  ensembleWrite: new RequestType<EnsembleWriteParams, EnsembleWriteResult, WireError>("ensemble/write"),
  ensembleScore: new RequestType<EnsembleScoreParams, EnsembleScoreResult, WireError>("ensemble/score"),
  validate: new RequestType<ValidateParams, ValidateResult, WireError>("grammar/validate"),
  diagnoseGrammar: new RequestType<GrammarSource, readonly Diagnostic[], WireError>("grammar/diagnose"),
  grammarNames: new RequestType<GrammarSource, RuleNames, WireError>("grammar/names"),
  compareEngines: new RequestType<CompareParams, CompareResult, WireError>("grammar/compare"),
  tokenize: new RequestType<TokenizeParams, TokenizeResult, WireError>("tokenizer/tokenize"),
  tokenizerFacts: new RequestType<TokenizerRef, TokenizerFacts, WireError>("tokenizer/facts"),
  tokenOrder: new RequestType<TokenizerRef, TokenOrder, WireError>("tokenizer/order"),
  tokenBytes: new RequestType<TokenBytesParams, TokenBytes, WireError>("tokenizer/bytes"),
  searchTokens: new RequestType<TokenSearchParams, TokenSearchResult, WireError>("tokenizer/search"),
  explore: new RequestType<ExploreParams, Exploration, WireError>("grammar/explore"),
  exploreToken: new RequestType<ExploreTokenParams, ExploredToken, WireError>("grammar/exploreToken"),
} as const;

export const notifications = {
  status: new NotificationType<ServiceStatus>("status"),
  log: new NotificationType<LogLine>("log"),
} as const;

export const progressTypes = {
  generate: new ProgressType<readonly GenerationStep[]>(),
  compare: new ProgressType<CompareStep>(),
  healing: new ProgressType<HealingStep>(),
  score: new ProgressType<ScoreStep>(),
  ensemble: new ProgressType<readonly EnsembleStep[]>(),
} as const;

export type RequestName = keyof typeof requests;
export type ParamsOf<N extends RequestName> =
  (typeof requests)[N] extends RequestType<infer P, infer _R, WireError> ? P : never;
export type ResultOf<N extends RequestName> =
  (typeof requests)[N] extends RequestType<infer _P, infer R, WireError> ? R : never;

export type ProgressName = keyof typeof progressTypes;
export type ProgressOf<P extends ProgressName> =
  (typeof progressTypes)[P] extends ProgressType<infer T> ? T : never;
