import type { CompiledGrammar, Matcher } from "../engine/index.ts";
import type { Violation } from "./api.ts";
import { violationAt } from "./expected.ts";

/// Bytes accepted per step: how finely an edit near the end can be undone.
const CHUNK_BYTES = 1024;

/// A matcher that has read a document up to the cursor and follows the cursor about: typing costs the
/// bytes typed, not the document. Between two `moveTo` the matcher may go on (a generation does),
/// the next `moveTo` takes that back.
export class PrefixMatcher {
  readonly grammar: CompiledGrammar;
  readonly matcher: Matcher;
  /// Bytes read, and how many were read after each of the matcher's steps.
  #bytes: Uint8Array = new Uint8Array(0);
  readonly #ends: number[] = [];

  constructor(grammar: CompiledGrammar) {
    this.grammar = grammar;
    this.matcher = grammar.createMatcher();
  }

  /// Makes the matcher have read exactly `bytes`, or says where they leave the grammar.
  moveTo(bytes: Uint8Array): Violation | undefined {
    const shared = commonPrefixLength(this.#bytes, bytes);
    let keep = this.#ends.length;
    while (keep > 0 && this.#ends[keep - 1]! > shared) keep--;
    this.matcher.rollback(this.matcher.steps - keep);
    this.#ends.length = keep;
    let at = keep > 0 ? this.#ends[keep - 1]! : 0;
    this.#bytes = bytes.slice(0, at);
    while (at < bytes.length) {
      const chunk = bytes.subarray(at, at + CHUNK_BYTES);
      const taken = this.matcher.acceptBytes(chunk);
      if (taken < chunk.length) {
        const violation = violationAt(this.matcher, bytes, at + taken);
        this.matcher.rollback(this.matcher.steps - this.#ends.length);
        this.#bytes = bytes.slice(0, at);
        return violation;
      }
      at += taken;
      this.#ends.push(at);
    }
    this.#bytes = bytes;
    return undefined;
  }

  dispose(): void {
    this.matcher.dispose();
  }
}

/// The matcher of the document that was last asked about: another grammar's takes its place.
export class LastPrefixMatcher {
  #last: PrefixMatcher | undefined;

  of(grammar: CompiledGrammar): PrefixMatcher {
    if (this.#last?.grammar !== grammar) {
      this.#last?.dispose();
      this.#last = new PrefixMatcher(grammar);
    }
    return this.#last;
  }

  /// A matcher that failed stays failed: what is asked next starts with a new one.
  drop(): void {
    this.#last = undefined;
  }
}

function commonPrefixLength(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  let i = 0;
  while (i < n && a[i] === b[i]) i++;
  return i;
}
