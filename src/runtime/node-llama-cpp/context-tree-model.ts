import type { LlamaContext } from "node-llama-cpp";
import { type CancelSignal, throwIfCancelled } from "../../base/cancellation.ts";
import type { NextTokenModel, TokenContext } from "../../bytes/index.ts";
import type { Tokenizer } from "../../tokenizer/index.ts";
import type { AllLogitsReader } from "./all-logits.ts";
import { contextOverflow } from "./context-overflow.ts";
import { planEvaluation } from "./evaluation-plan.ts";
import type { KvNode, KvTree } from "./kv-tree.ts";

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
  /// Tokens a decode takes at most.
  readonly batchSize: number;
  closed(tree: LlamaContextTree): void;
}

export class LlamaContextTree implements ContextTreeModel {
  readonly tokenizer: Tokenizer;
  readonly #context: LlamaContext;
  readonly #tree: KvTree;
  readonly #reader: AllLogitsReader;
  readonly #host: ContextTreeHost;
  /// Where contexts asked for before are, as long as they are held.
  readonly #known = new WeakMap<TokenContext, KvNode>();
  /// Nodes with logits, last used last.
  readonly #withLogits = new Set<KvNode>();
  readonly #mostLogits: number;
  #contexts = 0;
  #tokens = 0;
  #decodes = 0;
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(context: LlamaContext, tree: KvTree, reader: AllLogitsReader, host: ContextTreeHost) {
    this.#context = context;
    this.#tree = tree;
    this.#reader = reader;
    this.#host = host;
    this.tokenizer = host.tokenizer;
    const rows = Math.floor(KEPT_LOGIT_BYTES / (4 * host.tokenizer.vocabulary.size));
    this.#mostLogits = Math.max(KEPT_LOGITS_AT_LEAST, rows);
  }

  get work(): TreeWork {
    return { contexts: this.#contexts, tokens: this.#tokens, decodes: this.#decodes };
  }

  /// Calls wait for each other.
  async evaluate(contexts: readonly TokenContext[], signal?: CancelSignal): Promise<Float32Array[]> {
    if (this.#disposed) throw new Error("the context tree was disposed");
    const room = this.#host.contextLength;
    for (const { length } of contexts) {
      if (length > room) throw contextOverflow(length, room);
      if (length === 0) throw new Error("a context must have a token");
    }
    const turn = this.#last.then(() => this.#evaluate(contexts, signal));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    // The native side must not lose its memory under a running decode.
    await this.#last;
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
    try {
      for (const chain of planEvaluation(wanted)) await this.#follow(chain, wanted, found, signal);
    } finally {
      for (const node of wanted) detach(node);
    }
    return nodes.map((node) => found.get(node)!);
  }

  /// Evaluates a chain, and what is missing above it.
  async #follow(
    chain: readonly KvNode[],
    wanted: ReadonlySet<KvNode>,
    found: Map<KvNode, Float32Array>,
    signal: CancelSignal | undefined,
  ): Promise<void> {
    const end = await this.#tree.moveTo(this.#tree.nearestHeld(chain[0]!.parent!));
    const missing = [...chain];
    for (let node = missing[0]!.parent!; node !== end; node = node.parent!) missing.unshift(node);
    for (let from = 0; from < missing.length; from += this.#host.batchSize) {
      throwIfCancelled(signal);
      const batch = missing.slice(from, from + this.#host.batchSize);
      const asked = batch.filter((node) => wanted.has(node));
      const indexes = await this.#tree.append(batch, (node) => wanted.has(node));
      this.#tokens += batch.length;
      this.#decodes++;
      const rows = await this.#reader.read(indexes);
      asked.forEach((node, i) => {
        found.set(node, this.#keepLogits(node, rows[i]!));
      });
    }
  }

  #find(context: TokenContext): KvNode {
    const trail: TokenContext[] = [];
    let node: KvNode | undefined;
    for (let at: TokenContext | undefined = context; at !== undefined; at = at.parent) {
      node = at.length === 0 ? this.#tree.root : this.#known.get(at);
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

/// Takes a node that was not evaluated out of the tree, and those above it that led to nothing else.
function detach(node: KvNode): void {
  let at = node;
  while (!at.held && at.children.size === 0 && at.parent?.children.get(at.token) === at) {
    at.parent.children.delete(at.token);
    at = at.parent;
  }
}
