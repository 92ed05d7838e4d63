import type { Highlight, PanelLabels } from "../../protocol/token-panel.ts";
import { type Details, pieceLabel } from "./details.ts";
import { TokenWalker } from "./keyboard.ts";
import type { PlacedPiece, TokenList } from "./token-list.ts";

/// A token that outlives its drawing.
interface PieceName {
  readonly key: number;
  readonly piece: number;
}

export interface TokenViewEvents {
  onSelect(piece: PieceName, focusEditor: boolean): void;
  onHover(piece: PieceName | null): void;
  onLeave(): void;
}

const ACTIVE_ID = "active-token";

/// Pointer, keyboard and editor on the token list: which token is pointed at, which has the keyboard,
/// which the editor's cursor is in.
export class TokenView {
  readonly #list: TokenList;
  readonly #details: Details;
  readonly #labels: PanelLabels;
  readonly #events: TokenViewEvents;
  readonly #walker: TokenWalker;
  #hovered: PieceName | undefined;
  #active: PieceName | undefined;
  #highlight: Highlight | undefined;
  /// Where up and down aim at.
  #column: number | undefined;
  #move = 0;
  #covered = false;

  constructor(list: TokenList, details: Details, labels: PanelLabels, events: TokenViewEvents) {
    this.#list = list;
    this.#details = details;
    this.#labels = labels;
    this.#events = events;
    this.#walker = new TokenWalker(list);
    const { element } = list;
    element.tabIndex = 0;
    element.setAttribute("role", "listbox");
    element.setAttribute("aria-label", labels.tokenList);
    element.addEventListener("pointerover", (event) => this.#point(event.target));
    element.addEventListener("pointerleave", () => this.#point(null));
    element.addEventListener("click", (event) => this.#click(event.target, event.detail > 1));
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("focus", () => this.#focused());
    element.addEventListener("blur", () => this.refresh());
  }

  /// Shows where the editor's cursor or selection is.
  highlight(highlight: Highlight | undefined): void {
    this.#highlight = highlight;
    const row = highlight?.reveal ? this.#list.rowOf(highlight.row) : undefined;
    if (row !== undefined) void this.#list.reveal(row);
    this.refresh();
  }

  /// Something is told in place of the tokens, or not any more.
  cover(covered: boolean): void {
    if (covered === this.#covered) return;
    this.#covered = covered;
    this.refresh();
  }

  /// Marks the tokens on the screen anew.
  refresh(): void {
    const { element } = this.#list;
    const lit = new Set<HTMLElement>();
    let first: PlacedPiece | undefined;
    if (this.#highlight)
      for (const piece of this.#list.piecesIn(this.#highlight)) {
        lit.add(piece.drawn.element);
        first ??= piece;
      }
    let active: PlacedPiece | undefined;
    for (const row of this.#list.drawnRows)
      for (const drawn of row.pieces) {
        const isActive = isPiece({ row, drawn }, this.#active);
        mark(drawn.element, "lit", lit.has(drawn.element));
        mark(drawn.element, "hover", isPiece({ row, drawn }, this.#hovered));
        mark(drawn.element, "active", isActive);
        if (isActive) active ??= { row, drawn };
        else if (drawn.element.id !== "") drawn.element.removeAttribute("id");
      }
    if (active) this.#announce(active);
    else element.removeAttribute("aria-activedescendant");
    const hovered = this.#hovered && this.#find(this.#hovered);
    const focused = document.activeElement === element;
    if (this.#covered) this.#details.show(undefined);
    else this.#details.show(hovered ?? (focused ? (active ?? first) : (first ?? active)));
  }

  #announce({ row, drawn }: PlacedPiece): void {
    const { element } = drawn;
    element.id = ACTIVE_ID;
    element.setAttribute("aria-selected", "true");
    element.setAttribute("aria-label", pieceLabel({ row, drawn }, this.#labels));
    const first = this.#list.index.firstPiece(row.key);
    element.setAttribute("aria-posinset", String((first ?? 0) + drawn.fragment.piece + 1));
    element.setAttribute("aria-setsize", this.#list.index.complete ? String(this.#list.index.pieces) : "-1");
    this.#list.element.setAttribute("aria-activedescendant", ACTIVE_ID);
  }

  #find(name: PieceName): PlacedPiece | undefined {
    for (const row of this.#list.drawnRows)
      if (row.key === name.key)
        for (const drawn of row.pieces) if (drawn.fragment.piece === name.piece) return { row, drawn };
    return undefined;
  }

  #point(target: EventTarget | null): void {
    const placed = this.#list.pieceAt(target);
    const name = placed && nameOf(placed);
    if (name?.key === this.#hovered?.key && name?.piece === this.#hovered?.piece) return;
    this.#hovered = name;
    this.#events.onHover(name ?? null);
    this.refresh();
  }

  #click(target: EventTarget | null, twice: boolean): void {
    const placed = this.#list.pieceAt(target);
    if (!placed) return;
    this.#activate(placed);
    this.#events.onSelect(nameOf(placed), twice);
  }

  #activate(placed: PlacedPiece | undefined): void {
    if (!placed) return;
    this.#active = nameOf(placed);
    this.#hovered = undefined;
    this.refresh();
  }

  /// The keyboard arrives where it left, or where the cursor is, or at the first token in sight.
  #focused(): void {
    if (!(this.#active && this.#find(this.#active))) {
      const lit = this.#highlight && [...this.#list.piecesIn(this.#highlight)][0];
      const top = this.#list.drawnRow(this.#list.topRow);
      const first = top?.pieces[0];
      this.#activate(lit ?? (top && first && { row: top, drawn: first }));
    }
    this.refresh();
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.#events.onLeave();
      return;
    }
    const from = this.#active && this.#find(this.#active);
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (this.#active) this.#events.onSelect(this.#active, event.ctrlKey);
      return;
    }
    const move = this.#moveOf(event, from);
    if (!move) return;
    event.preventDefault();
    void this.#go(move);
  }

  #moveOf(event: KeyboardEvent, from: PlacedPiece | undefined): Promise<PlacedPiece | undefined> | undefined {
    const walker = this.#walker;
    if (event.ctrlKey && event.key === "Home") return walker.textEnd("first");
    if (event.ctrlKey && event.key === "End") return walker.textEnd("last");
    if (event.ctrlKey) return undefined;
    // The token with the keyboard was scrolled away or replaced: start from what is in sight.
    const start = from ?? this.#firstInSight();
    if (!start) return undefined;
    const page = Math.max(1, this.#list.visibleRows - 2);
    const x = this.#column ?? start.drawn.element.offsetLeft + start.drawn.element.offsetWidth / 2;
    this.#column = undefined;
    const vertical = (rows: number) => {
      this.#column = x;
      return walker.vertical(start, rows, x);
    };
    switch (event.key) {
      case "ArrowRight":
        return walker.beside(start, 1);
      case "ArrowLeft":
        return walker.beside(start, -1);
      case "ArrowDown":
        return vertical(1);
      case "ArrowUp":
        return vertical(-1);
      case "PageDown":
        return vertical(page);
      case "PageUp":
        return vertical(-page);
      case "Home":
        return Promise.resolve(walker.rowEnd(start, "first"));
      case "End":
        return Promise.resolve(walker.rowEnd(start, "last"));
      default:
        this.#column = x;
        return undefined;
    }
  }

  #firstInSight(): PlacedPiece | undefined {
    const row = this.#list.drawnRow(this.#list.topRow);
    const drawn = row?.pieces[0];
    return row && drawn && { row, drawn };
  }

  /// A key pressed meanwhile starts another move: the last one counts.
  async #go(move: Promise<PlacedPiece | undefined>): Promise<void> {
    this.#move++;
    const mine = this.#move;
    const arrived = await move.catch(() => undefined);
    if (arrived && mine === this.#move) this.#activate(arrived);
  }
}

function nameOf({ row, drawn }: PlacedPiece): PieceName {
  return { key: row.key, piece: drawn.fragment.piece };
}

function isPiece({ row, drawn }: PlacedPiece, name: PieceName | undefined): boolean {
  return name?.key === row.key && name.piece === drawn.fragment.piece;
}

function mark(element: HTMLElement, className: string, on: boolean): void {
  if (element.classList.contains(className) !== on) element.classList.toggle(className, on);
}
