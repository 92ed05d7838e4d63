import type { LlamaContext } from "node-llama-cpp";
import { type CancelSignal, throwIfCancelled } from "../../base/cancellation.ts";
import type { NextTokenModel, TokenContext } from "../../bytes/index.ts";
import type { ModelSequence } from "../../decoding/language-model.ts";
import type { Tokenizer } from "../../tokenizer/index.ts";
import type { AllLogitsReader } from "./all-logits.ts";
import { contextOverflow } from "./context-overflow.ts";
import { planEvaluation } from "./evaluation-plan.ts";
import type { KvNode } from "./kv-tree.ts";
import type { TreeCache } from "./tree-cache.ts";
import type { TreeSequence } from "./tree-sequence.ts";

/// What a `ContextTreeModel` did since it was made.
export interface TreeWork {
  /// Contexts asked for, repeated ones included.
  readonly contexts: number;
  /// Tokens evaluated, once more each time.
  readonly tokens: number;
  /// Batches they were evaluated in.
  readonly decodes: number;
}

/// A model that is asked about many contexts at a time, by trees that they share.
export interface ContextTreeModel extends NextTokenModel {
  readonly work: TreeWork;
  /// A sequence in the same cache, to go on from a context: what either evaluated, both reuse. Its logits
  /// are there until the next evaluation of either.
  readonly sequence: ModelSequence;
  /// After what it is at.
  dispose(): Promise<void>;
}

// Rows kept for contexts that are asked for again.
const KEPT_LOGIT_BYTES = 32 << 20;
const KEPT_LOGITS_AT_LEAST = 64;

/// What the model of a tree gives to it.
export interface ContextTreeHost {
  readonly tokenizer: Tokenizer;
  readonly contextLength: number;
  closed(tree: LlamaContextTree): void;
}

export class LlamaContextTree implements ContextTreeModel {
  readonly tokenizer: Tokenizer;
  readonly sequence: TreeSequence;
  readonly #context: LlamaContext;
  readonly #cache: TreeCache;
  readonly #reader: AllLogitsReader;
  readonly #host: ContextTreeHost;
  /// Where contexts asked for before are, as long as they are held.
  readonly #known = new WeakMap<TokenContext, KvNode>();
  /// Nodes with logits, last used last.
  readonly #withLogits = new Set<KvNode>();
  readonly #mostLogits: number;
  #contexts = 0;
  #disposed = false;

  constructor(
    context: LlamaContext,
    cache: TreeCache,
    reader: AllLogitsReader,
    sequence: TreeSequence,
    host: ContextTreeHost,
  ) {
    this.#context = context;
    this.#cache = cache;
    this.#reader = reader;
    this.sequence = sequence;
    this.#host = host;
    this.tokenizer = host.tokenizer;
    const rows = Math.floor(KEPT_LOGIT_BYTES / (4 * host.tokenizer.vocabulary.size));
    this.#mostLogits = Math.max(KEPT_LOGITS_AT_LEAST, rows);
  }

  get work(): TreeWork {
    return { contexts: this.#contexts, tokens: this.#cache.tokens, decodes: this.#cache.decodes };
  }

  /// Calls wait for each other.
  async evaluate(contexts: readonly TokenContext[], signal?: CancelSignal): Promise<Float32Array[]> {
    const room = this.#host.contextLength;
    for (const { length } of contexts) {
      if (length > room) throw contextOverflow(length, room);
      if (length === 0) throw new Error("a context must have a token");
    }
    return this.#cache.alone(() => this.#evaluate(contexts, signal));
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    // The native side must not lose its memory under a running decode.
    await this.#cache.close();
    await this.sequence.dispose();
    this.#reader.dispose();
    await this.#context.dispose();
    this.#host.closed(this);
  }

  async #evaluate(
    contexts: readonly TokenContext[],
    signal: CancelSignal | undefined,
  ): Promise<Float32Array[]> {
    throwIfCancelled(signal);
    const nodes = contexts.map((context) => this.#find(context));
    const found = new Map<KvNode, Float32Array>();
    const wanted = new Set<KvNode>();
    for (const node of nodes) {
      if (node.logits === undefined) wanted.add(node);
      else found.set(node, this.#keepLogits(node, node.logits));
    }
    this.#contexts += contexts.length;
    const read = async (asked: readonly KvNode[], indexes: Uint32Array) => {
      const rows = await this.#reader.read(indexes);
      asked.forEach((node, i) => {
        found.set(node, this.#keepLogits(node, rows[i]!));
      });
    };
    try {
      for (const chain of planEvaluation(wanted)) {
        await this.#cache.evaluate(chain, (node) => wanted.has(node), signal, read);
      }
    } finally {
      for (const node of wanted) node.detach();
    }
    return nodes.map((node) => found.get(node)!);
  }

  #find(context: TokenContext): KvNode {
    const trail: TokenContext[] = [];
    let node: KvNode | undefined;
    for (let at: TokenContext | undefined = context; at !== undefined; at = at.parent) {
      node = at.length === 0 ? this.#cache.tree.root : this.#known.get(at);
      if (node?.held) break;
      trail.push(at);
    }
    for (const at of trail.reverse()) {
      node = node!.child(at.token);
      this.#known.set(at, node);
    }
    return node!;
  }

  #keepLogits(node: KvNode, logits: Float32Array): Float32Array {
    if (!node.held) return logits;
    node.logits = logits;
    this.#withLogits.delete(node);
    this.#withLogits.add(node);
    if (this.#withLogits.size > this.#mostLogits) {
      const oldest = this.#withLogits.values().next().value!;
      oldest.logits = undefined;
      this.#withLogits.delete(oldest);
    }
    return logits;
  }
}
