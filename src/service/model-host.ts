import { CancelledError } from "../base/cancellation.ts";
import { ByteModel } from "../bytes/index.ts";
import type { LanguageModel, ModelSequence } from "../decoding/index.ts";
import { type LoadedModel, loadModel } from "../runtime/index.ts";
import type { LogLine, ModelRef, ServiceStatus } from "./api.ts";

/// Who uses a sequence: each purpose has its own KV cache, so that a long generation does not evict
/// the prefix that inline completions come back to at every keystroke.
export type SequencePurpose = "complete" | "generate";

interface Loading {
  readonly key: string;
  readonly model: Promise<LoadedModel>;
  readonly abort: AbortController;
  /// Requests that wait for the load or use the model.
  users: number;
  settled: boolean;
  /// Called when the last user is done.
  onIdle: (() => void) | undefined;
  readonly lanes: Map<SequencePurpose, Lane<ModelSequence>>;
  bytes: Lane<ByteModel> | undefined;
}

interface Lane<T> {
  readonly used: Promise<T>;
  /// Ends when the lane's last user is done: users queue behind it.
  tail: Promise<unknown>;
}

/// A model and what tells its probabilities of bytes.
export interface HostedByteModel {
  readonly model: LoadedModel;
  readonly bytes: ByteModel;
}

/// The loaded models: those of the last request that had something to load. What is loaded stays until a
/// request names a model that is not; then the others go, after their users are done. So switching between
/// an ensemble and one of its models loads nothing, and what nobody asks for takes no memory from what is.
export class ModelHost {
  readonly #loaded = new Map<string, Loading>();
  readonly #leaving = new Set<Promise<void>>();
  readonly #report: (status: ServiceStatus) => void;
  readonly #log: (line: LogLine) => void;

  constructor(report: (status: ServiceStatus) => void, log: (line: LogLine) => void) {
    this.#report = report;
    this.#log = log;
  }

  get(ref: ModelRef, signal?: AbortSignal): Promise<LanguageModel> {
    return this.#use([ref], signal, async ([loading]) => loading!.model);
  }

  /// Runs `use` with the sequence of `purpose`, one user at a time.
  withSequence<T>(
    ref: ModelRef,
    purpose: SequencePurpose,
    signal: AbortSignal | undefined,
    use: (model: LanguageModel, sequence: ModelSequence) => Promise<T>,
  ): Promise<T> {
    return this.#use([ref], signal, async ([loading]) => {
      const { lanes } = loading!;
      const model = await loading!.model;
      let lane = lanes.get(purpose);
      if (!lane) {
        lane = { used: model.openSequence(), tail: Promise.resolve() };
        lane.used.catch(() => lanes.delete(purpose));
        lanes.set(purpose, lane);
      }
      return inTurn([lane], signal, ([sequence]) => use(model, sequence!));
    });
  }

  /// Runs `use` with what tells probabilities of bytes, one user at a time. What it found out about
  /// contexts stays for the next one.
  withByteModel<T>(
    ref: ModelRef,
    signal: AbortSignal | undefined,
    use: (model: LanguageModel, bytes: ByteModel) => Promise<T>,
  ): Promise<T> {
    return this.withByteModels([ref], signal, ([hosted]) => use(hosted!.model, hosted!.bytes));
  }

  /// The same with several models, each with a cache of its own. Equal refs are one model.
  withByteModels<T>(
    refs: readonly ModelRef[],
    signal: AbortSignal | undefined,
    use: (models: readonly HostedByteModel[]) => Promise<T>,
  ): Promise<T> {
    return this.#use(refs, signal, async (loadings) => {
      const models = await Promise.all(loadings.map((loading) => loading.model));
      // In one go, and behind each other on all lanes at once: two ensembles never wait for each other.
      const lanes = loadings.map((loading, i) => byteLane(loading, models[i]!));
      return inTurn(lanes, signal, (bytes) =>
        use(bytes.map((model, i) => ({ model: models[i]!, bytes: model }))),
      );
    });
  }

  async unload(): Promise<void> {
    for (const loading of [...this.#loaded.values()]) {
      loading.abort.abort();
      this.#unload(loading);
    }
    await Promise.all(this.#leaving);
  }

  /// Runs `use` with loaded models, which stay until it is done.
  async #use<T>(
    refs: readonly ModelRef[],
    signal: AbortSignal | undefined,
    use: (loadings: readonly Loading[]) => Promise<T>,
  ): Promise<T> {
    if (signal?.aborted) throw new CancelledError();
    const keys = refs.map((ref) => JSON.stringify([ref.file, ref.gpu, ref.contextLength]));
    // Whoever comes back first from waiting may have loaded something else.
    while (keys.some((key) => !this.#loaded.has(key))) {
      for (const loading of [...this.#loaded.values()]) {
        if (!keys.includes(loading.key)) this.#unload(loading);
      }
      if (this.#leaving.size === 0) {
        for (const [i, key] of keys.entries()) {
          if (!this.#loaded.has(key)) this.#loaded.set(key, this.#start(refs[i]!, key));
        }
      } else await raceCancel(Promise.all(this.#leaving), signal);
    }
    const loadings = keys.map((key) => this.#loaded.get(key)!);
    for (const loading of loadings) loading.users++;
    try {
      await raceCancel(Promise.all(loadings.map((loading) => loading.model)), signal);
      return await use(loadings);
    } finally {
      for (const loading of loadings) this.#leave(loading);
    }
  }

  #leave(loading: Loading): void {
    loading.users--;
    if (loading.users > 0) return;
    if (!loading.settled) {
      loading.abort.abort();
      // It takes a while to end: whoever asks meanwhile must not get a load that was given up.
      this.#forget(loading);
    }
    loading.onIdle?.();
  }

  #forget(loading: Loading): void {
    if (this.#loaded.get(loading.key) === loading) this.#loaded.delete(loading.key);
  }

  /// Takes a model away from requests to come, and ends it when those it has are done.
  #unload(loading: Loading): void {
    this.#forget(loading);
    const idle =
      loading.users === 0
        ? Promise.resolve()
        : new Promise<void>((resolve) => {
            loading.onIdle = resolve;
          });
    const leaving = idle
      .then(() => loading.model)
      .then(
        (model) => model.dispose(),
        () => undefined,
      )
      .finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  #start(ref: ModelRef, key: string): Loading {
    const abort = new AbortController();
    this.#report({ kind: "model-loading", file: ref.file, fraction: 0 });
    const model = loadModel({
      file: ref.file,
      gpu: ref.gpu,
      ...(ref.contextLength !== undefined && { contextLength: ref.contextLength }),
      signal: abort.signal,
      onLog: (level, message) => this.#log({ level, message }),
      onProgress: (fraction) => this.#report({ kind: "model-loading", file: ref.file, fraction }),
    });
    const loading: Loading = {
      key,
      model,
      abort,
      users: 0,
      settled: false,
      onIdle: undefined,
      lanes: new Map(),
      bytes: undefined,
    };
    model.then(
      ({ info }) => {
        loading.settled = true;
        this.#report({ kind: "model-ready", file: ref.file, info });
      },
      (error: Error) => {
        loading.settled = true;
        // A failed load is not kept: the file may be there the next time.
        this.#forget(loading);
        if (!(error instanceof CancelledError)) {
          this.#report({ kind: "model-failed", file: ref.file, message: error.message });
          // Where another load has begun, its own reports count.
        } else if (this.#loaded.size === 0) this.#report({ kind: "model-cancelled", file: ref.file });
      },
    );
    return loading;
  }
}

/// Where users of a model's bytes queue. A cache that could not be had is asked for anew.
function byteLane(loading: Loading, model: LoadedModel): Lane<ByteModel> {
  if (loading.bytes === undefined) {
    const used = model.openContextTree().then((tree) => new ByteModel(tree));
    used.catch(() => {
      loading.bytes = undefined;
    });
    loading.bytes = { used, tail: Promise.resolve() };
  }
  return loading.bytes;
}

/// Runs `use` when the earlier users of all lanes are done.
function inTurn<L, T>(
  lanes: readonly Lane<L>[],
  signal: AbortSignal | undefined,
  use: (used: readonly L[]) => Promise<T>,
): Promise<T> {
  const turn = Promise.all(lanes.map((lane) => lane.tail)).then(async () => {
    if (signal?.aborted) throw new CancelledError();
    return use(await Promise.all(lanes.map((lane) => lane.used)));
  });
  const done = turn.catch(() => undefined);
  for (const lane of lanes) lane.tail = done;
  return turn;
}

function raceCancel<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new CancelledError());
    signal.addEventListener("abort", cancel, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", cancel));
  });
}
