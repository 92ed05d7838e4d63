import type { RowPage } from "../../protocol/token-panel.ts";
import type { ChunkIndex } from "./chunk-index.ts";

/// Rows asked for at once, aligned, so that neighbouring wishes are one request.
const BLOCK = 64;
/// Rows kept; the ones fetched first go first.
const CAPACITY = 6000;

export type FetchRows = (key: number, from: number, to: number) => Promise<RowPage | undefined>;

/// Rows that have been fetched. A chunk never changes, so they stay true as long as the chunk lives.
export class RowStore {
  readonly #fetch: FetchRows;
  readonly #onRows: () => void;
  readonly #pages = new Map<number, RowPage[]>();
  readonly #asked = new Map<string, Promise<void>>();
  #rows = 0;

  /// `onRows` is called when rows that were asked for have come.
  constructor(fetch: FetchRows, onRows: () => void) {
    this.#fetch = fetch;
    this.#onRows = onRows;
  }

  get(key: number, row: number): RowPage | undefined {
    return this.#pages.get(key)?.find((page) => row >= page.from && row < page.to);
  }

  add(page: RowPage): void {
    const pages = this.#pages.get(page.key) ?? [];
    // The latest first: it is the likeliest to be looked at.
    pages.unshift(page);
    this.#pages.set(page.key, pages);
    this.#rows += page.to - page.from;
    for (const key of this.#pages.keys()) {
      if (this.#rows <= CAPACITY || key === page.key) break;
      this.#forget(key);
    }
  }

  /// Asks for a row and its neighbours; resolves when they are here, or cannot be had.
  ask(key: number, row: number, rowsOfChunk: number): Promise<void> {
    if (this.get(key, row)) return Promise.resolve();
    const from = row - (row % BLOCK);
    const name = `${key}:${from}`;
    let asked = this.#asked.get(name);
    if (!asked) {
      asked = this.#fetch(key, from, Math.min(from + BLOCK, rowsOfChunk))
        .then((page) => {
          if (!page) return;
          this.add(page);
          this.#onRows();
        })
        .finally(() => this.#asked.delete(name));
      this.#asked.set(name, asked);
    }
    return asked;
  }

  /// Drops the rows of chunks that are gone.
  keepOnly(index: ChunkIndex): void {
    for (const key of [...this.#pages.keys()]) if (!index.has(key)) this.#forget(key);
  }

  #forget(key: number): void {
    for (const page of this.#pages.get(key) ?? []) this.#rows -= page.to - page.from;
    this.#pages.delete(key);
  }
}
