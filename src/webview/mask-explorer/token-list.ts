import { hasBit } from "../../base/bitset.ts";
import { spacedHex } from "../../protocol/glyphs.ts";
import { type ExplorerLabels, SPECIAL_GROUP, UNUSED_GROUP } from "../../protocol/mask-explorer.ts";
import { el } from "../token-panel/dom.ts";
import { Scroller } from "../token-panel/scroller.ts";
import { bytesText, drawBytes } from "./byte-segments.ts";
import type { TokenBytes } from "./token-bytes.ts";
import { type ListedTokens, type ListRow, ListRows } from "./token-index.ts";

/// Rows drawn beyond the visible ones.
const MARGIN_ROWS = 10;
/// Bytes are asked for so many rows ahead, both ways.
const PREFETCH_ROWS = 80;
/// Lists up to this long are shown open.
const OPEN_TOKENS = 400;

export interface TokenListEvents {
  /// The keyboard or a click is on a token.
  onToken(id: number): void;
  /// It shall be put behind the text.
  onAppend(id: number): void;
  onStepBack(): void;
  onLeave(): void;
}

/// What the list has the keyboard on.
type ActiveRow =
  | { readonly kind: "group"; readonly group: number }
  | { readonly kind: "token"; readonly id: number };

/// A row on the screen, and all that its looks depend on besides what has the keyboard.
interface DrawnRow {
  readonly element: HTMLElement;
  readonly looks: string;
}

const ACTIVE_ID = "active-row";

/// Tokens in groups by their first byte, of which only the rows in sight exist.
export class TokenList {
  readonly element = el("div", "list");
  readonly #labels: ExplorerLabels;
  readonly #events: TokenListEvents;
  readonly #bytes: TokenBytes;
  readonly #scroller: Scroller;
  readonly #number = new Intl.NumberFormat();
  #rows = new ListRows(
    { ids: new Uint32Array(0), groups: new Uint16Array(0), starts: new Uint32Array(1) },
    () => false,
  );
  #mask = new Uint32Array(0);
  #rowHeight = 22;
  /// Groups that the user opened or closed, against what the list's length says.
  readonly #toggled = new Set<number>();
  #opensAll = false;
  #active: ActiveRow | undefined;
  #selected: number | undefined;
  #frame = 0;
  #drawn = new Map<string, DrawnRow>();

  constructor(labels: ExplorerLabels, bytes: TokenBytes, events: TokenListEvents) {
    this.#labels = labels;
    this.#bytes = bytes;
    this.#events = events;
    const canvas = el("div", "canvas");
    canvas.setAttribute("role", "presentation");
    this.element.append(canvas);
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "tree");
    this.element.setAttribute("aria-label", labels.tokenList);
    this.#scroller = new Scroller(this.element, canvas, () => this.#soon());
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("focus", () => this.#focused());
    this.element.addEventListener("click", (event) => this.#click(event));
    this.element.addEventListener("dblclick", (event) => this.#append(this.#rowUnder(event)));
  }

  /// Shows tokens. The reader's place stays where it is as far as the new list has it.
  show(tokens: ListedTokens, mask: Uint32Array): void {
    const opensAll = tokens.ids.length <= OPEN_TOKENS;
    if (opensAll !== this.#opensAll) this.#toggled.clear();
    this.#opensAll = opensAll;
    this.#mask = new Uint32Array(mask);
    this.#layOut(tokens);
    if (this.#active && this.#rowOfActive() === undefined) this.#active = undefined;
    this.#draw();
  }

  /// Marks the token that is explained.
  select(id: number | undefined): void {
    this.#selected = id;
    this.#draw();
  }

  /// Redraws, for other measures too.
  redraw(rowHeight = this.#rowHeight): void {
    this.#rowHeight = rowHeight;
    this.#scroller.set(this.#rows.length * rowHeight, this.#scroller.top);
    this.#draw();
  }

  #layOut(tokens: ListedTokens): void {
    this.#rows = new ListRows(tokens, (group) => this.#opensAll !== this.#toggled.has(group));
    this.#scroller.set(this.#rows.length * this.#rowHeight, this.#scroller.top);
  }

  #soon(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const first = Math.floor(this.#scroller.top / this.#rowHeight);
    const visible = Math.ceil(this.#scroller.viewHeight / this.#rowHeight) + 1;
    const from = Math.max(0, first - MARGIN_ROWS);
    const to = Math.min(this.#rows.length, first + visible + MARGIN_ROWS);
    this.#bytes.ask(this.#rows.idsIn(from - PREFETCH_ROWS, to + PREFETCH_ROWS));
    const active = this.#rowOfActive();
    // What stays is moved, not made anew: a button that goes down on a row must find it when it goes up.
    const drawn = new Map<string, DrawnRow>();
    const added: HTMLElement[] = [];
    for (let row = from; row < to; row++) {
      const at = this.#rows.at(row)!;
      const name = at.kind === "group" ? `g${at.group}` : `t${at.id}`;
      const looks = this.#looksOf(at);
      let shown = this.#drawn.get(name);
      if (shown?.looks !== looks) {
        shown = { element: this.#drawRow(at), looks };
        added.push(shown.element);
      }
      drawn.set(name, shown);
      const { element } = shown;
      const isSelected = at.kind === "token" && at.id === this.#selected;
      const y = `translateY(${this.#scroller.canvasY(row * this.#rowHeight)}px)`;
      if (element.style.transform !== y) element.style.transform = y;
      element.classList.toggle("active", row === active);
      element.classList.toggle("selected", isSelected);
      if (at.kind === "token") element.setAttribute("aria-selected", String(isSelected));
      if (row === active) element.id = ACTIVE_ID;
      else element.removeAttribute("id");
    }
    for (const [name, { element }] of this.#drawn) if (drawn.get(name)?.element !== element) element.remove();
    this.#scroller.canvas.append(...added);
    this.#drawn = drawn;
    const shown = active !== undefined && active >= from && active < to;
    if (shown) this.element.setAttribute("aria-activedescendant", ACTIVE_ID);
    else this.element.removeAttribute("aria-activedescendant");
  }

  #looksOf(row: ListRow): string {
    if (row.kind === "group") return `${row.count} ${row.isOpen}`;
    const { id, number, count } = row;
    return `${number} ${count} ${hasBit(this.#mask, id)} ${this.#bytes.get(id) !== undefined}`;
  }

  #drawRow(row: ListRow): HTMLElement {
    const element = row.kind === "group" ? this.#drawGroup(row) : this.#drawToken(row);
    element.setAttribute("role", "treeitem");
    return element;
  }

  #drawGroup({ group, count, isOpen }: Extract<ListRow, { kind: "group" }>): HTMLElement {
    const { specialTokens, unusedIds, firstByte } = this.#labels;
    const isByte = group < SPECIAL_GROUP;
    const byte = Uint8Array.of(group);
    const name = isByte
      ? el("span", "group-name", ...drawBytes(byte))
      : el("span", "group-name words", group === UNUSED_GROUP ? unusedIds : specialTokens);
    const hex = spacedHex(byte);
    const element = el(
      "div",
      "row group",
      el("span", isOpen ? "twisty open" : "twisty"),
      name,
      // A byte that is no character is its own name.
      el("span", "dim", isByte && group < 0x80 ? hex : ""),
      el("span", "count", this.#number.format(count)),
    );
    element.setAttribute("aria-level", "1");
    element.setAttribute("aria-expanded", String(isOpen));
    const spoken = isByte ? `${firstByte} ${bytesText(byte)}` : (name.textContent ?? "");
    element.setAttribute("aria-label", `${spoken}, ${this.#number.format(count)}`);
    return element;
  }

  #drawToken({ id, number, count }: Extract<ListRow, { kind: "token" }>): HTMLElement {
    const { isAllowed, isRefused } = this.#labels;
    const bytes = this.#bytes.get(id);
    const allowed = hasBit(this.#mask, id);
    const element = el(
      "div",
      `row token ${allowed ? "allowed" : "refused"}`,
      el("span", "mark", allowed ? "✓" : "✕"),
      el("span", "bytes", ...(bytes ? drawBytes(bytes) : [])),
      el("span", "dim hexes", bytes ? spacedHex(bytes.subarray(0, 16)) : ""),
      el("span", "count", String(id)),
    );
    element.setAttribute("aria-level", "2");
    element.setAttribute("aria-posinset", String(number));
    element.setAttribute("aria-setsize", String(count));
    const text = bytes ? bytesText(bytes) : "";
    element.setAttribute(
      "aria-label",
      `${text}, ${allowed ? isAllowed : isRefused}, ${this.#labels.id} ${id}`,
    );
    return element;
  }

  /// By place: a row may be drawn anew between the button's going down and up.
  #rowUnder({ clientY }: MouseEvent): number {
    const y = clientY - this.element.getBoundingClientRect().top - this.element.clientTop;
    return Math.floor((y + this.#scroller.top) / this.#rowHeight);
  }

  #rowOfActive(): number | undefined {
    const active = this.#active;
    if (!active) return undefined;
    return active.kind === "token" ? this.#rows.rowOf(active.id) : this.#rows.rowOfGroup(active.group);
  }

  #click(event: MouseEvent): void {
    const row = this.#rowUnder(event);
    const at = this.#rows.at(row);
    // The second click of a double one is no other choice.
    if (!at || event.detail > 1) return;
    if (at.kind === "group") this.#toggle(at.group);
    this.#go(row);
  }

  #toggle(group: number): void {
    if (!this.#toggled.delete(group)) this.#toggled.add(group);
    this.#layOut(this.#rows.tokens);
    this.#draw();
  }

  /// Puts the keyboard on a row and brings it into sight.
  #go(row: number): void {
    const at = this.#rows.at(row);
    if (!at) return;
    this.#active = at.kind === "token" ? { kind: "token", id: at.id } : { kind: "group", group: at.group };
    const { top, viewHeight } = this.#scroller;
    const y = row * this.#rowHeight;
    if (y < top) this.#scroller.moveTo(y);
    else if (y + this.#rowHeight > top + viewHeight) this.#scroller.moveTo(y + this.#rowHeight - viewHeight);
    if (at.kind === "token") {
      this.#selected = at.id;
      this.#events.onToken(at.id);
    }
    this.#draw();
  }

  #append(row: number): void {
    const at = this.#rows.at(row);
    if (at?.kind === "token" && hasBit(this.#mask, at.id)) this.#events.onAppend(at.id);
  }

  #focused(): void {
    if (this.#rowOfActive() !== undefined) return;
    const at = this.#rows.at(Math.ceil(this.#scroller.top / this.#rowHeight));
    if (at)
      this.#active = at.kind === "token" ? { kind: "token", id: at.id } : { kind: "group", group: at.group };
    this.#draw();
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey) return;
    const row = this.#rowOfActive();
    if (this.#act(event, row)) event.preventDefault();
  }

  /// Does what a key means; false if it means nothing here.
  #act(event: KeyboardEvent, row: number | undefined): boolean {
    const page = Math.max(1, Math.floor(this.#scroller.viewHeight / this.#rowHeight) - 1);
    const last = this.#rows.length - 1;
    const move = (to: number) => {
      this.#go(Math.max(0, Math.min(last, to)));
      return true;
    };
    switch (event.key) {
      case "Escape":
        this.#events.onLeave();
        return true;
      case "Backspace":
        this.#events.onStepBack();
        return true;
      case "Home":
        return move(0);
      case "End":
        return move(last);
      case "ArrowDown":
        return move(row === undefined ? 0 : row + 1);
      case "ArrowUp":
        return move(row === undefined ? 0 : row - 1);
      case "PageDown":
        return move((row ?? 0) + page);
      case "PageUp":
        return move((row ?? 0) - page);
      default:
        return row !== undefined && this.#actOn(event, row);
    }
  }

  #actOn(event: KeyboardEvent, row: number): boolean {
    const at = this.#rows.at(row)!;
    switch (event.key) {
      case "ArrowRight":
        if (at.kind === "token") return false;
        if (!at.isOpen) this.#toggle(at.group);
        else this.#go(row + 1);
        return true;
      case "ArrowLeft":
        if (at.kind === "token") this.#go(this.#rows.headOf(row));
        else if (at.isOpen) this.#toggle(at.group);
        return true;
      case "Enter":
      case " ":
        if (at.kind === "group") this.#toggle(at.group);
        else if (event.ctrlKey) this.#append(row);
        else this.#go(row);
        return true;
      case "+":
        this.#append(row);
        return true;
      default:
        return false;
    }
  }
}
