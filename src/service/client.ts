import { type ChildProcess, fork } from "node:child_process";
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  type RequestType,
  ResponseError,
} from "vscode-jsonrpc/node";
import { CancelledError, type CancelSignal } from "../base/cancellation.ts";
import { type Diagnostic, InputError } from "../base/diagnostic.ts";
import type { GenerationStep, ModelInfo } from "../decoding/index.ts";
import type { GrammarSource, RuleNames } from "../grammar/index.ts";
import {
  type CompleteParams,
  type CompleteResult,
  compareProgress,
  type GenerateParams,
  type GenerateResult,
  generationProgress,
  type LogLine,
  type ModelRef,
  notifications,
  requests,
  type ServiceStatus,
  type TokenizeParams,
  type TokenizeResult,
  type TokenizerFacts,
  type TokenizerRef,
  type ValidateParams,
  type ValidateResult,
  type WireError,
} from "./api.ts";
import type { CompareParams, CompareResult, CompareStep } from "./compare-api.ts";
import { CANCELLED_CODE, INPUT_ERROR_CODE } from "./error-codes.ts";
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

/// The service died while it worked on a request. The next request starts a new one.
class ServiceDiedError extends Error {
  override readonly name = "ServiceDiedError";
}

export interface CoreClientEvents {
  onStatus(status: ServiceStatus): void;
  onLog(line: LogLine): void;
  /// The process ended unasked. Called once a death; `willRestart` is false after too many in a row.
  onDied(reason: string, willRestart: boolean): void;
}

/// More deaths than this within the window, and the client stops starting the service by itself.
const MAX_DEATHS = 4;
const DEATH_WINDOW_MS = 60_000;

interface Running {
  readonly child: ChildProcess;
  readonly connection: MessageConnection;
  /// Rejects when the process is gone.
  readonly death: Promise<never>;
}

/// The editor's end of the core service: starts the process on first use, restarts it after a crash,
/// and turns wire errors back into `InputError` and `CancelledError`.
export class CoreClient {
  readonly #modulePath: string;
  readonly #events: CoreClientEvents;
  #running: Running | undefined;
  #deaths: number[] = [];
  #nextProgressToken = 0;

  /// `modulePath`: the built service, dist/service.mjs.
  constructor(modulePath: string, events: CoreClientEvents) {
    this.#modulePath = modulePath;
    this.#events = events;
  }

  /// Id of the service's process, if one runs.
  get processId(): number | undefined {
    return this.#running?.child.pid;
  }

  loadModel(ref: ModelRef, signal?: CancelSignal): Promise<ModelInfo> {
    return this.#request(requests.loadModel, ref, signal);
  }

  complete(params: CompleteParams, signal?: CancelSignal): Promise<CompleteResult> {
    return this.#request(requests.complete, params, signal);
  }

  validate(params: ValidateParams, signal?: CancelSignal): Promise<ValidateResult> {
    return this.#request(requests.validate, params, signal);
  }

  /// What there is to say about a grammar without a model.
  diagnoseGrammar(source: GrammarSource, signal?: CancelSignal): Promise<readonly Diagnostic[]> {
    return this.#request(requests.diagnoseGrammar, source, signal);
  }

  grammarNames(source: GrammarSource, signal?: CancelSignal): Promise<RuleNames> {
    return this.#request(requests.grammarNames, source, signal);
  }

  async compareEngines(
    params: CompareParams,
    onStep: (step: CompareStep) => void,
    signal?: CancelSignal,
  ): Promise<CompareResult> {
    const progressToken = `compare-${this.#nextProgressToken++}`;
    const { connection } = this.#start();
    const subscription = connection.onProgress(compareProgress, progressToken, onStep);
    try {
      return await this.#request(requests.compareEngines, { ...params, progressToken }, signal);
    } finally {
      subscription.dispose();
    }
  }

  tokenizerFacts(ref: TokenizerRef, signal?: CancelSignal): Promise<TokenizerFacts> {
    return this.#request(requests.tokenizerFacts, ref, signal);
  }

  tokenOrder(ref: TokenizerRef, signal?: CancelSignal): Promise<TokenOrder> {
    return this.#request(requests.tokenOrder, ref, signal);
  }

  tokenBytes(params: TokenBytesParams, signal?: CancelSignal): Promise<TokenBytes> {
    return this.#request(requests.tokenBytes, params, signal);
  }

  searchTokens(params: TokenSearchParams, signal?: CancelSignal): Promise<TokenSearchResult> {
    return this.#request(requests.searchTokens, params, signal);
  }

  explore(params: ExploreParams, signal?: CancelSignal): Promise<Exploration> {
    return this.#request(requests.explore, params, signal);
  }

  exploreToken(params: ExploreTokenParams, signal?: CancelSignal): Promise<ExploredToken> {
    return this.#request(requests.exploreToken, params, signal);
  }

  async generate(
    params: GenerateParams,
    onSteps: (steps: readonly GenerationStep[]) => void,
    signal?: CancelSignal,
  ): Promise<GenerateResult> {
    const progressToken = `generate-${this.#nextProgressToken++}`;
    const { connection } = this.#start();
    const subscription = connection.onProgress(generationProgress, progressToken, onSteps);
    try {
      return await this.#request(requests.generate, { ...params, progressToken }, signal);
    } finally {
      subscription.dispose();
    }
  }

  tokenize(params: TokenizeParams, signal?: CancelSignal): Promise<TokenizeResult> {
    return this.#request(requests.tokenize, params, signal);
  }

  /// Ends the process; the next request starts a new one, whatever happened before.
  restart(): void {
    this.#deaths = [];
    this.#stop();
  }

  dispose(): void {
    this.#stop();
  }

  #stop(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.child.kill();
  }

  async #request<P, R>(
    type: RequestType<P, R, WireError>,
    params: P,
    signal: CancelSignal | undefined,
  ): Promise<R> {
    if (signal?.aborted) throw new CancelledError();
    const { connection, death } = this.#start();
    const source = new CancellationTokenSource();
    const cancel = () => source.cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      return await Promise.race([connection.sendRequest<R>(type.method, params, source.token), death]);
    } catch (error) {
      throw fromWire(error);
    } finally {
      signal?.removeEventListener("abort", cancel);
      source.dispose();
    }
  }

  #start(): Running {
    if (this.#running) return this.#running;
    if (this.#tooManyDeaths()) {
      throw new ServiceDiedError(
        `The core stopped ${MAX_DEATHS} times within a minute and is not started again by itself. See the log, then run "Tokensieve: Restart Engine".`,
      );
    }
    const child = fork(this.#modulePath, [], {
      // Typed arrays cross as they are, not as JSON.
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      execArgv: [],
      // In the editor, process.execPath is Electron: this makes it Node.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
    });
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    connection.onNotification(notifications.status, (status) => this.#events.onStatus(status));
    connection.onNotification(notifications.log, (line) => this.#events.onLog(line));
    connection.onError(([error]) =>
      this.#events.onLog({ level: "error", message: `core connection: ${error.message}` }),
    );
    child.stdout?.on("data", (data) =>
      this.#events.onLog({ level: "debug", message: String(data).trimEnd() }),
    );
    child.stderr?.on("data", (data) =>
      this.#events.onLog({ level: "warn", message: String(data).trimEnd() }),
    );

    let die: (error: Error) => void = () => {};
    const death = new Promise<never>((_, reject) => {
      die = reject;
    });
    // Nobody may be waiting when it dies.
    death.catch(() => undefined);
    const running: Running = { child, connection, death };
    let ended = false;
    const end = (reason: string) => {
      if (ended) return;
      ended = true;
      const unasked = this.#running === running;
      if (unasked) {
        this.#running = undefined;
        this.#deaths.push(Date.now());
      }
      die(new ServiceDiedError(`The core stopped (${reason}).`));
      connection.dispose();
      if (unasked) this.#events.onDied(reason, !this.#tooManyDeaths());
    };
    child.on("exit", (code, killedBy) => end(killedBy ? `signal ${killedBy}` : `exit code ${code}`));
    child.on("error", (error) => end(error.message));
    connection.listen();
    this.#running = running;
    return running;
  }

  #tooManyDeaths(): boolean {
    const since = Date.now() - DEATH_WINDOW_MS;
    this.#deaths = this.#deaths.filter((at) => at >= since);
    return this.#deaths.length >= MAX_DEATHS;
  }
}

function fromWire(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  if (error.code === CANCELLED_CODE) return new CancelledError();
  if (error.code === INPUT_ERROR_CODE) return new InputError((error.data as WireError).diagnostics);
  return error;
}
