import { BackgroundPrecheck } from "./background-precheck.ts";
import { NORMAL } from "./instance.ts";
import type { LiveGrammar } from "./live-grammar.ts";
import { wasm } from "./web-assembly.ts";

/// Tokens that are tried at a place to find the places behind it. Vocabularies have the most common tokens
/// first.
const TRIED = 256;
/// Places behind one place that masks are made for, those that most of these tokens lead to first.
const MAX_NEXT = 48;
/// A grammar that remembers more than this makes no more masks ahead: they would be collected again.
const MAX_GRAMMAR_BYTES = 4 * 1024 * 1024;

interface Place {
  readonly config: number;
  /// Tokens from where it began.
  readonly depth: number;
}

/// Makes the masks of the places that a text may soon come to, while there is nothing better to do.
export class MasksAhead {
  readonly #live: LiveGrammar;
  #precheck: BackgroundPrecheck | undefined;
  /// Configuration → those behind it, the likeliest first.
  readonly #next = new Map<number, readonly number[]>();
  readonly #filled = new Set<number>();
  #origin = 0;
  #queue: Place[] = [];
  /// Collections so far: they change all addresses.
  #collections = 0;
  #isBroken = false;

  constructor(live: LiveGrammar) {
    this.#live = live;
  }

  /// Works for about `budgetMicros`, at least on one mask: on those up to `depth` tokens behind `origin`,
  /// then on what the whole grammar has in common. True: nothing is left to do.
  run(origin: number, depth: number, budgetMicros: number): boolean {
    const end = performance.now() + budgetMicros / 1000;
    if (this.#collections !== this.#live.collections) {
      this.#collections = this.#live.collections;
      this.#next.clear();
      this.#filled.clear();
      this.#origin = 0;
    }
    if (this.#isBroken || this.#live.bytes > MAX_GRAMMAR_BYTES) return true;
    if (this.#origin !== origin) {
      this.#origin = origin;
      this.#queue = [{ config: origin, depth: 0 }];
    }
    try {
      for (let place = this.#queue.shift(); place !== undefined; place = this.#queue.shift()) {
        const isNew = this.#visit(place, depth);
        if (this.#isBroken) return true;
        if (isNew && performance.now() >= end) return false;
      }
      this.#precheck ??= new BackgroundPrecheck(this.#live);
      return this.#precheck.run(Math.max(0, (end - performance.now()) * 1000));
    } catch (error) {
      // A matcher that comes here finds out for itself.
      if (!(error instanceof wasm.RuntimeError)) throw error;
      this.#isBroken = true;
      return true;
    }
  }

  /// Returns whether there was anything to do.
  #visit({ config, depth }: Place, most: number): boolean {
    const isNew = !this.#filled.has(config);
    if (isNew) {
      this.#filled.add(config);
      this.#fill(config);
    }
    if (depth >= most || this.#isBroken) return isNew;
    let next = this.#next.get(config);
    if (next === undefined) {
      next = this.#placesBehind(config);
      this.#next.set(config, next);
    }
    for (const each of next) this.#queue.push({ config: each, depth: depth + 1 });
    return isNew;
  }

  #fill(config: number): void {
    const { exports } = this.#live.instance;
    // Without memory there is nothing to prepare; the matchers will say so if they need it.
    if (this.#live.call(() => exports.fill(this.#live.address, config)) < 0) this.#isBroken = true;
  }

  #placesBehind(config: number): readonly number[] {
    const { instance, address } = this.#live;
    const { exports, kinds } = instance;
    this.#fill(config);
    if (this.#isBroken) return [];
    const tokens: number[] = [];
    const { mask } = instance;
    for (let word = 0; word < mask.length && tokens.length < TRIED; word++) {
      for (let bits = mask[word]!; bits !== 0; bits &= bits - 1) {
        const token = word * 32 + 31 - Math.clz32(bits & -bits);
        if (kinds[token] === NORMAL) tokens.push(token);
      }
    }
    const counts = new Map<number, number>();
    for (const token of tokens) {
      const behind = this.#live.call(() => exports.accept(address, config, token));
      if (behind === 0) {
        this.#isBroken = exports.lastFailure() !== 0;
        if (this.#isBroken) return [];
      } else if (behind !== config) counts.set(behind, (counts.get(behind) ?? 0) + 1);
    }
    const sorted = [...counts].sort((a, b) => b[1] - a[1]);
    return sorted.slice(0, MAX_NEXT).map(([behind]) => behind);
  }
}
