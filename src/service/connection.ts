import { type ChildProcess, fork } from "node:child_process";
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  type ProgressType,
  ResponseError,
} from "vscode-jsonrpc/node";
import { CancelledError, type CancelSignal } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import type { LogLine, ServiceStatus } from "./api.ts";
import { CANCELLED_CODE, INPUT_ERROR_CODE } from "./error-codes.ts";
import {
  notifications,
  type ParamsOf,
  type ProgressName,
  type ProgressOf,
  progressTypes,
  type RequestName,
  type ResultOf,
  requests,
  type WireError,
} from "./wire.ts";

/// The service died while it worked on a request. The next request starts a new one.
export class ServiceDiedError extends Error {
  override readonly name = "ServiceDiedError";
}

export interface CoreConnectionEvents {
  onStatus(status: ServiceStatus): void;
  onLog(line: LogLine): void;
  /// The process ended, asked or not. Called once.
  onEnded(reason: string): void;
}

/// One process of the core and the wire to it.
export class CoreConnection {
  readonly #child: ChildProcess;
  readonly #connection: MessageConnection;
  /// Rejects when the process is gone.
  readonly #death: Promise<never>;
  #nextProgressToken = 0;

  /// `modulePath`: the built service, dist/service.mjs; `cacheFolder`: where it may keep files that spare later
  /// processes work.
  constructor(modulePath: string, cacheFolder: string | undefined, events: CoreConnectionEvents) {
    const child = fork(modulePath, cacheFolder === undefined ? [] : [cacheFolder], {
      // Typed arrays cross as they are, not as JSON.
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      execArgv: [],
      // In the editor, process.execPath is Electron: this makes it Node.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
    });
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    connection.onNotification(notifications.status, (status) => events.onStatus(status));
    connection.onNotification(notifications.log, (line) => events.onLog(line));
    connection.onError(([error]) =>
      events.onLog({ level: "error", message: `core connection: ${error.message}` }),
    );
    child.stdout?.on("data", (data) => events.onLog({ level: "debug", message: String(data).trimEnd() }));
    child.stderr?.on("data", (data) => events.onLog({ level: "warn", message: String(data).trimEnd() }));

    let die: (error: Error) => void = () => {};
    this.#death = new Promise<never>((_, reject) => {
      die = reject;
    });
    // Nobody may be waiting when it dies.
    this.#death.catch(() => undefined);
    let ended = false;
    const end = (reason: string) => {
      if (ended) return;
      ended = true;
      die(new ServiceDiedError(`The core stopped (${reason}).`));
      connection.dispose();
      events.onEnded(reason);
    };
    child.on("exit", (code, killedBy) => end(killedBy ? `signal ${killedBy}` : `exit code ${code}`));
    child.on("error", (error) => end(error.message));
    connection.listen();
    this.#child = child;
    this.#connection = connection;
  }

  get processId(): number | undefined {
    return this.#child.pid;
  }

  async request<N extends RequestName>(
    name: N,
    params: ParamsOf<N>,
    signal: CancelSignal | undefined,
  ): Promise<ResultOf<N>> {
    const source = new CancellationTokenSource();
    const cancel = () => source.cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      const { method } = requests[name];
      const answer = this.#connection.sendRequest<ResultOf<N>>(method, params, source.token);
      return await Promise.race([answer, this.#death]);
    } catch (error) {
      throw fromWire(error);
    } finally {
      signal?.removeEventListener("abort", cancel);
      source.dispose();
    }
  }

  /// A request that reports on its way what `onProgress` is given.
  async requestWithProgress<N extends RequestName, P extends ProgressName>(
    name: N,
    params: Omit<ParamsOf<N>, "progressToken">,
    progress: P,
    onProgress: (value: ProgressOf<P>) => void,
    signal: CancelSignal | undefined,
  ): Promise<ResultOf<N>> {
    const progressToken = `${progress}-${this.#nextProgressToken++}`;
    // The compiler does not see that the union's members correlate.
    const type = progressTypes[progress] as unknown as ProgressType<ProgressOf<P>>;
    const subscription = this.#connection.onProgress(type, progressToken, onProgress);
    try {
      return await this.request(name, { ...params, progressToken } as unknown as ParamsOf<N>, signal);
    } finally {
      subscription.dispose();
    }
  }

  kill(): void {
    this.#child.kill();
  }
}

function fromWire(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  if (error.code === CANCELLED_CODE) return new CancelledError();
  if (error.code === INPUT_ERROR_CODE) return new InputError((error.data as WireError).diagnostics);
  return error;
}
