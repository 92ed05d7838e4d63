import type { Diagnostic } from "../../base/diagnostic.ts";
import type { GrammarSource } from "../../grammar/source.ts";

// What engine and worker say to each other. Compiles travel as messages; a matcher's calls, which
// are synchronous and frequent, through shared memory: the caller writes the control words, sets
// STATE to REQUEST and wakes the worker, which answers in the same words.
//
// Control words (Int32Array over the control buffer):
//
//   word      set by   holds
//   STATE     both     0 until the first call, REQUEST while a call is open, REPLY once answered
//   CODE      caller   the operation (`operations`)
//   MATCHER   caller   id of the matcher it is for
//   ARGUMENT  caller   see `operations`
//   LENGTH    both     bytes in the data buffer that belong to the call or its answer
//   STATUS    worker   OK, or why the call failed (`status`)
//   RESULT    worker   see `operations`
export const STATE = 0;
export const CODE = 1;
export const MATCHER = 2;
export const ARGUMENT = 3;
export const LENGTH = 4;
export const STATUS = 5;
export const RESULT = 6;
export const CONTROL_WORDS = 7;

export const REQUEST = 1;
export const REPLY = 2;

/// Operations by code. "→" names RESULT; bytes in the data buffer are in brackets.
export const operations = {
  /// A message waits in the port; answered by a message.
  message: 0,
  /// → id of a new matcher at the grammar's start
  createMatcher: 1,
  /// → id of a new matcher in the same state
  fork: 2,
  disposeMatcher: 3,
  /// ARGUMENT: token → 1 if taken
  acceptToken: 4,
  /// [bytes], ARGUMENT: 1 to begin a step, 0 to lengthen the last one → bytes taken
  acceptBytes: 5,
  /// → 1 if some normal token is not allowed [mask]
  fillTokenMask: 6,
  /// ARGUMENT: steps
  rollback: 7,
  /// → 1 if the text is complete
  isAccepting: 8,
  /// [forced bytes]
  forcedBytes: 9,
  /// [32 bytes: a 256-bit set]
  allowedBytes: 10,
  /// Frees the grammar and its matchers → bytes of WASM memory
  releaseGrammar: 11,
} as const;

export type Operation = (typeof operations)[keyof typeof operations];

/// Values of STATUS. The data buffer then holds what the engine printed, UTF-8.
export const status = { ok: 0, aborted: 1, memory: 2 } as const;

/// Bytes a data buffer has at least: `acceptBytes` sends longer texts in pieces of this.
export const MIN_DATA_BYTES = 64 * 1024;

/// Longest byte string one `forcedBytes` call finds. Grammars may force megabytes, or (where a rule
/// never ends) without end.
export const MAX_FORCED_BYTES = 4096;

/// A vocabulary laid out for workers: token t's bytes are `bytes[offsets[t] … offsets[t + 1]]`.
/// Special and unused tokens have none.
export interface VocabularyImage {
  readonly id: string;
  readonly size: number;
  readonly offsets: Uint32Array;
  readonly bytes: Uint8Array;
  readonly stopTokens: readonly number[];
  /// See separators.ts; Latin-1.
  readonly separators: readonly string[];
}

/// `workerData` of a worker, which serves one vocabulary all its life.
export interface WorkerStart {
  readonly control: SharedArrayBuffer;
  /// Holds the mask and at least `MIN_DATA_BYTES`.
  readonly data: SharedArrayBuffer;
  readonly vocabulary: VocabularyImage;
}

/// A worker has at most one grammar at a time.
export interface CompileRequest {
  readonly source: GrammarSource;
  readonly timeoutMs: number;
  readonly memoryBytes: number;
}

export type WorkerReply =
  | { readonly kind: "ready" }
  | { readonly kind: "compiled"; readonly diagnostics: readonly Diagnostic[]; readonly memoryBytes: number }
  /// The grammar has errors.
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] }
  /// XGrammar gave up; the instance may be broken now and must go.
  | { readonly kind: "failed"; readonly diagnostics: readonly Diagnostic[] };
