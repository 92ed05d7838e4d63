import type { DrawnRow } from "./row-view.ts";
import type { PlacedPiece, TokenList } from "./token-list.ts";

/// Moves from token to token. Each function resolves with where it arrived, the token on the screen and
/// in sight; with `undefined` if there is nothing.
export class TokenWalker {
  readonly #list: TokenList;

  constructor(list: TokenList) {
    this.#list = list;
  }

  /// The token `step` (1 or -1) after `from`.
  async beside(from: PlacedPiece, step: 1 | -1): Promise<PlacedPiece | undefined> {
    let { row } = from;
    let at = row.pieces.indexOf(from.drawn) + step;
    for (;;) {
      const drawn = row.pieces[at];
      // The part of a token that goes on from the row above is no new token.
      if (drawn && !(drawn.fragment.opensBefore && !isPending(row, at))) return this.#arrive(row, at);
      if (drawn) {
        at += step;
        continue;
      }
      const number = this.#list.rowOf(row);
      const next = number === undefined ? undefined : await this.#list.bring(number + step);
      if (!next) return undefined;
      row = next;
      at = step > 0 ? 0 : row.pieces.length - 1;
    }
  }

  /// The token above or below `from` that is nearest to `x` (pixels from the row's left).
  async vertical(from: PlacedPiece, rows: number, x: number): Promise<PlacedPiece | undefined> {
    const number = this.#list.rowOf(from.row);
    if (number === undefined) return undefined;
    const target = Math.max(0, Math.min(this.#list.index.rows - 1, number + rows));
    const row = await this.#list.bring(target);
    if (!row) return undefined;
    let best = 0;
    for (const [i, { element }] of row.pieces.entries()) if (element.offsetLeft <= x) best = i;
    return this.#arrive(row, best);
  }

  /// The first or last token of a row.
  rowEnd(from: PlacedPiece, end: "first" | "last"): PlacedPiece | undefined {
    return this.#arrive(from.row, end === "first" ? 0 : from.row.pieces.length - 1);
  }

  /// The first or last token of the text.
  async textEnd(end: "first" | "last"): Promise<PlacedPiece | undefined> {
    const row = await this.#list.bring(end === "first" ? 0 : this.#list.index.rows - 1);
    return row && this.#arrive(row, end === "first" ? 0 : row.pieces.length - 1);
  }

  #arrive(row: DrawnRow, at: number): PlacedPiece | undefined {
    const drawn = row.pieces[at];
    if (!drawn) return undefined;
    const number = this.#list.rowOf(row);
    if (number !== undefined) void this.#list.reveal(number);
    return { row, drawn };
  }
}

function isPending(row: DrawnRow, at: number): boolean {
  return row.pieces[at]!.element.classList.contains("pending");
}
