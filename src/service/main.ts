// The core's process: `fork`ed by CoreClient, speaks JSON-RPC over Node's IPC channel.
import {
  type CancellationToken,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type ProgressType,
  ResponseError,
} from "vscode-jsonrpc/node";
import { CancelledError } from "../base/cancellation.ts";
import { errorTrace } from "../base/error-trace.ts";
import type { LogLine } from "./api.ts";
import { Core } from "./core.ts";
import { createEngines } from "./engines.ts";
import { CANCELLED_CODE, INPUT_ERROR_CODE } from "./error-codes.ts";
import { diagnosticsOf } from "./failure.ts";
import { IdleWork } from "./idle-work.ts";
import { PrecheckFiles } from "./precheck-files.ts";
import { TokenizerWorker } from "./tokenizer-worker-client.ts";
import { notifications, progressTypes, requests, type WireError } from "./wire.ts";

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

// The process is given the folder for files that spare later ones work.
const [, , cacheFolder] = process.argv;
const idle = new IdleWork();
const core = new Core(
  createEngines(new URL(".", import.meta.url)),
  (status) => void connection.sendNotification(notifications.status, status),
  (line) => log(line.level, line.message),
  {
    idle,
    ...(cacheFolder !== undefined && {
      files: new PrecheckFiles(cacheFolder, (line) => log(line.level, line.message)),
    }),
  },
);
const tokenizerWorker = new TokenizerWorker(new URL("./tokenizer-worker.mjs", import.meta.url));

function log(level: LogLine["level"], message: string): void {
  void connection.sendNotification(notifications.log, { level, message });
}

/// Runs one request: turns a cancellation into an abort signal and failures into wire errors.
async function serve<T>(
  token: CancellationToken,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | ResponseError<WireError>> {
  const abort = new AbortController();
  const subscription = token.onCancellationRequested(() => abort.abort());
  idle.begin();
  try {
    return await work(abort.signal);
  } catch (error) {
    if (abort.signal.aborted || error instanceof CancelledError)
      return new ResponseError(CANCELLED_CODE, "cancelled");
    const diagnostics = diagnosticsOf(error);
    if (diagnostics) {
      return new ResponseError<WireError>(INPUT_ERROR_CODE, (error as Error).message, {
        kind: "input",
        diagnostics,
      });
    }
    log("error", errorTrace(error));
    throw error;
  } finally {
    subscription.dispose();
    idle.end();
  }
}

/// Steps are sent in batches, a batch a frame: one message a token would cost the editor more than
/// the token costs us.
const STEP_INTERVAL_MS = 16;

class StepStream<T> {
  readonly #type: ProgressType<readonly T[]>;
  readonly #token: string;
  #batch: T[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(type: ProgressType<readonly T[]>, token: string) {
    this.#type = type;
    this.#token = token;
  }

  push(step: T): void {
    this.#batch.push(step);
    this.#timer ??= setTimeout(() => this.flush(), STEP_INTERVAL_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#batch.length === 0) return;
    void connection.sendProgress(this.#type, this.#token, this.#batch);
    this.#batch = [];
  }
}

/// Runs `work`, whose steps go to `progressToken`, the last ones before its answer.
async function streaming<S, T>(
  type: ProgressType<readonly S[]>,
  progressToken: string | undefined,
  work: (onStep: (step: S) => void) => Promise<T>,
): Promise<T> {
  const steps = progressToken === undefined ? undefined : new StepStream(type, progressToken);
  try {
    return await work((step) => steps?.push(step));
  } finally {
    steps?.flush();
  }
}

connection.onRequest(requests.loadModel, (ref, token) =>
  serve(token, (signal) => core.loadModel(ref, signal)),
);
connection.onRequest(requests.complete, (params, token) =>
  serve(token, (signal) => core.complete(params, signal)),
);
connection.onRequest(requests.bytes, (params, token) => serve(token, (signal) => core.bytes(params, signal)));
connection.onRequest(requests.score, (params, token) =>
  serve(token, (signal) => {
    const { progressToken } = params;
    return core.score(params, signal, (step) => {
      if (progressToken !== undefined) void connection.sendProgress(progressTypes.score, progressToken, step);
    });
  }),
);
connection.onRequest(requests.inspectBytes, (params, token) =>
  serve(token, (signal) => core.inspectBytes(params, signal)),
);
connection.onRequest(requests.validate, (params, token) =>
  serve(token, (signal) => core.validate(params, signal)),
);
connection.onRequest(requests.diagnoseGrammar, (source, token) =>
  serve(token, (signal) => core.diagnoseGrammar(source, signal)),
);
connection.onRequest(requests.grammarNames, (source, token) =>
  serve(token, (signal) => core.grammarNames(source, signal)),
);
connection.onRequest(requests.compareEngines, (params, token) =>
  serve(token, (signal) =>
    core.compareEngines(params, signal, (step) => {
      const { progressToken } = params;
      if (progressToken !== undefined)
        void connection.sendProgress(progressTypes.compare, progressToken, step);
    }),
  ),
);
connection.onRequest(requests.inspectHealing, (params, token) =>
  serve(token, (signal) =>
    core.inspectHealing(params, signal, (step) => {
      const { progressToken } = params;
      if (progressToken !== undefined)
        void connection.sendProgress(progressTypes.healing, progressToken, step);
    }),
  ),
);
connection.onRequest(requests.tokenizerFacts, (ref, token) => serve(token, () => core.tokenizerFacts(ref)));
connection.onRequest(requests.tokenOrder, (ref, token) => serve(token, () => core.explorer.tokenOrder(ref)));
connection.onRequest(requests.tokenBytes, (params, token) =>
  serve(token, () => core.explorer.tokenBytes(params)),
);
connection.onRequest(requests.searchTokens, (params, token) =>
  serve(token, () => core.explorer.searchTokens(params)),
);
connection.onRequest(requests.explore, (params, token) =>
  serve(token, (signal) => core.explorer.explore(params, signal)),
);
connection.onRequest(requests.exploreToken, (params, token) =>
  serve(token, (signal) => core.explorer.exploreToken(params, signal)),
);
connection.onRequest(requests.tokenize, (params, token) =>
  serve(token, (signal) => tokenizerWorker.tokenize(params, signal)),
);
connection.onRequest(requests.generate, (params, token) =>
  serve(token, (signal) =>
    streaming(progressTypes.generate, params.progressToken, (onStep) =>
      core.generate(params, signal, onStep),
    ),
  ),
);
connection.onRequest(requests.ensembleNext, (params, token) =>
  serve(token, (signal) => core.ensembleNext(params, signal)),
);
connection.onRequest(requests.ensembleWrite, (params, token) =>
  serve(token, (signal) =>
    streaming(progressTypes.ensemble, params.progressToken, (onStep) =>
      core.ensembleWrite(params, signal, onStep),
    ),
  ),
);
connection.onRequest(requests.ensembleScore, (params, token) =>
  serve(token, (signal) => core.ensembleScore(params, signal)),
);

// The editor is gone: so are we. Never outlive it.
process.on("disconnect", () => process.exit(0));
connection.listen();
log(
  "info",
  `core service started: process ${process.pid}, Node ${process.versions.node}, ${process.platform}-${process.arch}`,
);
