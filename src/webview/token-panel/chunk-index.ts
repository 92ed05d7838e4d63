import {
  CHUNK_BYTES,
  CHUNK_KEY,
  CHUNK_PIECES,
  CHUNK_ROWS,
  CHUNK_STRIDE,
  CHUNK_TOKENIZED,
  CHUNK_UNITS,
  type ChunkTable,
  type RowAddress,
} from "../../protocol/token-panel.ts";

/// Where each chunk starts in the text, counted in rows, pieces, bytes and UTF-16 units.
export class ChunkIndex {
  readonly count: number;
  readonly #table: ChunkTable;
  readonly #positions = new Map<number, number>();
  readonly #rows: Float64Array;
  readonly #pieces: Float64Array;
  readonly #bytes: Float64Array;
  readonly #units: Float64Array;
  /// Chunks before this one are all tokenized: pieces in them, and its first, have known numbers.
  readonly #knownTo: number;

  constructor(table: ChunkTable) {
    this.#table = table;
    this.count = table.length / CHUNK_STRIDE;
    this.#rows = this.#sums(CHUNK_ROWS);
    this.#pieces = this.#sums(CHUNK_PIECES);
    this.#bytes = this.#sums(CHUNK_BYTES);
    this.#units = this.#sums(CHUNK_UNITS);
    let known = 0;
    while (known < this.count && this.#at(known, CHUNK_TOKENIZED) === 1) known++;
    this.#knownTo = known;
    for (let i = 0; i < this.count; i++) this.#positions.set(this.#at(i, CHUNK_KEY), i);
  }

  get rows(): number {
    return this.#rows[this.count]!;
  }

  get pieces(): number {
    return this.#pieces[this.count]!;
  }

  get units(): number {
    return this.#units[this.count]!;
  }

  /// Every chunk is tokenized.
  get complete(): boolean {
    return this.#knownTo === this.count;
  }

  has(key: number): boolean {
    return this.#positions.has(key);
  }

  /// The chunk and row in it that row `row` of the text is.
  addressOf(row: number): RowAddress | undefined {
    if (row < 0 || row >= this.rows) return undefined;
    const i = search(this.#rows, row);
    return { key: this.#at(i, CHUNK_KEY), row: row - this.#rows[i]! };
  }

  /// The row of the text that an address names; `undefined` if its chunk is gone.
  rowOf({ key, row }: RowAddress): number | undefined {
    const i = this.#positions.get(key);
    return i === undefined ? undefined : this.#rows[i]! + row;
  }

  rowsOf(key: number): number {
    const i = this.#positions.get(key);
    return i === undefined ? 0 : this.#at(i, CHUNK_ROWS);
  }

  /// The chunk that holds a UTF-16 offset, and where it starts.
  chunkAt(
    unit: number,
  ): { readonly key: number; readonly start: number; readonly units: number } | undefined {
    if (this.count === 0) return undefined;
    const i = search(this.#units, Math.min(unit, this.units - 1));
    return { key: this.#at(i, CHUNK_KEY), start: this.#units[i]!, units: this.#at(i, CHUNK_UNITS) };
  }

  /// Number of a chunk's first piece, if it is known yet.
  firstPiece(key: number): number | undefined {
    const i = this.#positions.get(key);
    return i === undefined || i > this.#knownTo ? undefined : this.#pieces[i]!;
  }

  firstByte(key: number): number {
    return this.#bytes[this.#positions.get(key) ?? 0]!;
  }

  firstUnit(key: number): number {
    return this.#units[this.#positions.get(key) ?? 0]!;
  }

  #at(i: number, column: number): number {
    return this.#table[i * CHUNK_STRIDE + column]!;
  }

  #sums(column: number): Float64Array {
    const sums = new Float64Array(this.count + 1);
    for (let i = 0; i < this.count; i++) sums[i + 1] = sums[i]! + this.#at(i, column);
    return sums;
  }
}

/// The last index whose sum is at most `value`, past empty chunks.
function search(sums: Float64Array, value: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (sums[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}
