import { CancelledError, type CancelSignal } from "../base/cancellation.ts";
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
import type { CoreConnection } from "./connection.ts";
import type { EnsembleStep, EnsembleWriteParams, EnsembleWriteResult } from "./ensemble-api.ts";
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
import type { ParamsOf, RequestName, ResultOf } from "./wire.ts";

export interface CoreClientEvents {
  onStatus(status: ServiceStatus): void;
  onLog(line: LogLine): void;
  /// The process ended unasked. Called once a death; `willRestart` is false after too many in a row.
  onDied(reason: string, willRestart: boolean): void;
}

/// More deaths than this within the window, and the client stops starting the service by itself.
const MAX_DEATHS = 4;
const DEATH_WINDOW_MS = 60_000;

/// The editor's end of the core service: starts the process on first use, restarts it after a crash,
/// and turns wire errors back into `InputError` and `CancelledError`.
export class CoreClient {
  readonly #modulePath: string;
  readonly #events: CoreClientEvents;
  #running: CoreConnection | undefined;
  /// Where the service may keep files that spare later processes work; set before the first request.
  cacheFolder: string | undefined;
  #deaths: number[] = [];
  #disposed = false;

  /// `modulePath`: the built service, dist/service.mjs.
  constructor(modulePath: string, events: CoreClientEvents) {
    this.#modulePath = modulePath;
    this.#events = events;
  }

  /// Id of the service's process, if one runs.
  get processId(): number | undefined {
    return this.#running?.processId;
  }

  loadModel(ref: ModelRef, signal?: CancelSignal): Promise<ModelInfo> {
    return this.#request("loadModel", ref, signal);
  }

  complete(params: CompleteParams, signal?: CancelSignal): Promise<CompleteResult> {
    return this.#request("complete", params, signal);
  }

  bytes(params: BytesParams, signal?: CancelSignal): Promise<BytesResult> {
    return this.#request("bytes", params, signal);
  }

  /// `onStep` is given the surprises while they are found, some at a time.
  async score(
    params: ScoreParams,
    onStep: (step: ScoreStep) => void,
    signal?: CancelSignal,
  ): Promise<ScoreResult> {
    const core = await this.#start(signal);
    return core.requestWithProgress("score", params, "score", onStep, signal);
  }

  inspectBytes(params: InspectBytesParams, signal?: CancelSignal): Promise<InspectedBytes> {
    return this.#request("inspectBytes", params, signal);
  }

  validate(params: ValidateParams, signal?: CancelSignal): Promise<ValidateResult> {
    return this.#request("validate", params, signal);
  }

  /// What there is to say about a grammar without a model.
  diagnoseGrammar(source: GrammarSource, signal?: CancelSignal): Promise<readonly Diagnostic[]> {
    return this.#request("diagnoseGrammar", source, signal);
  }

  grammarNames(source: GrammarSource, signal?: CancelSignal): Promise<RuleNames> {
    return this.#request("grammarNames", source, signal);
  }

  async compareEngines(
    params: CompareParams,
    onStep: (step: CompareStep) => void,
    signal?: CancelSignal,
  ): Promise<CompareResult> {
    const core = await this.#start(signal);
    return core.requestWithProgress("compareEngines", params, "compare", onStep, signal);
  }

  async inspectHealing(
    params: InspectHealingParams,
    onStep: (step: HealingStep) => void,
    signal?: CancelSignal,
  ): Promise<InspectedHealing> {
    const core = await this.#start(signal);
    return core.requestWithProgress("inspectHealing", params, "healing", onStep, signal);
  }

  tokenizerFacts(ref: TokenizerRef, signal?: CancelSignal): Promise<TokenizerFacts> {
    return this.#request("tokenizerFacts", ref, signal);
  }

  tokenOrder(ref: TokenizerRef, signal?: CancelSignal): Promise<TokenOrder> {
    return this.#request("tokenOrder", ref, signal);
  }

  tokenBytes(params: TokenBytesParams, signal?: CancelSignal): Promise<TokenBytes> {
    return this.#request("tokenBytes", params, signal);
  }

  searchTokens(params: TokenSearchParams, signal?: CancelSignal): Promise<TokenSearchResult> {
    return this.#request("searchTokens", params, signal);
  }

  explore(params: ExploreParams, signal?: CancelSignal): Promise<Exploration> {
    return this.#request("explore", params, signal);
  }

  exploreToken(params: ExploreTokenParams, signal?: CancelSignal): Promise<ExploredToken> {
    return this.#request("exploreToken", params, signal);
  }

  async generate(
    params: GenerateParams,
    onSteps: (steps: readonly GenerationStep[]) => void,
    signal?: CancelSignal,
  ): Promise<GenerateResult> {
    const core = await this.#start(signal);
    return core.requestWithProgress("generate", params, "generate", onSteps, signal);
  }

  async ensembleWrite(
    params: EnsembleWriteParams,
    onSteps: (steps: readonly EnsembleStep[]) => void,
    signal?: CancelSignal,
  ): Promise<EnsembleWriteResult> {
    const core = await this.#start(signal);
    return core.requestWithProgress("ensembleWrite", params, "ensemble", onSteps, signal);
  }

  tokenize(params: TokenizeParams, signal?: CancelSignal): Promise<TokenizeResult> {
    return this.#request("tokenize", params, signal);
  }

  /// Ends the process; the next request starts a new one, whatever happened before.
  restart(): void {
    this.#deaths = [];
    this.#stop();
  }

  dispose(): void {
    this.#disposed = true;
    this.#stop();
  }

  #stop(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.kill();
  }

  async #request<N extends RequestName>(
    name: N,
    params: ParamsOf<N>,
    signal: CancelSignal | undefined,
  ): Promise<ResultOf<N>> {
    return (await this.#start(signal)).request(name, params, signal);
  }

  async #start(signal: CancelSignal | undefined): Promise<CoreConnection> {
    const { CoreConnection, ServiceDiedError } = await import("./connection.ts");
    if (this.#disposed || signal?.aborted) throw new CancelledError();
    if (this.#running) return this.#running;
    if (this.#tooManyDeaths()) {
      throw new ServiceDiedError(
        `The core stopped ${MAX_DEATHS} times within a minute and is not started again by itself. See the log, then run "Tokensieve: Restart Engine".`,
      );
    }
    const started: CoreConnection = new CoreConnection(this.#modulePath, this.cacheFolder, {
      onStatus: (status) => this.#events.onStatus(status),
      onLog: (line) => this.#events.onLog(line),
      onEnded: (reason) => {
        if (this.#running !== started) return;
        this.#running = undefined;
        this.#deaths.push(Date.now());
        this.#events.onDied(reason, !this.#tooManyDeaths());
      },
    });
    this.#running = started;
    return started;
  }

  #tooManyDeaths(): boolean {
    const since = Date.now() - DEATH_WINDOW_MS;
    this.#deaths = this.#deaths.filter((at) => at >= since);
    return this.#deaths.length >= MAX_DEATHS;
  }
}
