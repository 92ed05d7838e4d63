import { setBits } from "../base/bitset.ts";
import type { LanguageModel, NextTokenLogits } from "./language-model.ts";

/// Contexts whose logits are kept: those of a word being typed, and of the one before.
const KEPT = 16;

/// Logits of some tokens behind a context.
interface RememberedRow {
  readonly context: readonly number[];
  readonly logits: ReadonlyMap<number, number>;
  /// log Σ exp(logit) over the whole vocabulary, if it was read.
  readonly logTotal: number | undefined;
}

/// What was read of a context: of tokens that spell no more than is known, and of those that reach further.
export interface ReadRow {
  readonly inside: NextTokenLogits;
  readonly beyond: NextTokenLogits;
}

/// Logits that searches for covers read, for the next search: while a word is typed, what is before it stays
/// the same, and a token that counts at one letter was among those that counted at the letter before. The
/// runtime has forgotten those logits by then, as a completion was written since.
export class RememberedRows {
  static readonly #known = new WeakMap<LanguageModel, RememberedRows>();
  /// The last used comes last.
  readonly #rows: RememberedRow[] = [];

  static of(model: LanguageModel): RememberedRows {
    let rows = RememberedRows.#known.get(model);
    if (!rows) {
      rows = new RememberedRows();
      RememberedRows.#known.set(model, rows);
    }
    return rows;
  }

  /// For who wants to know what a request costs that nothing went before.
  static forget(model: LanguageModel): void {
    RememberedRows.#known.delete(model);
  }

  /// Whether anything is known behind `context`.
  has(context: readonly number[]): boolean {
    return this.#find(context) >= 0;
  }

  /// The row of `context`, if the logits of all those tokens are known; with `total` only if that is known, too.
  read(
    context: readonly number[],
    spelling: readonly number[],
    beyond: Uint32Array,
    total: boolean,
  ): ReadRow | undefined {
    const at = this.#find(context);
    const row = this.#rows[at];
    if (row === undefined || (total && row.logTotal === undefined)) return undefined;
    const further = [...setBits(beyond)];
    for (const token of spelling) if (!row.logits.has(token)) return undefined;
    for (const token of further) if (!row.logits.has(token)) return undefined;
    this.#rows.push(...this.#rows.splice(at, 1));
    const part = (tokens: readonly number[]): NextTokenLogits => {
      const sorted = [...tokens].sort((a, b) => row.logits.get(b)! - row.logits.get(a)!);
      return {
        tokens: Uint32Array.from(sorted),
        logits: Float32Array.from(sorted, (token) => row.logits.get(token)!),
        complete: true,
        ...(row.logTotal !== undefined && { logTotal: row.logTotal }),
      };
    };
    return { inside: part(spelling), beyond: part(further) };
  }

  /// Keeps what was read in full.
  keep(context: readonly number[], { inside, beyond }: ReadRow): void {
    const logits = new Map<number, number>();
    for (const { tokens, logits: values } of [inside, beyond]) {
      for (const [i, token] of tokens.entries()) logits.set(token, values[i]!);
    }
    const at = this.#find(context);
    if (at >= 0) this.#rows.splice(at, 1);
    else if (this.#rows.length >= KEPT) this.#rows.shift();
    this.#rows.push({ context, logits, logTotal: beyond.logTotal });
  }

  #find(context: readonly number[]): number {
    return this.#rows.findLastIndex((row) => {
      if (row.context.length !== context.length) return false;
      // What was typed last is most likely to differ.
      for (let i = context.length - 1; i >= 0; i--) if (row.context[i] !== context[i]) return false;
      return true;
    });
  }
}
