import {
  type Automaton,
  type EncodedAutomaton,
  encodePart,
  type LateEntry,
} from "../../grammar/automaton/index.ts";
import { EngineError } from "../engine.ts";
import { failureDiagnostic, WAITING } from "./failure.ts";
import { type KernelInstance, outOfMemory } from "./instance.ts";
import { MasksAhead } from "./masks-ahead.ts";
import { StateNames } from "./state-names.ts";

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
  /// What lowers late rules, and these by the number of the state that waits for them.
  #later: { readonly automaton: Automaton; readonly encoded: EncodedAutomaton } | undefined;
  readonly #late = new Map<number, LateEntry>();
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
    this.names = new StateNames(automaton, encoded);
    this.address = instance.load(encoded.words);
    if (this.address === 0) throw this.failure();
    for (const late of automaton.late?.rules ?? []) {
      const state = encoded.known.numbers[automaton.rules[late.rule]!.entry]!;
      if (state !== 0) this.#late.set(state, late);
    }
    // Automata are large: without late rules there is no need of them.
    if (this.#late.size > 0) this.#later = { automaton, encoded };
    this.start = this.call(() => instance.exports.start(this.address));
    if (this.start !== 0) return;
    const error = this.failure();
    instance.exports.free_grammar(this.address);
    throw error;
  }

  /// Rules that are not lowered yet.
  get lateRules(): number {
    return this.#late.size;
  }

  /// Makes a call of the kernel. Late rules that it comes to are lowered, and it is made again.
  call(run: () => number): number {
    const { exports } = this.instance;
    for (;;) {
      const result = run();
      if (exports.lastFailure() !== WAITING || !this.#lowerLate(exports.lastFailureState())) return result;
    }
  }

  /// Lowers one of the late rules. False if there is none, or on failure.
  lowerNext(): boolean {
    const [state] = this.#late.keys();
    return state !== undefined && this.#lowerLate(state);
  }

  #lowerLate(state: number): boolean {
    const late = this.#late.get(state);
    if (late === undefined || this.#later === undefined) return false;
    const { instance, names, address } = this;
    const { automaton, encoded } = this.#later;
    const isLoaded = automaton.late!.lowered(late, (rule) => {
      const { exports } = instance;
      const part = encodePart(automaton, encoded, late, rule, {
        firstState: exports.state_count(address),
        firstVirtual: exports.state_limit(address),
        firstUnordered: exports.unordered_limit(address),
      });
      if (!instance.loadPart(address, part.words, state)) return false;
      names.add(automaton.rules, part);
      return true;
    });
    if (isLoaded) this.#late.delete(state);
    if (this.#late.size === 0) this.#later = undefined;
    return isLoaded;
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
