import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Vocabulary } from "../../tokenizer/vocabulary.ts";
import { EngineError } from "../engine.ts";
import { type WasmMemory, type WasmModule, wasm } from "./web-assembly.ts";

/// What wasm/assembly/index.ts exports. Booleans arrive as 0 or 1.
interface KernelExports {
  readonly memory: WasmMemory;
  begin(tokens: number, bytes: number, stops: number): number;
  bytesAddress(): number;
  offsetsAddress(): number;
  kindsAddress(): number;
  stopsAddress(): number;
  build(): number;
  lastFailure(): number;
  lastFailureState(): number;
  allocate(bytes: number, state: number): number;
  load_grammar(block: number, bytes: number): number;
  load_part(grammar: number, block: number, bytes: number): number;
  state_count(grammar: number): number;
  state_limit(grammar: number): number;
  unordered_limit(grammar: number): number;
  free_grammar(grammar: number): void;
  start(grammar: number): number;
  accept(grammar: number, config: number, token: number): number;
  input_address(): number;
  accept_input(grammar: number, config: number, length: number): number;
  stepped(): number;
  fill(grammar: number, config: number): number;
  fill_independent(grammar: number, config: number): number;
  fill_dependent(grammar: number, config: number): number;
  mask_address(): number;
  accepting(config: number): number;
  live_address(config: number): number;
  forced(grammar: number, config: number): number;
  forced_to(): number;
  collect_begin(grammar: number): number;
  collect_move(grammar: number, config: number): number;
  collect_end(): void;
  grammar_bytes(grammar: number): number;
  live_bytes(): number;
  set_budgets(all: number, prechecks: number): void;
  set_direct_limit(nodes: number): void;
  set_max_remainders(count: number): void;
  precheck(grammar: number, state: number, counterState: number): number;
  trie_nodes(): number;
  precheck_serial(): number;
  precheck_slots(): number;
  precheck_record(slot: number): number;
  adopt_precheck(record: number): number;
  precheck_count(): number;
  derived_count(): number;
  precheck_bytes(): number;
  grammar_counts(grammar: number, which: number): number;
}

/// Bytes that one `accept_input` takes.
export const INPUT_BYTES = 4096;

/// Prechecks beyond this push out those not used for longest.
const MAX_PRECHECK_BYTES = 16 * 1024 * 1024;

export const NORMAL = 0;
const SPECIAL = 1;
export const UNUSED = 2;
/// Kind of a token that ends a text, whatever kind its vocabulary says.
export const STOP = 3;

/// One vocabulary in one WebAssembly instance, with everything that its grammars share.
export class KernelInstance {
  readonly vocabulary: Vocabulary;
  readonly exports: KernelExports;
  /// Token → how the kernel takes it; stop tokens are apart from all others.
  readonly kinds: Uint8Array;
  #maskView = new Uint32Array(0);
  readonly #maskWords: number;

  constructor(module: WasmModule, vocabulary: Vocabulary, memoryBytes: number) {
    this.vocabulary = vocabulary;
    this.exports = new wasm.Instance(module, {}).exports as unknown as KernelExports;
    this.#maskWords = (vocabulary.size + 31) >>> 5;
    this.kinds = this.#writeVocabulary(memoryBytes);
  }

  #writeVocabulary(memoryBytes: number): Uint8Array {
    const { vocabulary, exports } = this;
    const { size, stopTokens } = vocabulary;
    const { data, offsets, kinds } = flatten(vocabulary);
    for (const stop of stopTokens) kinds[stop] = STOP;
    exports.set_budgets(memoryBytes, Math.min(MAX_PRECHECK_BYTES, memoryBytes >>> 2));
    if (exports.begin(size, data.length, stopTokens.length) === 0) throw outOfMemory();
    const { buffer } = exports.memory;
    new Uint8Array(buffer, exports.bytesAddress(), data.length).set(data);
    new Uint32Array(buffer, exports.offsetsAddress(), size + 1).set(offsets);
    new Uint8Array(buffer, exports.kindsAddress(), size).set(kinds);
    new Uint32Array(buffer, exports.stopsAddress(), stopTokens.length).set(stopTokens);
    if (exports.build() === 0) throw outOfMemory();
    return kinds;
  }

  /// Copies words into the kernel's memory and loads them as a grammar; 0 on failure.
  load(words: Uint32Array): number {
    const block = this.#copy(words, 0);
    return block === 0 ? 0 : this.exports.load_grammar(block, words.length * 4);
  }

  /// The same with a part of a grammar that the state `late` waits for. False on failure.
  loadPart(grammar: number, words: Uint32Array, late: number): boolean {
    const block = this.#copy(words, late);
    return block !== 0 && this.exports.load_part(grammar, block, words.length * 4) === 1;
  }

  #copy(words: Uint32Array, state: number): number {
    const block = this.exports.allocate(words.length * 4, state);
    if (block !== 0) new Uint32Array(this.exports.memory.buffer, block, words.length).set(words);
    return block;
  }

  /// The mask that the last `fill` wrote.
  get mask(): Uint32Array {
    // Growing the memory detaches its buffer: the view's length is 0 then.
    if (this.#maskView.length === 0) {
      const { memory } = this.exports;
      this.#maskView = new Uint32Array(memory.buffer, this.exports.mask_address(), this.#maskWords);
    }
    return this.#maskView;
  }

  bytesAt(address: number, length: number): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer, address, length);
  }
}

interface FlatParts {
  readonly data: Uint8Array;
  readonly offsets: Uint32Array;
  readonly kinds: Uint8Array;
}

/// The vocabulary in three arrays; a vocabulary that is made of them already gives its own.
function flatten(vocabulary: Vocabulary): FlatParts {
  const flat = vocabulary as Partial<FlatParts>;
  if (flat.data && flat.offsets && flat.kinds)
    return { data: flat.data, offsets: flat.offsets, kinds: flat.kinds.slice() };
  const { size } = vocabulary;
  const offsets = new Uint32Array(size + 1);
  const kinds = new Uint8Array(size);
  const chunks: Uint8Array[] = [];
  for (let t = 0; t < size; t++) {
    const kind = vocabulary.kind(t);
    kinds[t] = kind === "normal" ? NORMAL : kind === "special" ? SPECIAL : UNUSED;
    const bytes = vocabulary.bytes(t);
    chunks.push(bytes);
    offsets[t + 1] = offsets[t]! + bytes.length;
  }
  const data = new Uint8Array(offsets[size]!);
  chunks.forEach((bytes, t) => {
    data.set(bytes, offsets[t]!);
  });
  return { data, offsets, kinds };
}

export function outOfMemory(): EngineError {
  return new EngineError(memoryDiagnostic());
}

export function memoryDiagnostic(): Diagnostic {
  return {
    code: "engine-memory",
    severity: "error",
    message: "the grammar engine's memory is used up",
    hint: "dispose of grammars and matchers that are not needed, or allow more memory",
  };
}
