import { Recent } from "../base/recent.ts";
import type { Canonical } from "./canonical.ts";
import type { TokenContext } from "./token-context.ts";

/// Answers about bytes behind a context that follow from the tokenizer alone. The last ones are kept: while a
/// text is typed, words and white space come back.
export class Endings<T> {
  readonly #most: number;
  readonly #known = new WeakMap<Canonical, Recent<string, T>>();

  /// `most`: answers that are kept of a tokenizer.
  constructor(most: number) {
    this.#most = most;
  }

  get(canonical: Canonical, context: TokenContext, bytes: Uint8Array, find: () => T): T {
    let known = this.#known.get(canonical);
    if (known === undefined) {
      known = new Recent(this.#most);
      this.#known.set(canonical, known);
    }
    return known.get(`${canonical.windowOf(context).join()}:${bytes.join()}`, find);
  }
}
