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
  /// Requests waiting for the load; it is cancelled when the last of them is.
  waiting: number;
  settled: boolean;
  readonly lanes: Map<SequencePurpose, Lane<ModelSequence>>;
  bytes: Lane<ByteModel> | undefined;
}

interface Lane<T> {
  readonly used: Promise<T>;
  /// Ends when the lane's last user is done: users queue behind it.
  tail: Promise<unknown>;
}

/// The one loaded model. Another ref replaces it, after its users are done.
export class ModelHost {
  #current: Loading | undefined;
  readonly #report: (status: ServiceStatus) => void;
  readonly #log: (line: LogLine) => void;

  constructor(report: (status: ServiceStatus) => void, log: (line: LogLine) => void) {
    this.#report = report;
    this.#log = log;
  }

  async get(ref: ModelRef, signal?: AbortSignal): Promise<LanguageModel> {
    return (await this.#use(ref, signal)).model;
  }

  /// Runs `use` with the sequence of `purpose`, one user at a time.
  async withSequence<T>(
    ref: ModelRef,
    purpose: SequencePurpose,
    signal: AbortSignal | undefined,
    use: (model: LanguageModel, sequence: ModelSequence) => Promise<T>,
  ): Promise<T> {
    const loading = await this.#use(ref, signal);
    const model = await loading.model;
    let lane = loading.lanes.get(purpose);
    if (!lane) {
      lane = { used: model.openSequence(), tail: Promise.resolve() };
      loading.lanes.set(purpose, lane);
    }
    return inTurn(lane, signal, (sequence) => use(model, sequence));
  }

  /// Runs `use` with what tells probabilities of bytes, one user at a time. What it found out about
  /// contexts stays for the next one.
  async withByteModel<T>(
    ref: ModelRef,
    signal: AbortSignal | undefined,
    use: (model: LanguageModel, bytes: ByteModel) => Promise<T>,
  ): Promise<T> {
    const loading = await this.#use(ref, signal);
    const model = await loading.model;
    loading.bytes ??= {
      used: model.openContextTree().then((tree) => new ByteModel(tree)),
      tail: Promise.resolve(),
    };
    return inTurn(loading.bytes, signal, (bytes) => use(model, bytes));
  }

  async unload(): Promise<void> {
    const old = this.#current;
    this.#current = undefined;
    if (!old) return;
    old.abort.abort();
    await Promise.all([...old.lanes.values(), old.bytes].map((lane) => lane?.tail));
    await old.model.then(
      (model) => model.dispose(),
      () => undefined,
    );
  }

  async #use(ref: ModelRef, signal: AbortSignal | undefined): Promise<Loading> {
    if (signal?.aborted) throw new CancelledError();
    const key = JSON.stringify([ref.file, ref.gpu, ref.contextLength]);
    if (this.#current?.key !== key) {
      await this.unload();
      // Two requests may both have waited for the unload: the first to come back starts the load.
      const current = this.#current as Loading | undefined;
      if (current?.key !== key) this.#current = this.#start(ref, key);
    }
    const loading = this.#current!;
    loading.waiting++;
    const abort = () => {
      loading.waiting--;
      if (loading.waiting > 0 || loading.settled) return;
      loading.abort.abort();
      // It takes a while to end: whoever asks meanwhile must not get a load that was given up.
      if (this.#current === loading) this.#current = undefined;
    };
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await raceCancel(loading.model, signal);
    } finally {
      signal?.removeEventListener("abort", abort);
      if (!signal?.aborted) loading.waiting--;
    }
    return loading;
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
      waiting: 0,
      settled: false,
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
        if (this.#current === loading) this.#current = undefined;
        if (!(error instanceof CancelledError)) {
          this.#report({ kind: "model-failed", file: ref.file, message: error.message });
          // Where another load has begun, its own reports count.
        } else if (!this.#current) this.#report({ kind: "model-cancelled", file: ref.file });
      },
    );
    return loading;
  }
}

/// Runs `use` when the lane's earlier users are done.
function inTurn<L, T>(
  lane: Lane<L>,
  signal: AbortSignal | undefined,
  use: (used: L) => Promise<T>,
): Promise<T> {
  const turn = lane.tail.then(async () => {
    if (signal?.aborted) throw new CancelledError();
    return use(await lane.used);
  });
  lane.tail = turn.catch(() => undefined);
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
