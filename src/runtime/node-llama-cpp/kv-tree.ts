import { moved, type NativeContext } from "./native.ts";

/// Sequence ids that llama.cpp's cache knows besides the one it decodes.
const MOST_BRANCHES = 255;

/// A token behind its parent's. `held`: its key and value are in the cache.
export class KvNode {
  readonly parent: KvNode | undefined;
  readonly token: number;
  /// Tokens up to here, this one included.
  readonly depth: number;
  readonly children = new Map<number, KvNode>();
  held = false;
  heldChildren = 0;
  /// The saved sequence that ends here; 0: none does.
  branch = 0;
  /// Logits of the token after this one. Dropped with the key and value.
  logits: Float32Array | undefined;

  constructor(parent: KvNode | undefined, token: number) {
    this.parent = parent;
    this.token = token;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
  }

  child(token: number): KvNode {
    let child = this.children.get(token);
    if (!child) {
      child = new KvNode(this, token);
      this.children.set(token, child);
    }
    return child;
  }

  /// Takes a node that was not evaluated out of the tree, and those above it that led to nothing else.
  detach(): void {
    let node: KvNode = this;
    while (!node.held && node.children.size === 0 && node.parent?.children.get(node.token) === node) {
      node.parent.children.delete(node.token);
      node = node.parent;
    }
  }
}

interface KvTreeOptions {
  /// Tokens the cache holds.
  readonly capacity: number;
  /// False for models with a state of fixed size, which is neither marked by sequence nor wound back.
  readonly canBranch: boolean;
  /// Waits for other contexts' decodes.
  readonly exclusive: (<T>(work: () => Promise<T>) => Promise<T>) | undefined;
}

/// Token sequences in the cache of one context, as a tree: what begins alike is there once.
///
/// The context is made for one sequence. Its cache is then one pool of cells, each marked with the
/// sequences that it belongs to, and `copySequenceStateFromOtherSequence` sets marks instead of copying
/// keys and values. A batch may name sequence 0 only, but marks go up to 255: sequence 0 is where we
/// are, the others remember where we were. (In a context for several sequences each has a pool of its
/// own, and a copy copies a whole pool: measured on the bundled model, it costs what evaluating a token
/// does, and batching branches saves less than that.)
///
/// Every held node without held children is the end of a saved sequence, or of sequence 0. When cells
/// run short, the ends that were not used for longest go first.
export class KvTree {
  readonly root = new KvNode(undefined, -1);
  readonly #native: NativeContext;
  readonly #options: KvTreeOptions;
  /// End of sequence 0.
  #active = this.root;
  /// Sequence 0 holds a second cell of a node below its end, which must go before anything else.
  #overlap = false;
  /// Ends of saved sequences by id, last used last.
  readonly #branches = new Map<number, KvNode>();
  readonly #free = Array.from({ length: MOST_BRANCHES }, (_, i) => i + 1);
  /// Held nodes, each a cell.
  #size = 0;

  constructor(native: NativeContext, options: KvTreeOptions) {
    this.#native = native;
    this.#options = options;
    this.root.held = true;
  }

  nearestHeld(node: KvNode): KvNode {
    let held = node;
    while (!held.held) held = held.parent!;
    return held;
  }

  /// Whether the next token behind `node` can be evaluated without a move.
  endsAt(node: KvNode): boolean {
    return node === this.#active && !this.#overlap;
  }

  /// Makes `node`, which is held, the end of sequence 0. Returns where that ends: at the root if this
  /// kind of cache cannot go back.
  async moveTo(node: KvNode): Promise<KvNode> {
    if (this.#overlap) {
      this.#overlap = false;
      if (!this.#native.removeTokenCellsFromSequence(0, this.#active.depth, -1)) return this.forget();
    }
    if (node === this.#active) return node;
    const left = this.#active;
    // Counts as used before saving, which may need the place of the one that was not used for longest.
    const branch = isAncestor(node, left) ? undefined : this.#branchBelow(node);
    await this.#save();
    if (branch !== undefined) {
      this.#native.disposeSequence(0);
      await this.#copy(0, branch);
    }
    if (!this.#native.removeTokenCellsFromSequence(0, node.depth, -1)) return this.forget();
    this.#active = node;
    this.#release(left);
    return node;
  }

  /// Evaluates a chain of nodes: the first is a child of sequence 0's end. Returns the batch's indexes of
  /// those whose logits are wanted. A node that is held is evaluated once more, for its logits; it must be
  /// the only one.
  async append(nodes: readonly KvNode[], wanted: (node: KvNode) => boolean): Promise<Uint32Array> {
    if (this.#overlap || nodes[0]?.parent !== this.#active) throw new Error("not where the chain begins");
    while (this.#size + nodes.length > this.#options.capacity) this.#evict();
    const logitIndexes = Uint32Array.from([...nodes.keys()].filter((i) => wanted(nodes[i]!)));
    this.#native.initBatch(nodes.length);
    const tokens = Uint32Array.from(nodes, (node) => node.token);
    const indexes = this.#native.addToBatch(0, this.#active.depth, tokens, logitIndexes);
    const { exclusive } = this.#options;
    try {
      await (exclusive ? exclusive(() => this.#native.decodeBatch()) : this.#native.decodeBatch());
    } catch (error) {
      this.forget();
      throw error;
    }
    for (const node of nodes) {
      if (node.held) {
        this.#overlap = true;
        break;
      }
      this.#hold(node);
    }
    return indexes;
  }

  /// Empties the cache. Returns the root.
  forget(): KvNode {
    const left = this.#active;
    this.#native.disposeSequence(0);
    this.#active = this.root;
    this.#overlap = false;
    this.#release(left);
    while (this.#branches.size > 0) this.#evict();
    return this.root;
  }

  /// Gives what only sequence 0 holds a sequence of its own.
  async #save(): Promise<void> {
    const end = this.#active;
    if (!this.#options.canBranch || end === this.root || end.branch > 0 || end.heldChildren > 0) return;
    if (this.#free.length === 0) this.#evict();
    const id = this.#free.pop()!;
    await this.#copy(id, 0);
    if (this.#native.getSequenceKvCacheMaxPosition(id) !== end.depth - 1) throw moved("marks of sequences");
    end.branch = id;
    this.#branches.set(id, end);
    // Those that ended on the way here are part of this one.
    let node = end.parent!;
    while (node !== this.root) {
      if (node.branch > 0) this.#drop(node.branch, node);
      if (node.heldChildren > 1) break;
      node = node.parent!;
    }
  }

  async #copy(target: number, source: number): Promise<void> {
    await this.#native.copySequenceStateFromOtherSequence(target, source);
  }

  #branchBelow(node: KvNode): number {
    let end = node;
    while (end.branch === 0) {
      const below = [...end.children.values()].find((child) => child.held);
      if (!below) throw new Error("a held token that no sequence holds");
      end = below;
    }
    this.#branches.delete(end.branch);
    this.#branches.set(end.branch, end);
    return end.branch;
  }

  /// Drops the sequence that was not used for longest, and what only that one held.
  #evict(): void {
    const oldest = this.#branches.entries().next().value;
    if (!oldest) throw new Error("a cache too small for its longest sequence");
    this.#drop(...oldest);
    this.#release(oldest[1]);
  }

  #drop(id: number, end: KvNode): void {
    this.#native.disposeSequence(id);
    this.#branches.delete(id);
    this.#free.push(id);
    end.branch = 0;
  }

  #hold(node: KvNode): void {
    node.held = true;
    node.parent!.heldChildren++;
    node.parent!.children.set(node.token, node);
    this.#active = node;
    this.#size++;
  }

  /// Forgets the nodes from `end` up that no sequence holds any more.
  #release(end: KvNode): void {
    let node = end;
    while (node !== this.root && node.held && node !== this.#active) {
      if (node.branch > 0 || node.heldChildren > 0) return;
      const parent = node.parent!;
      node.held = false;
      node.logits = undefined;
      parent.heldChildren--;
      parent.children.delete(node.token);
      this.#size--;
      node = parent;
    }
  }
}

function isAncestor(node: KvNode, below: KvNode): boolean {
  let at = below;
  while (at.depth > node.depth) at = at.parent!;
  return at === node;
}
