import type { CancelSignal } from "../base/cancellation.ts";
import type { Diagnostic } from "../base/diagnostic.ts";
import type { GrammarSource } from "../grammar/source.ts";
import type { Vocabulary } from "../tokenizer/vocabulary.ts";

export type EngineName = "xgrammar" | "tokensieve";

export interface CompileOptions {
  readonly signal?: CancelSignal;
  /// Wall-clock budget in milliseconds. Past it the compile ends with the diagnostic `compile-timeout`.
  readonly timeoutMs?: number;
  /// Budget in bytes of engine memory. Past it the compile ends with `compile-memory`.
  readonly memoryBytes?: number;
}

/// A grammar that does not compile is data, not an exception: `diagnostics` then holds an error.
export type CompileResult =
  | { readonly ok: true; readonly grammar: CompiledGrammar; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export interface GrammarEngine {
  readonly name: EngineName;
  /// Compiles a grammar for a vocabulary. Throws `CancelledError` when `signal` fires; never hangs
  /// past its budgets; an engine that had to be killed is restarted by the next call.
  compile(source: GrammarSource, vocabulary: Vocabulary, options?: CompileOptions): Promise<CompileResult>;
  /// Makes the engine ready for a vocabulary, so that the first compile is as quick as later ones.
  prepare?(vocabulary: Vocabulary): Promise<unknown>;
  /// What was worked out about a vocabulary and serves all its grammars, as a file of at most `maxBytes`: what
  /// was used last comes first. `undefined`: nothing new since the last load or save.
  savePrechecks?(vocabulary: Vocabulary, maxBytes: number): Promise<Uint8Array | undefined>;
  /// Takes over such a file of the same vocabulary: first masks are as quick as later ones then. Returns how
  /// many prechecks were taken over, or why the file is of no use.
  loadPrechecks?(vocabulary: Vocabulary, file: Uint8Array): Promise<number | string>;
  dispose(): void;
}

/// Immutable; shared by any number of matchers.
export interface CompiledGrammar {
  readonly engine: EngineName;
  readonly source: GrammarSource;
  readonly vocabulary: Vocabulary;
  createMatcher(): Matcher;
  /// Makes masks that a text needs early on, for about `budgetMicros` (one takes up to some milliseconds).
  /// True: nothing is left to do. Absent: this engine has nothing to prepare.
  prepare?(budgetMicros: number): boolean;
  /// No more matchers can be made; those there are live on.
  dispose(): void;
}

/// One bit an id, 1 = allowed; `bitsetWords(vocabulary.size)` words, see base/bitset.ts.
export type TokenMask = Uint32Array;

/// Follows one text through a grammar. Mutable and synchronous; no call may take longer than the
/// engine's mask budget. After an error (`EngineError`) a matcher stays failed and only
/// `dispose` may be called; other matchers live on.
///
/// A stop token (one of `vocabulary.stopTokens`) is allowed exactly when `isAccepting`.
/// Special tokens are never allowed otherwise, unless the grammar names them.
export interface Matcher {
  /// Takes `token` if it is allowed. False, and no change, otherwise.
  acceptToken(token: number): boolean;
  /// Takes the longest prefix of `bytes` that some sentence of the grammar has at this place, and
  /// returns its length: `bytes.length` means all were taken. Counts as one step for `rollback`.
  acceptBytes(bytes: Uint8Array): number;
  /// Writes the tokens allowed next, every word of `mask`. Returns false if no normal token is
  /// refused, so that a sampler may skip the mask.
  fillTokenMask(mask: TokenMask): boolean;
  /// Makes masks of the places that the next token may lead to, for about `budgetMicros` (one takes up to
  /// some milliseconds). True: nothing is left to do here. Absent: this engine has nothing to prepare.
  prepare?(budgetMicros: number): boolean;
  /// Undoes the last `steps` accepted steps (each `acceptToken` that returned true, or `acceptBytes`).
  rollback(steps: number): void;
  /// Steps that `rollback` can undo.
  readonly steps: number;
  /// An independent matcher in the same state (its own rollback history starts empty).
  fork(): Matcher;
  /// The text so far is a complete sentence.
  isAccepting(): boolean;
  /// A stop token was accepted.
  isTerminated(): boolean;
  /// The longest byte string that every sentence continues with from here; empty if the text is
  /// complete here or more than one byte may follow. May end inside a UTF-8 character.
  forcedBytes(): Uint8Array;
  /// Which bytes may come next: a 256-bit set (8 words).
  allowedBytes(): Uint32Array;
  dispose(): void;
}

/// A matcher or engine that hit a limit or broke. `diagnostic` says which limit and what to do.
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}
