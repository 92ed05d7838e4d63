/// A token sequence that a model is asked what comes after, as a node of a tree: sequences that begin
/// alike share their nodes. A runtime keeps KV entries by node, and evaluates only what lies below the
/// nearest one it has.
export class TokenContext {
  readonly parent: TokenContext | undefined;
  /// The last token; -1 at the root.
  readonly token: number;
  readonly length: number;

  private constructor(parent: TokenContext | undefined, token: number) {
    this.parent = parent;
    this.token = token;
    this.length = parent === undefined ? 0 : parent.length + 1;
  }

  /// A tree of its own with one branch.
  static of(tokens: readonly number[]): TokenContext {
    let context = new TokenContext(undefined, -1);
    for (const token of tokens) context = context.append(token);
    return context;
  }

  append(token: number): TokenContext {
    return new TokenContext(this, token);
  }

  /// The tokens from number `from` on.
  tokens(from = 0): number[] {
    const tokens = new Array<number>(Math.max(0, this.length - from));
    let node: TokenContext = this;
    while (node.parent !== undefined && node.length > from) {
      tokens[node.length - from - 1] = node.token;
      node = node.parent;
    }
    return tokens;
  }
}
