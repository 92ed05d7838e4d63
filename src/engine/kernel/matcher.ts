import { bitsetWords, countBits } from "../../base/bitset.ts";
import { concatBytes } from "../../base/bytes.ts";
import { EngineError, type TokenMask } from "../engine.ts";
import type { Explanation, InspectableMatcher, MaskParts, RuleStack, Verdict } from "../inspection.ts";
import { ruleStacks } from "./configuration.ts";
import { INPUT_BYTES, type KernelInstance, NORMAL, STOP, UNUSED } from "./instance.ts";
import { abandoned, type HoldsConfigs, type LiveGrammar } from "./live-grammar.ts";
import { wasm } from "./web-assembly.ts";

/// A forced text longer than this many inputs is given in parts.
const MAX_FORCED_CHUNKS = 256;
/// Calls between two looks at how much the grammar has grown.
const CALLS_BETWEEN_LOOKS = 64;
/// Readings of the text that an explanation shows.
const MAX_STACKS = 8;

/// A text's way through a grammar. All there is to know about the text so far is one number, the
/// address of its configuration; history is a list of them.
export class KernelMatcher implements InspectableMatcher, HoldsConfigs {
  readonly #live: LiveGrammar;
  readonly #release: () => void;
  #config: number;
  /// The configuration before each step.
  readonly #history: number[] = [];
  #terminated = false;
  #disposed = false;
  #failure: EngineError | undefined;
  #calls = 0;

  constructor(live: LiveGrammar, config: number) {
    this.#live = live;
    this.#config = config;
    this.#release = live.hold(this);
    abandoned.register(this, this.#release, this);
  }

  get steps(): number {
    return this.#history.length;
  }

  acceptToken(token: number): boolean {
    const { exports, kinds } = this.#instance();
    const kind = kinds[token];
    if (this.#terminated || kind === undefined) return false;
    if (kind === STOP && exports.accepting(this.#config) === 1) {
      this.#history.push(this.#config);
      this.#terminated = true;
      return true;
    }
    const next = this.#call(() => exports.accept(this.#live.address, this.#config, token));
    if (next === 0) return false;
    this.#history.push(this.#config);
    this.#config = next;
    return true;
  }

  acceptBytes(bytes: Uint8Array): number {
    const instance = this.#instance();
    const { exports } = instance;
    let taken = 0;
    this.#history.push(this.#config);
    for (let from = 0; from < bytes.length && taken === from && !this.#terminated; from += INPUT_BYTES) {
      const chunk = bytes.subarray(from, from + INPUT_BYTES);
      taken += this.#call(() => {
        instance.bytesAt(exports.input_address(), chunk.length).set(chunk);
        return exports.accept_input(this.#live.address, this.#config, chunk.length);
      });
      this.#config = exports.stepped();
    }
    return taken;
  }

  fillTokenMask(mask: TokenMask): boolean {
    const instance = this.#instance();
    if (this.#terminated) {
      mask.fill(0);
      return true;
    }
    const restricts = this.#call(() => instance.exports.fill(this.#live.address, this.#config));
    mask.set(instance.mask);
    return restricts === 1;
  }

  prepare(budgetMicros: number): boolean {
    this.#instance();
    return this.#terminated || this.#live.ahead.run(this.#config, 1, budgetMicros);
  }

  rollback(steps: number): void {
    this.#instance();
    const { length } = this.#history;
    if (!(steps >= 0 && steps <= length)) throw new RangeError(`cannot undo ${steps} of ${length} steps`);
    if (steps === 0) return;
    this.#config = this.#history[length - steps]!;
    this.#history.length = length - steps;
    this.#terminated = false;
  }

  fork(): KernelMatcher {
    this.#instance();
    const copy = new KernelMatcher(this.#live, this.#config);
    copy.#terminated = this.#terminated;
    return copy;
  }

  isAccepting(): boolean {
    return this.#instance().exports.accepting(this.#config) === 1;
  }

  isTerminated(): boolean {
    this.#instance();
    return this.#terminated;
  }

  forcedBytes(): Uint8Array {
    const instance = this.#instance();
    const chunks: Uint8Array[] = [];
    // The place moves along in this matcher, so that a collection on the way finds it.
    const before = this.#config;
    this.#history.push(before);
    try {
      while (!this.#terminated && chunks.length < MAX_FORCED_CHUNKS) {
        const { exports } = instance;
        const count = this.#call(() => exports.forced(this.#live.address, this.#config));
        chunks.push(instance.bytesAt(exports.input_address(), count).slice());
        this.#config = exports.forced_to();
        if (count < INPUT_BYTES) break;
      }
    } finally {
      this.#config = this.#history.pop()!;
    }
    return concatBytes(chunks);
  }

  allowedBytes(): Uint32Array {
    const { exports } = this.#instance();
    if (this.#terminated) return new Uint32Array(8);
    return new Uint32Array(exports.memory.buffer, exports.live_address(this.#config), 8).slice();
  }

  explain(token: number): Explanation {
    const instance = this.#instance();
    const { exports, kinds, vocabulary } = instance;
    const kind = kinds[token];
    if (kind === undefined) throw new RangeError(`token ${token} is outside of the vocabulary`);
    const at = (verdict: Verdict, byteOffset: number, byte?: number): Explanation => ({
      verdict,
      byteOffset,
      ...(byte === undefined ? {} : { byte }),
      expected: new Uint32Array(exports.memory.buffer, exports.live_address(this.#config), 8).slice(),
      stacks: ruleStacks(this.#live, this.#config, MAX_STACKS),
      isAccepting: exports.accepting(this.#config) === 1,
    });
    if (this.#terminated) return at("terminated", 0);
    if (this.acceptToken(token)) {
      this.rollback(1);
      return at("allowed", kind === NORMAL ? vocabulary.bytes(token).length : 0);
    }
    if (kind === STOP) return at("incomplete", 0);
    if (kind === UNUSED) return at("unused", 0);
    if (kind !== NORMAL) return at("special", 0);
    const bytes = vocabulary.bytes(token);
    const taken = this.acceptBytes(bytes);
    try {
      return at("wrong-byte", taken, bytes[taken]!);
    } finally {
      this.rollback(1);
    }
  }

  maskParts(): MaskParts {
    const instance = this.#instance();
    const { exports, vocabulary } = instance;
    if (this.#terminated) {
      const none = new Uint32Array(bitsetWords(vocabulary.size));
      return { independent: none, dependent: 0, undecided: none };
    }
    this.#call(() => exports.fill_independent(this.#live.address, this.#config));
    const independent = instance.mask.slice();
    this.#call(() => exports.fill_dependent(this.#live.address, this.#config));
    const undecided = instance.mask.slice();
    for (let i = 0; i < undecided.length; i++) undecided[i]! &= ~independent[i]!;
    return { independent, dependent: countBits(undecided), undecided };
  }

  stacks(): RuleStack[] {
    this.#instance();
    return this.#terminated ? [] : ruleStacks(this.#live, this.#config, MAX_STACKS);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    abandoned.unregister(this);
    this.#release();
  }

  moveConfigs(move: (config: number) => number): void {
    this.#config = move(this.#config);
    const history = this.#history;
    for (let i = 0; i < history.length; i++) history[i] = move(history[i]!);
  }

  #instance(): KernelInstance {
    if (this.#disposed) throw new Error("the matcher was disposed");
    if (this.#failure) throw this.#failure;
    return this.#live.instance;
  }

  /// Makes a call that may run out of memory: then once more after a collection.
  #call(call: () => number): number {
    const live = this.#live;
    if (++this.#calls % CALLS_BETWEEN_LOOKS === 0) live.collectIfLarge();
    try {
      let result = live.call(call);
      if (live.instance.exports.lastFailure() === 0) return result;
      live.collect();
      result = live.call(call);
      if (live.instance.exports.lastFailure() === 0) return result;
      this.#failure = live.failure();
    } catch (error) {
      this.#failure = this.#failureOf(error);
    }
    throw this.#failure;
  }

  /// A trap poisons this matcher, not its neighbours: the kernel links what it makes only when it is
  /// complete.
  #failureOf(error: unknown): EngineError {
    if (error instanceof EngineError) return error;
    if (!(error instanceof wasm.RuntimeError)) throw error;
    return new EngineError({
      code: "engine-trap",
      severity: "error",
      message: `the grammar engine broke: ${error.message}`,
      hint: "start a new matcher, and report the grammar",
    });
  }
}
