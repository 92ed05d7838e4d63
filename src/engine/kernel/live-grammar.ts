import type { Automaton, EncodedAutomaton } from "../../grammar/automaton/index.ts";
import { EngineError } from "../engine.ts";
import { failureDiagnostic } from "./failure.ts";
import { type KernelInstance, outOfMemory } from "./instance.ts";
import { MasksAhead } from "./masks-ahead.ts";
import { type StateNames, stateNames } from "./state-names.ts";

/// A matcher as its grammar sees it: addresses that must survive a collection.
export interface HoldsConfigs {
  /// Replaces each address by what `move` gives for it.
  moveConfigs(move: (config: number) => number): void;
}

/// Bytes that a grammar may grow to before what it remembers is collected.
const COLLECT_AT = 8 * 1024 * 1024;
/// Collecting must free memory, or the next one waits for more growth.
const GROWTH = 2;

/// A grammar in the kernel's memory, shared by the compiled grammar and its matchers; freed when the
/// last of them is gone.
export class LiveGrammar {
  readonly instance: KernelInstance;
  readonly names: StateNames;
  readonly address: number;
  start: number;
  readonly #matchers = new Set<WeakRef<HoldsConfigs>>();
  #holders = 0;
  #collectAt = COLLECT_AT;
  #lost = false;
  /// How often all addresses of configurations have changed.
  collections = 0;
  readonly ahead = new MasksAhead(this);

  /// Loads an encoded automaton. Throws `EngineError`.
  constructor(instance: KernelInstance, automaton: Automaton, encoded: EncodedAutomaton) {
    this.instance = instance;
    this.names = stateNames(automaton, encoded);
    this.address = instance.load(encoded.words);
    if (this.address === 0) throw this.failure();
    this.start = instance.exports.start(this.address);
    if (this.start !== 0) return;
    const error = this.failure();
    instance.exports.free_grammar(this.address);
    throw error;
  }

  /// What the kernel's last call failed with.
  failure(): EngineError {
    return new EngineError(failureDiagnostic(this.instance, this.names));
  }

  /// Keeps the grammar until the returned function is called.
  hold(matcher?: HoldsConfigs): () => void {
    this.#holders++;
    const reference = matcher && new WeakRef(matcher);
    if (reference) this.#matchers.add(reference);
    return () => {
      if (reference) this.#matchers.delete(reference);
      this.#holders--;
      if (this.#holders === 0) this.instance.exports.free_grammar(this.address);
    };
  }

  /// What the grammar has grown to.
  get bytes(): number {
    return this.instance.exports.grammar_bytes(this.address);
  }

  collectIfLarge(): void {
    if (this.bytes > this.#collectAt) this.collect();
  }

  /// Drops everything that no matcher needs. All addresses of configurations change.
  collect(): void {
    const { exports } = this.instance;
    if (this.#lost) throw outOfMemory();
    this.collections++;
    const move = (config: number): number => {
      const moved = exports.collect_move(this.address, config);
      if (moved === 0) this.#lose();
      return moved;
    };
    if (exports.collect_begin(this.address) === 0) this.#lose();
    this.start = move(this.start);
    for (const reference of this.#matchers) reference.deref()?.moveConfigs(move);
    exports.collect_end();
    this.#collectAt = Math.max(COLLECT_AT, GROWTH * this.bytes);
  }

  #lose(): never {
    this.#lost = true;
    throw outOfMemory();
  }
}

/// Grammars and matchers nobody disposed of.
export const abandoned = new FinalizationRegistry<() => void>((release) => release());
