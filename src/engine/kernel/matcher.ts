import { concatBytes } from "../../base/bytes.ts";
import { EngineError, type Matcher, type TokenMask } from "../engine.ts";
import { abandoned, type GrammarLease, type KernelGrammarParts } from "./compiled-grammar.ts";
import { failureDiagnostic } from "./failure.ts";
import { INPUT_BYTES } from "./instance.ts";
import { wasm } from "./web-assembly.ts";

const STOP = 3;
/// A forced text longer than this many inputs is given in parts.
const MAX_FORCED_CHUNKS = 256;

/// A text's way through a grammar. All there is to know about the text so far is one number, the
/// address of its configuration; history is a list of them.
export class KernelMatcher implements Matcher {
  readonly #parts: KernelGrammarParts;
  readonly #lease: GrammarLease;
  #config: number;
  /// The configuration before each step.
  readonly #history: number[] = [];
  #terminated = false;
  #disposed = false;
  #failure: EngineError | undefined;

  constructor(parts: KernelGrammarParts, lease: GrammarLease, config = parts.start) {
    this.#parts = parts;
    this.#lease = lease;
    this.#config = config;
    lease.hold();
    abandoned.register(this, lease, this);
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
    const next = this.#guard(() => exports.accept(this.#parts.address, this.#config, token));
    if (next === 0) {
      if (exports.lastFailure() !== 0) this.#fail();
      return false;
    }
    this.#history.push(this.#config);
    this.#config = next;
    return true;
  }

  acceptBytes(bytes: Uint8Array): number {
    const instance = this.#instance();
    const { exports } = instance;
    const before = this.#config;
    let at = before;
    let taken = 0;
    for (let from = 0; from < bytes.length && taken === from && !this.#terminated; from += INPUT_BYTES) {
      const chunk = bytes.subarray(from, from + INPUT_BYTES);
      instance.bytesAt(exports.input_address(), chunk.length).set(chunk);
      taken += this.#guard(() => exports.accept_input(this.#parts.address, at, chunk.length));
      if (exports.lastFailure() !== 0) this.#fail();
      at = exports.stepped();
    }
    this.#history.push(before);
    this.#config = at;
    return taken;
  }

  fillTokenMask(mask: TokenMask): boolean {
    const instance = this.#instance();
    if (this.#terminated) {
      mask.fill(0);
      return true;
    }
    const restricts = this.#guard(() => instance.exports.fill(this.#parts.address, this.#config));
    if (restricts < 0) this.#fail();
    mask.set(instance.mask);
    return restricts === 1;
  }

  rollback(steps: number): void {
    this.#instance();
    const { length } = this.#history;
    if (steps < 0 || steps > length) throw new RangeError(`cannot undo ${steps} of ${length} steps`);
    if (steps === 0) return;
    this.#config = this.#history[length - steps]!;
    this.#history.length = length - steps;
    this.#terminated = false;
  }

  fork(): Matcher {
    this.#instance();
    const copy = new KernelMatcher(this.#parts, this.#lease, this.#config);
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
    if (this.#terminated) return new Uint8Array(0);
    const { exports } = instance;
    const chunks: Uint8Array[] = [];
    let at = this.#config;
    for (;;) {
      const count = this.#guard(() => exports.forced(this.#parts.address, at));
      if (exports.lastFailure() !== 0) this.#fail();
      const chunk = instance.bytesAt(exports.input_address(), count).slice();
      if (count < INPUT_BYTES || chunks.length >= MAX_FORCED_CHUNKS)
        return chunks.length === 0 ? chunk : concatBytes([...chunks, chunk]);
      chunks.push(chunk);
      at = exports.forced_to();
    }
  }

  allowedBytes(): Uint32Array {
    const { exports } = this.#instance();
    if (this.#terminated) return new Uint32Array(8);
    return new Uint32Array(exports.memory.buffer, exports.live_address(this.#config), 8).slice();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    abandoned.unregister(this);
    this.#lease.release();
  }

  #instance(): KernelGrammarParts["instance"] {
    if (this.#disposed) throw new Error("the matcher was disposed");
    if (this.#failure) throw this.#failure;
    return this.#parts.instance;
  }

  /// A trap poisons this matcher, not its neighbours: the kernel's tables are consistent between any
  /// two stores that matter.
  #guard(call: () => number): number {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof wasm.RuntimeError)) throw error;
      this.#failure = new EngineError({
        code: "engine-trap",
        severity: "error",
        message: `the grammar engine broke: ${error.message}`,
        hint: "start a new matcher, and report the grammar",
      });
      throw this.#failure;
    }
  }

  #fail(): never {
    const { instance, automaton, encoded } = this.#parts;
    this.#failure = new EngineError(failureDiagnostic(instance, automaton, encoded));
    throw this.#failure;
  }
}
