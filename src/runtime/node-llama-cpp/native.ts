import type { Llama, LlamaContext, LlamaModel } from "node-llama-cpp";

// node-llama-cpp's classes hold objects of its native binding in private fields. We call three of
// them directly, because `controlledEvaluate` gives logits once an evaluation, and only while it runs:
// the probability of a token before and after a mask then needs every logit as a JavaScript value.
// Measured on one core, 6,144 tokens of vocabulary / 128,256: all logits cost 1.3 / 47 ms a step;
// a second look at the same logits, with the mask as biases, 0.1 / 1.3 ms. Without the class's
// queue and its own sampler a step is 0.1 / 1 ms shorter as well, and starts before we return.
//
// The package's version is pinned exactly; `checked` fails loudly if a new one moves the fields.

/// llama.cpp's context, with one sequence to decode, number 0.
export interface NativeContext {
  initBatch(size: number): void;
  /// Adds tokens at positions `first`…; logits are kept of those at `logitIndexes` in `tokens`.
  addToBatch(sequence: number, first: number, tokens: Uint32Array, logitIndexes: Uint32Array): Uint32Array;
  /// Starts at once, on a thread of its own.
  decodeBatch(): Promise<void>;
  /// Runs a sampler over the last decode's logits (`index` -1: the last that were kept).
  sampleToken(index: number, sampler: NativeSampler): Promise<number>;
  sampleToken(
    index: number,
    sampler: NativeSampler,
    probabilities: false,
    confidence: false,
    logits: boolean | LogitFilter,
    totalWeight: boolean,
  ): Promise<SampledToken>;
  /// Forgets the positions from `start`; false if this kind of cache cannot.
  removeTokenCellsFromSequence(sequence: number, start: number, end: -1): boolean;
  disposeSequence(sequence: number): void;
  /// Makes `target` hold what `source` holds. In a context for one sequence that is a mark on the cells,
  /// and no copy of them (see `KvTree`).
  copySequenceStateFromOtherSequence(target: number, source: number): Promise<number>;
  /// -1 if the sequence holds nothing.
  getSequenceKvCacheMaxPosition(sequence: number): number;
}

/// Tokens, highest, lowest, the sampled one, how many of the first.
export type LogitFilter = readonly [
  tokens: readonly number[],
  max: false,
  min: false,
  selected: boolean,
  top: number,
];

/// `logits`: token and logit by turns, after the sampler's work. `totalWeight`: Σ exp(logit - maximum).
type SampledToken = readonly [
  token: number,
  probabilities: undefined,
  confidence: undefined,
  logits: readonly number[] | undefined,
  totalWeight: number | undefined,
];

export interface NativeSampler {
  /// Biases come first, then top-k, then the temperature. Without a temperature the most likely
  /// token is taken and logits stay as they are.
  applyConfig(config: {
    readonly temperature?: number;
    readonly topK?: number;
    readonly seed?: number;
    readonly tokenBiasKeys?: Uint32Array;
    readonly tokenBiasValues?: Float32Array;
  }): void;
  dispose(): void;
}

export function nativeContext(context: LlamaContext): NativeContext {
  const native = (context as unknown as { readonly _ctx?: NativeContext })._ctx;
  return checked(
    native,
    "decodeBatch",
    "sampleToken",
    "addToBatch",
    "removeTokenCellsFromSequence",
    "copySequenceStateFromOtherSequence",
    "getSequenceKvCacheMaxPosition",
  );
}

export function createNativeSampler(llama: Llama, model: LlamaModel): NativeSampler {
  const { _bindings } = llama as unknown as {
    readonly _bindings?: { readonly AddonSampler?: new (model: unknown) => NativeSampler };
  };
  const { _model } = model as unknown as { readonly _model?: object };
  const Sampler = _bindings?.AddonSampler;
  if (Sampler === undefined || _model === undefined) throw moved("AddonSampler");
  return checked(new Sampler(_model), "applyConfig", "dispose");
}

function checked<T extends object>(object: T | undefined, ...methods: (keyof T & string)[]): T {
  for (const method of methods) {
    if (typeof object?.[method] !== "function") throw moved(method);
  }
  return object!;
}

export function moved(what: string): Error {
  return new Error(`node-llama-cpp has no ${what} where this version of Tokensieve looks for it`);
}
