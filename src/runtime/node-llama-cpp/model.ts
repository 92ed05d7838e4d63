import type { Llama, LlamaContext, LlamaModel } from "node-llama-cpp";
import { CancelledError } from "../../base/cancellation.ts";
import { InputError } from "../../base/diagnostic.ts";
import type { LanguageModel, ModelInfo, ModelSequence } from "../../decoding/language-model.ts";
import { type GgufHeader, ggufTokenizer, ggufVocabulary, type Tokenizer } from "../../tokenizer/index.ts";
import { readGgufHeader } from "../tokenizer-files.ts";
import { AllLogitsReader } from "./all-logits.ts";
import { backend, deviceName, type GpuChoice, listenToLog, type OnLog } from "./backend.ts";
import { type ContextTreeHost, type ContextTreeModel, LlamaContextTree } from "./context-tree-model.ts";
import { KvTree } from "./kv-tree.ts";
import { loadFailure } from "./load-failure.ts";
import { LogitReader } from "./logits.ts";
import { nativeContext } from "./native.ts";
import { LlamaSequence, type SequenceHost } from "./sequence.ts";
import { TreeCache } from "./tree-cache.ts";
import { TreeSequence } from "./tree-sequence.ts";

/// GGUF metadata of a model that has FIM tokens but continues text better than it fills holes: `false`.
const PREFERS_FIM_KEY = "tokensieve.completion.prefers_fim";

export interface LoadModelOptions {
  /// A GGUF file.
  readonly file: string;
  readonly gpu: GpuChoice;
  /// Tokens a sequence may hold. Absent: what the model was trained for, 8,192 at most, and less if
  /// memory is short.
  readonly contextLength?: number;
  /// Called with 0 … 1, never less than before.
  readonly onProgress?: (fraction: number) => void;
  readonly onLog?: OnLog;
  readonly signal?: AbortSignal;
}

export interface LoadedModel extends LanguageModel {
  /// Bytes of memory, the device's included, that llama.cpp estimates for the weights and the open contexts.
  readonly memoryBytes: number;
  /// A cache of its own for trees of contexts.
  openContextTree(): Promise<ContextTreeModel>;
}

const DEFAULT_CONTEXT = 8192;
/// A context that memory leaves less room than this for is of no use.
const SMALLEST_CONTEXT = 512;
const BRANCH_CELLS = 1024;

// How long a cancel may wait. A processor gains nothing from more (measured: 512 tokens take as
// long in batches of 64 as in one); a GPU does.
const CPU_BATCH = 64;
const GPU_BATCH = 512;

/// Below this many parameters more threads cost more than they compute: they meet some hundred times
/// a token, and the meeting is a busy wait.
const ONE_THREAD_PARAMETERS = 50e6;

/// Loads a GGUF model with llama.cpp.
///
/// Throws a `CancelledError`, or an `InputError`: those of `readGgufHeader` and `ggufVocabulary`,
/// `context-length`, `gpu-unavailable`, `runtime-unavailable`, `model-architecture-unsupported`,
/// `not-enough-memory`, `model-load-failed`.
export async function loadModel(options: LoadModelOptions): Promise<LoadedModel> {
  const { file, signal } = options;
  const log: string[] = [];
  const stopListening = listenToLog((level, message) => {
    if (level === "error") log.push(message);
    options.onLog?.(level, message);
  });
  const opened: { dispose(): Promise<void> }[] = [];
  try {
    const header = await unlessCancelled(readGgufHeader(file), signal);
    const llama = await unlessCancelled(backend(options.gpu), signal);
    const model = await loadWeights(llama, options, opened);
    const context = await createContext(model, options, opened);
    return await LlamaLanguageModel.create(llama, model, context, header, options);
  } catch (error) {
    for (const thing of opened.reverse()) await thing.dispose();
    if (signal?.aborted) throw new CancelledError();
    if (error instanceof InputError) throw error;
    // The log's last lines come from another thread, and later than the error.
    await new Promise((resolve) => setImmediate(resolve));
    throw loadFailure(file, error as Error, log);
  } finally {
    stopListening();
  }
}

async function loadWeights(
  llama: Llama,
  { file, onProgress, signal }: LoadModelOptions,
  opened: { dispose(): Promise<void> }[],
): Promise<LlamaModel> {
  let reached = 0;
  const model = await llama.loadModel({
    modelPath: file,
    ...(signal && { loadSignal: signal }),
    onLoadProgress: (fraction) => {
      if (fraction <= reached && reached > 0) return;
      reached = fraction;
      onProgress?.(Math.min(1, fraction));
    },
  });
  opened.push(model);
  return model;
}

async function createContext(
  model: LlamaModel,
  { file, contextLength, signal }: LoadModelOptions,
  opened: { dispose(): Promise<void> }[],
): Promise<LlamaContext> {
  const trained = model.trainContextSize;
  if (contextLength !== undefined && !(contextLength >= 1 && contextLength <= trained)) {
    throw new InputError({
      code: "context-length",
      severity: "error",
      message: `a context of ${contextLength} tokens is not possible: the model was trained for ${trained}`,
      location: { kind: "file", file },
      hint: `Choose a length from 1 to ${trained}.`,
    });
  }
  const most = Math.min(trained, DEFAULT_CONTEXT);
  const context = await model.createContext({
    ...contextOptions(model, contextLength ?? { min: Math.min(SMALLEST_CONTEXT, most), max: most }),
    ...(signal && { createSignal: signal }),
  });
  opened.push(context);
  return context;
}

function contextOptions(model: LlamaModel, contextSize: number | { min: number; max: number }) {
  const onCpu = model.gpuLayers === 0;
  return {
    contextSize,
    sequences: 1,
    batchSize: onCpu ? CPU_BATCH : GPU_BATCH,
    threads: threads(model),
    // A window's cache forgets what is outside of it, and a prefix in it could not be reused.
    swaFullCache: true,
    // Given a length, less would be a surprise.
    ...(typeof contextSize === "number" && { failedCreationRemedy: false as const }),
  };
}

// One core is left to the masks and to the editor: llama.cpp's threads wait for each other by
// spinning, and stand still when one of them has no core (measured on two busy cores: 0.6 ms a token
// with one thread, 38 ms with two, 3,000 ms with node-llama-cpp's choice of four).
function threads(model: LlamaModel): number {
  if (parameterCount(model) < ONE_THREAD_PARAMETERS) return 1;
  return Math.max(1, model.llama.cpuMathCores - 1);
}

function parameterCount(model: LlamaModel): number {
  let count = 0;
  for (const { dimensions } of model.fileInfo.tensorInfo ?? []) {
    count += dimensions.reduce<number>((product, size) => product * Number(size), 1);
  }
  return count;
}

class LlamaLanguageModel implements LoadedModel, SequenceHost, ContextTreeHost {
  readonly info: ModelInfo;
  readonly tokenizer: Tokenizer;
  readonly bosToken?: number;
  readonly contextLength: number;
  readonly batchSize: number;
  readonly exclusive: SequenceHost["exclusive"];
  readonly #llama: Llama;
  readonly #model: LlamaModel;
  readonly #opened = new Set<LlamaSequence | LlamaContextTree>();
  readonly #contexts = new Set<LlamaContext>();
  /// The context made while loading, until a sequence takes it.
  #spare: LlamaContext | undefined;
  #disposed = false;

  static async create(
    llama: Llama,
    model: LlamaModel,
    context: LlamaContext,
    header: GgufHeader,
    { file, onLog }: LoadModelOptions,
  ): Promise<LlamaLanguageModel> {
    const tokenizer = modelTokenizer(model, header, file, onLog);
    const hasFim = tokenizer.vocabulary.fim !== undefined;
    const layers = model.fileInsights.totalLayers;
    const device = await deviceName(llama, model.gpuLayers, layers);
    onLog?.("info", `${file}: ${device}, ${context.currentThreads} CPU threads`);
    return new LlamaLanguageModel(llama, model, context, tokenizer, {
      name: tokenizer.vocabulary.name,
      file,
      device,
      parameters: parameterCount(model),
      contextLength: context.contextSize,
      vocabularySize: tokenizer.vocabulary.size,
      hasFim,
      prefersFim: hasFim && header.metadata.get(PREFERS_FIM_KEY) !== false,
    });
  }

  private constructor(
    llama: Llama,
    model: LlamaModel,
    context: LlamaContext,
    tokenizer: Tokenizer,
    info: ModelInfo,
  ) {
    this.#llama = llama;
    this.#model = model;
    this.#spare = context;
    this.#contexts.add(context);
    this.tokenizer = tokenizer;
    this.info = info;
    this.contextLength = info.contextLength;
    this.batchSize = context.batchSize;
    const { bos, shouldPrependBosToken } = model.tokens;
    if (bos !== null && shouldPrependBosToken) this.bosToken = bos;
    // Two decodes at a time on Vulkan crash the process.
    if (llama.gpu === "vulkan") this.exclusive = oneAtATime();
  }

  get memoryBytes(): number {
    const open = [...this.#contexts].filter((context) => !context.disposed);
    return [this.#model, ...open].reduce((sum, { memoryUsage: { ram, vram } }) => sum + ram + vram, 0);
  }

  async openSequence(): Promise<ModelSequence> {
    if (this.#disposed) throw new Error("the model was disposed");
    const context = this.#spare ?? (await this.#createContext());
    this.#spare = undefined;
    const native = nativeContext(context);
    const reader = new LogitReader(this.#llama, this.#model, native, this.info.vocabularySize);
    return this.#open(new LlamaSequence(context, native, reader, this));
  }

  async openContextTree(): Promise<ContextTreeModel> {
    if (this.#disposed) throw new Error("the model was disposed");
    // Its memory may be needed, and trees may be all that is asked for.
    const spare = this.#spare;
    this.#spare = undefined;
    await spare?.dispose();
    const context = await this.#createContext(this.info.contextLength + branchCells(this.#model));
    const native = nativeContext(context);
    const { isRecurrent, isHybrid } = this.#model.fileInsights;
    const tree = new KvTree(native, {
      capacity: context.contextSize,
      canBranch: !isRecurrent && !isHybrid,
      exclusive: this.exclusive,
    });
    const cache = new TreeCache(tree, this.batchSize);
    const { vocabularySize, contextLength } = this.info;
    const rows = new AllLogitsReader(this.#llama, this.#model, native, vocabularySize);
    const reader = new LogitReader(this.#llama, this.#model, native, vocabularySize);
    const sequence = new TreeSequence(cache, reader, contextLength);
    return this.#open(new LlamaContextTree(context, cache, rows, sequence, this));
  }

  closed(opened: LlamaSequence | LlamaContextTree): void {
    this.#opened.delete(opened);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await Promise.all([...this.#opened].map((opened) => opened.dispose()));
    await this.#spare?.dispose();
    await this.#model.dispose();
  }

  #open<T extends LlamaSequence | LlamaContextTree>(opened: T): T {
    this.#opened.add(opened);
    return opened;
  }

  async #createContext(cells = this.info.contextLength): Promise<LlamaContext> {
    try {
      const context = await this.#model.createContext(contextOptions(this.#model, cells));
      this.#contexts.add(context);
      return context;
    } catch (error) {
      throw loadFailure(this.info.file ?? this.info.name, error as Error, []);
    }
  }
}

/// Cells of a tree's cache besides those of a sequence as long as it may be: where a text has many token
/// sequences, their branches need them all at the next byte, and those that found no room are evaluated
/// again (measured on 200 tokens of code with ten sequences: 8 times as many tokens with 56 cells).
///
/// None for models whose positions llama.cpp scales by the number of cells.
function branchCells({ fileInfo }: LlamaModel): number {
  const { architecture } = fileInfo.metadata.general;
  const { rope } = fileInfo.metadata[architecture] as { rope?: { scaling?: object } };
  return rope?.scaling === undefined ? BRANCH_CELLS : 0;
}

/// Our own tokenizer, which knows what the tokens' bytes are and how they merge; llama.cpp's where
/// the model splits text in a way that ours does not know.
function modelTokenizer(
  model: LlamaModel,
  { metadata }: GgufHeader,
  file: string,
  onLog: OnLog | undefined,
): Tokenizer {
  try {
    return ggufTokenizer(metadata, { file });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    if (!error.diagnostics.every(({ code }) => code === "tokenizer-unsupported")) throw error;
    onLog?.("warn", `${error.message}; llama.cpp's own tokenizer is used for this model`);
    return { vocabulary: ggufVocabulary(metadata, { file }), encode: (text) => model.tokenize(text) };
  }
}

function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

/// The promise's value, or a `CancelledError` as soon as `signal` fires; the work goes on unheard.
function unlessCancelled<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new CancelledError());
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", cancel));
  });
}
