import type { Canonical, Followers } from "./canonical.ts";
import type { NextTokens } from "./next-tokens.ts";
import type { TokenContext } from "./token-context.ts";
import type { TokenOrder } from "./token-order.ts";

// Contexts of one batch: as many as a text of that many bytes has, give or take lookahead.
const MOST = 48;

/// A context that known text passes through, and those below it. As the tokenizer's own token
/// sequences do not depend on what the model says, they are known before it is asked: all contexts that
/// a text needs go in one batch, not in one call a byte.
export class Lookahead {
  readonly context: TokenContext;
  next: NextTokens | undefined;
  readonly #below = new Map<number, Lookahead>();

  constructor(context: TokenContext) {
    this.context = context;
  }

  /// The context with the token at `place` appended, if it was looked at.
  below(place: number): Lookahead | undefined {
    return this.#below.get(place);
  }

  /// Grows trees below `roots` along `bytes`, nearest first, by tokens that keep the sequence one that
  /// the tokenizer makes. Returns the new nodes, the roots among them.
  static grow(
    roots: readonly Lookahead[],
    bytes: Uint8Array,
    order: TokenOrder,
    canonical: Canonical,
  ): Lookahead[] {
    const nodes = [...roots];
    let reached: { node: Lookahead; at: number }[] = roots.map((node) => ({ node, at: 0 }));
    while (reached.length > 0) {
      // The nearest place in the text first, as those beyond a full batch are asked for later.
      const at = reached.reduce((least, entry) => Math.min(least, entry.at), Number.POSITIVE_INFINITY);
      const here = reached.filter((entry) => entry.at === at);
      reached = reached.filter((entry) => entry.at !== at);
      for (const { node } of here) {
        const found = exactTokens(bytes, at, order);
        const followers: Followers | undefined = found.length > 0 ? canonical.after(node.context) : undefined;
        for (const { place, end } of found) {
          if (!followers!.allows(place)) continue;
          if (nodes.length >= MOST) return nodes;
          const child = new Lookahead(node.context.append(order.ids[place]!));
          node.#below.set(place, child);
          nodes.push(child);
          reached.push({ node: child, at: end });
        }
      }
    }
    return nodes;
  }
}

/// Tokens that spell `bytes[at .. end]`.
export function exactTokens(
  bytes: Uint8Array,
  at: number,
  order: TokenOrder,
): { place: number; end: number }[] {
  const found: { place: number; end: number }[] = [];
  let from = 0;
  let to = order.size;
  for (let end = at; end < bytes.length; ) {
    const depth = end - at;
    from = order.lowerBound(from, to, depth, bytes[end]!);
    to = order.lowerBound(from, to, depth, bytes[end]! + 1);
    end++;
    const longer = order.pastEqual(from, to, depth + 1);
    for (let place = from; place < longer; place++) found.push({ place, end });
    from = longer;
    if (from === to) break;
  }
  return found;
}
