import type { Highlight, RowAddress, RowPage, TextUpdate } from "../../protocol/token-panel.ts";
import { ChunkIndex } from "./chunk-index.ts";
import type { CellMeasures } from "./measures.ts";
import { type FetchRows, RowStore } from "./row-store.ts";
import { type DrawnPiece, type DrawnRow, drawRow } from "./row-view.ts";
import { Scroller } from "./scroller.ts";

/// Rows drawn beyond the visible ones, so that a scroll finds them there.
const MARGIN_ROWS = 12;
/// Rows are fetched so many screens ahead, both ways.
const PREFETCH_SCREENS = 2;

/// A token on the screen, and where it is.
export interface PlacedPiece {
  readonly row: DrawnRow;
  readonly drawn: DrawnPiece;
}

export interface TokenListEvents {
  /// What is in sight has changed.
  onViewport(top: RowAddress, visibleRows: number): void;
  /// Rows were drawn anew: marks on tokens have to be set again.
  onDrawn(): void;
}

/// The tokens in rows, of which only those in sight exist.
export class TokenList {
  readonly element: HTMLElement;
  readonly #events: TokenListEvents;
  readonly #store: RowStore;
  readonly #scroller: Scroller;
  #measures: CellMeasures;
  #index = new ChunkIndex(new Uint32Array(0));
  #subject: string | undefined;
  #base = 0;
  #drawn = new Map<string, DrawnRow>();
  #frame = 0;
  #reported = "";
  #reveals = 0;

  constructor(fetch: FetchRows, measures: CellMeasures, events: TokenListEvents) {
    this.#events = events;
    this.#measures = measures;
    this.#store = new RowStore(fetch, () => this.#draw());
    this.element = document.createElement("div");
    this.element.className = "list";
    const canvas = document.createElement("div");
    canvas.className = "canvas";
    canvas.setAttribute("role", "presentation");
    this.element.append(canvas);
    this.#scroller = new Scroller(this.element, canvas, () => this.#soon());
  }

  get index(): ChunkIndex {
    return this.#index;
  }

  get subject(): string | undefined {
    return this.#subject;
  }

  /// UTF-16 offset in the document where the text starts.
  get base(): number {
    return this.#base;
  }

  get visibleRows(): number {
    return Math.max(1, Math.ceil(this.#scroller.viewHeight / this.#measures.rowHeight));
  }

  get topRow(): number {
    return Math.floor(this.#scroller.top / this.#measures.rowHeight);
  }

  /// The rows on the screen, some of them out of sight.
  get drawnRows(): Iterable<DrawnRow> {
    return this.#drawn.values();
  }

  /// Takes over a new state of the text. What the reader looks at stays where it is.
  update(update: TextUpdate): void {
    const before = { index: this.#index, subject: this.#subject, top: this.#scroller.top };
    this.#subject = update.subject;
    this.#base = update.base;
    this.#index = new ChunkIndex(update.chunks);
    this.#store.keepOnly(this.#index);
    for (const page of update.pages) this.#store.add(page);
    const { rowHeight } = this.#measures;
    const oldRow = Math.floor(before.top / rowHeight);
    const within = before.top - oldRow * rowHeight;
    const kept = before.subject === update.subject ? this.#sameRow(before.index, oldRow) : undefined;
    const row = kept ?? (update.top && this.#index.rowOf(update.top)) ?? 0;
    this.#scroller.set(
      this.#index.rows * rowHeight,
      row * rowHeight + (before.subject === update.subject ? within : 0),
    );
    this.#draw();
  }

  /// Draws everything anew, for other measures.
  remeasure(measures: CellMeasures): void {
    const row = this.#scroller.top / this.#measures.rowHeight;
    this.#measures = measures;
    this.#scroller.set(this.#index.rows * measures.rowHeight, row * measures.rowHeight);
    this.#draw();
  }

  /// The row of the text at an address, as it is drawn now.
  rowOf(address: RowAddress): number | undefined {
    return this.#index.rowOf(address);
  }

  drawnRow(row: number): DrawnRow | undefined {
    const address = this.#index.addressOf(row);
    return address && this.#drawn.get(nameOf(address));
  }

  /// Scrolls no more than needed for a row to be in sight; to a third of the height if it is far. Waits
  /// for what will be in sight, so that no gap is seen; a later call takes the place of this one.
  async reveal(row: number): Promise<void> {
    this.#reveals++;
    const mine = this.#reveals;
    const address = this.#index.addressOf(row);
    // Rows that the host cannot give (any more) are not waited for again.
    for (let last = false; address; last = true) {
      const now = this.#index.rowOf(address);
      const top = now === undefined ? undefined : this.#topToReveal(now);
      if (top === undefined) return;
      const asked = this.#askMissing(top);
      if (asked.length === 0 || last) {
        this.#scroller.moveTo(top);
        this.#draw();
        return;
      }
      await Promise.allSettled(asked);
      if (mine !== this.#reveals) return;
    }
  }

  /// Brings a row into sight and onto the screen. `undefined` if it cannot be had.
  async bring(row: number): Promise<DrawnRow | undefined> {
    const address = this.#index.addressOf(row);
    if (!address) return undefined;
    await this.reveal(row);
    const now = this.#index.rowOf(address);
    return now === undefined ? undefined : this.drawnRow(now);
  }

  /// Where to scroll to for a row to be in sight; `undefined` if it is.
  #topToReveal(row: number): number | undefined {
    const { rowHeight } = this.#measures;
    const { top, viewHeight } = this.#scroller;
    const y = row * rowHeight;
    if (y >= top && y + rowHeight <= top + viewHeight) return undefined;
    const far = y + rowHeight < top - viewHeight / 2 || y > top + viewHeight * 1.5;
    if (far) return y - viewHeight / 3;
    return y < top ? y - rowHeight : y + 2 * rowHeight - viewHeight;
  }

  /// Asks for the rows that are in sight when the content is scrolled to `top`.
  #askMissing(top: number): Promise<void>[] {
    const first = Math.max(0, Math.floor(top / this.#measures.rowHeight));
    const asked = new Set<Promise<void>>();
    for (let row = first; row <= first + this.visibleRows; row++) {
      const address = this.#index.addressOf(row);
      if (address && !this.#store.get(address.key, address.row))
        asked.add(this.#store.ask(address.key, address.row, this.#index.rowsOf(address.key)));
    }
    return [...asked];
  }

  /// The token an element belongs to.
  pieceAt(target: EventTarget | null): PlacedPiece | undefined {
    const element = target instanceof Element ? target.closest(".t") : null;
    const rowElement = element?.closest(".row");
    if (!element || !rowElement) return undefined;
    for (const row of this.#drawn.values()) {
      if (row.element !== rowElement) continue;
      const drawn = row.pieces.find((piece) => piece.element === element);
      return drawn && { row, drawn };
    }
    return undefined;
  }

  /// Tokens on the screen that touch a UTF-16 range of the text.
  *piecesIn({ from, to }: Pick<Highlight, "from" | "to">): Generator<PlacedPiece> {
    for (const row of this.#drawn.values()) {
      const start = this.#index.firstUnit(row.key);
      for (const drawn of row.pieces) {
        const { unitStarts } = row.page;
        const unitFrom = start + unitStarts[drawn.fragment.index]!;
        // A token whose last character is shared ends after it.
        const unitTo = start + unitStarts[drawn.fragment.index + 1]! + (drawn.fragment.sharesLast ? 1 : 0);
        if (unitFrom < to && unitTo > from) yield { row, drawn };
      }
    }
  }

  /// UTF-16 offset in the text of the first row in sight, if that row is known.
  topUnit(): number | undefined {
    const address = this.#index.addressOf(this.topRow);
    const page = address && this.#store.get(address.key, address.row);
    if (!address || !page) return undefined;
    return this.#index.firstUnit(address.key) + unitOfRow(page, address.row);
  }

  /// Where the row that was at `oldRow` of the text before is now: by its chunk, or, if that was replaced
  /// and the text stayed the same, by what it shows. `undefined` after an edit there.
  #sameRow(before: ChunkIndex, oldRow: number): number | undefined {
    const address = before.addressOf(oldRow);
    if (!address) return undefined;
    const row = this.#index.rowOf(address);
    if (row !== undefined) return row;
    const page = this.#topPage?.key === address.key ? this.#topPage : undefined;
    if (before.units !== this.#index.units || !page || address.row < page.from || address.row > page.to)
      return undefined;
    const unit = before.firstUnit(address.key) + unitOfRow(page, address.row);
    const chunk = this.#index.chunkAt(unit);
    if (!chunk) return undefined;
    for (let r = 0; r < this.#index.rowsOf(chunk.key); r++) {
      const at = this.#store.get(chunk.key, r);
      if (!at) continue;
      if (chunk.start + unitOfRow(at, r + 1) > unit) return this.#index.rowOf({ key: chunk.key, row: r });
    }
    return undefined;
  }

  /// The page of the first row in sight when it was last drawn: its chunk may be gone by now.
  #topPage: RowPage | undefined;

  #soon(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #ask(row: number): void {
    const address = this.#index.addressOf(row);
    if (!address) return;
    const rows = this.#index.rowsOf(address.key);
    // If they do not come, the view stays as it is; a closed channel is the host's to tell.
    this.#store.ask(address.key, address.row, rows).catch(() => undefined);
  }

  #draw(): void {
    const { rowHeight } = this.#measures;
    const top = this.topRow;
    const visible = this.visibleRows;
    const from = Math.max(0, top - MARGIN_ROWS);
    const to = Math.min(this.#index.rows, top + visible + 1 + MARGIN_ROWS);
    const drawn = new Map<string, DrawnRow>();
    let fresh = false;
    const added: HTMLElement[] = [];
    for (let row = from; row < to; row++) {
      const address = this.#index.addressOf(row)!;
      const name = nameOf(address);
      let shown = this.#drawn.get(name);
      if (!shown) {
        const page = this.#store.get(address.key, address.row);
        if (!page) {
          this.#ask(row);
          continue;
        }
        shown = drawRow(page, address.row);
        added.push(shown.element);
        fresh = true;
      }
      drawn.set(name, shown);
      const y = `translateY(${this.#scroller.canvasY(row * rowHeight)}px)`;
      if (shown.element.style.transform !== y) shown.element.style.transform = y;
    }
    // What a fast scroll gets to next.
    this.#ask(top - PREFETCH_SCREENS * visible);
    this.#ask(top + (1 + PREFETCH_SCREENS) * visible);
    for (const [name, old] of this.#drawn) if (!drawn.has(name)) old.element.remove();
    this.#scroller.canvas.append(...added);
    this.#drawn = drawn;
    const address = this.#index.addressOf(top);
    if (address) {
      this.#topPage = this.#store.get(address.key, address.row) ?? this.#topPage;
      const report = `${nameOf(address)}:${visible}`;
      if (report !== this.#reported) {
        this.#reported = report;
        this.#events.onViewport(address, visible);
      }
    }
    if (fresh) this.#events.onDrawn();
  }
}

function nameOf({ key, row }: RowAddress): string {
  return `${key}:${row}`;
}

function unitOfRow(page: RowPage, row: number): number {
  return page.starts[(row - page.from) * 3 + 1]!;
}
