import { readFile } from "node:fs/promises";
import { throwIfCancelled } from "../../base/cancellation.ts";
import { type Diagnostic, InputError } from "../../base/diagnostic.ts";
import { type Budget, checkBudget, encode, lowerInSteps } from "../../grammar/automaton/index.ts";
import { parseSourceInSteps, placedInSource, type Steps } from "../../grammar/index.ts";
import type { Grammar } from "../../grammar/ir.ts";
import type { GrammarSource } from "../../grammar/source.ts";
import type { Vocabulary } from "../../tokenizer/vocabulary.ts";
import { type CompileOptions, EngineError, type GrammarEngine } from "../engine.ts";
import { KernelGrammar } from "./compiled-grammar.ts";
import { KernelInstance } from "./instance.ts";
import { LiveGrammar } from "./live-grammar.ts";
import { loadPrechecks, savePrechecks } from "./precheck-cache.ts";
import { resolveTokenSets } from "./token-sets.ts";
import { warmUp } from "./warm-up.ts";
import { type WasmModule, wasm } from "./web-assembly.ts";

export interface KernelEngineOptions {
  /// The kernel: its bytes, or where dist/kernel.wasm lies.
  readonly wasm: Uint8Array | URL;
  /// Bytes that one vocabulary with its grammars and masks may use. 256 MiB unless given.
  readonly memoryBytes?: number;
  /// Rules of which a text uses few, those of a structural tag's schemas, are lowered when a text comes to
  /// them. True unless given.
  readonly lateRules?: boolean;
}

/// A `CompileResult` of this engine.
export type KernelCompileResult =
  | { readonly ok: true; readonly grammar: KernelGrammar; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

const DEFAULT_MEMORY_BYTES = 256 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 30_000;
/// A compile works this long before others get a turn.
const SLICE_MS = 10;
/// What a state costs while it is made, roughly: turns a budget of bytes into one of states.
const BYTES_PER_STATE = 256;

/// Our own engine: exact masks out of a WebAssembly kernel, in the caller's thread.
///
/// Diagnostic codes beside the front ends' own: `compile-timeout`, `compile-memory`,
/// `automaton-too-large`, `left-recursion-too-large`, `grammar-empty-language`,
/// `grammar-not-regular`, `unknown-token`, `engine-memory`. A matcher's `EngineError`s:
/// `engine-memory`, `engine-ambiguity`, `engine-trap`.
export class KernelEngine implements GrammarEngine {
  readonly name = "tokensieve";
  readonly #options: KernelEngineOptions;
  #module: Promise<WasmModule> | undefined;
  readonly #instances = new Map<string, KernelInstance>();
  /// Vocabulary → prechecks made when they were last saved or loaded.
  readonly #saved = new Map<string, number>();
  #disposed = false;

  constructor(options: KernelEngineOptions) {
    this.#options = options;
  }

  async compile(
    source: GrammarSource,
    vocabulary: Vocabulary,
    options: CompileOptions = {},
  ): Promise<KernelCompileResult> {
    throwIfCancelled(options.signal);
    const budget = budgetOf(options);
    // The kernel takes left recursion, and items in any order.
    const { grammar, diagnostics } = await politely(parseSourceInSteps(source, "allowed", budget, true), () =>
      throwIfCancelled(budget.signal),
    );
    if (grammar === undefined) return { ok: false, diagnostics };
    return this.#compileWithin(budget, grammar, source, vocabulary, diagnostics);
  }

  /// Compiles a grammar that was read already. `source` is what the compiled grammar names as its own.
  async compileGrammar(
    grammar: Grammar,
    source: GrammarSource,
    vocabulary: Vocabulary,
    options: CompileOptions = {},
    diagnostics: readonly Diagnostic[] = [],
  ): Promise<KernelCompileResult> {
    return this.#compileWithin(budgetOf(options), grammar, source, vocabulary, diagnostics);
  }

  async #compileWithin(
    budget: Budget,
    grammar: Grammar,
    source: GrammarSource,
    vocabulary: Vocabulary,
    diagnostics: readonly Diagnostic[],
  ): Promise<KernelCompileResult> {
    const instance = await this.#instanceFor(vocabulary);
    throwIfCancelled(budget.signal);
    const failed = (more: readonly Diagnostic[]): KernelCompileResult => ({
      ok: false,
      diagnostics: [...diagnostics, ...more.map((d) => placedInSource(source, d))],
    });
    try {
      const automaton = await politely(lowerInSteps(grammar, budget, this.#options.lateRules ?? true), () =>
        checkBudget(budget),
      );
      const tokenIds = resolveTokenSets(automaton.tokenSets, vocabulary);
      const encoded = encode(automaton, tokenIds);
      if (encoded === undefined) {
        return failed([
          {
            code: "automaton-too-large",
            severity: "error",
            message: "the bounds of this grammar's repetitions are too large together",
            hint: "use smaller bounds, or none",
          },
        ]);
      }
      const live = new LiveGrammar(instance, automaton, encoded);
      return { ok: true, grammar: new KernelGrammar(source, vocabulary, live), diagnostics };
    } catch (error) {
      if (error instanceof InputError) return failed(error.diagnostics);
      if (error instanceof EngineError) return failed([error.diagnostic]);
      if (error instanceof RangeError && /call stack/.test(error.message)) return failed([tooDeep()]);
      throw error;
    }
  }

  /// Makes the engine ready for a vocabulary, so that the first compile is nearly as quick as later ones.
  /// Without it the first compile makes the vocabulary's part of this.
  async prepare(vocabulary: Vocabulary): Promise<KernelInstance> {
    void this.#load();
    // The kernel's code is compiled by other threads meanwhile.
    warmUp();
    return this.#instanceFor(vocabulary);
  }

  #load(): Promise<WasmModule> {
    if (this.#disposed) throw new Error("the engine was disposed");
    this.#module ??= loadModule(this.#options.wasm);
    return this.#module;
  }

  async #instanceFor(vocabulary: Vocabulary): Promise<KernelInstance> {
    const module = await this.#load();
    let instance = this.#instances.get(vocabulary.id);
    if (instance === undefined) {
      instance = new KernelInstance(module, vocabulary, this.#options.memoryBytes ?? DEFAULT_MEMORY_BYTES);
      this.#instances.set(vocabulary.id, instance);
    }
    return instance;
  }

  async savePrechecks(
    vocabulary: Vocabulary,
    maxBytes = Number.POSITIVE_INFINITY,
  ): Promise<Uint8Array | undefined> {
    const instance = await this.#instanceFor(vocabulary);
    const made = instance.exports.precheck_serial();
    if (made === this.#saved.get(vocabulary.id)) return undefined;
    this.#saved.set(vocabulary.id, made);
    return savePrechecks(instance, maxBytes);
  }

  async loadPrechecks(vocabulary: Vocabulary, file: Uint8Array): Promise<number | string> {
    const instance = await this.#instanceFor(vocabulary);
    const taken = loadPrechecks(instance, file);
    if (typeof taken === "number") this.#saved.set(vocabulary.id, instance.exports.precheck_serial());
    return taken;
  }

  dispose(): void {
    this.#disposed = true;
    this.#instances.clear();
  }
}

function budgetOf({ timeoutMs = DEFAULT_TIMEOUT_MS, memoryBytes, signal }: CompileOptions): Budget {
  return {
    now: () => performance.now(),
    deadline: performance.now() + timeoutMs,
    maxStates: Math.max(1000, Math.floor((memoryBytes ?? DEFAULT_MEMORY_BYTES) / BYTES_PER_STATE)),
    ...(signal === undefined ? {} : { signal }),
  };
}

/// Takes all steps, letting others run every few milliseconds, and calls `check` when these had their turn.
async function politely<T>(steps: Steps<T>, check: () => void): Promise<T> {
  let resumed = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - resumed < SLICE_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    check();
    resumed = performance.now();
  }
}

async function loadModule(source: Uint8Array | URL): Promise<WasmModule> {
  const bytes = source instanceof URL ? await readFile(source) : source;
  return wasm.compile(bytes);
}

function tooDeep(): Diagnostic {
  return {
    code: "grammar-too-deep",
    severity: "error",
    message: "the grammar's expressions are nested too deeply",
    hint: "name inner parts as rules of their own",
  };
}
