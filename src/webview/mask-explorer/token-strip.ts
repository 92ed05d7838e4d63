import type { ExploredText, ExplorerLabels } from "../../protocol/mask-explorer.ts";
import { HUES } from "../../protocol/token-panel.ts";
import { el } from "../token-panel/dom.ts";
import { bytesText, drawBytes } from "./byte-segments.ts";
import { fill } from "./labels.ts";

/// Tokens drawn around the position; the others are counted.
const BEFORE = 120;
const AFTER = 60;

export interface TokenStripEvents {
  /// Look before the token with this index; the number of tokens is the end.
  onPosition(position: number): void;
  onLeave(): void;
}

const ACTIVE_ID = "active-piece";

/// The text as tokens in a row, with the position looked at, and the refused rest.
export class TokenStrip {
  readonly element = el("div", "strip");
  readonly #labels: ExplorerLabels;
  readonly #events: TokenStripEvents;
  readonly #number = new Intl.NumberFormat();
  #text: ExploredText | undefined;

  constructor(labels: ExplorerLabels, events: TokenStripEvents) {
    this.#labels = labels;
    this.#events = events;
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "listbox");
    this.element.setAttribute("aria-orientation", "horizontal");
    this.element.setAttribute("aria-label", labels.tokens);
    this.element.addEventListener("click", (event) => {
      const piece = event.target instanceof Element ? event.target.closest<HTMLElement>(".t") : null;
      if (piece?.dataset.index !== undefined) this.#events.onPosition(Number(piece.dataset.index));
    });
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  show(text: ExploredText): void {
    this.#text = text;
    const count = text.ids.length;
    const from = Math.max(0, text.position - BEFORE);
    const to = Math.min(count, text.position + AFTER);
    const nodes: Node[] = [];
    const counted = (n: number, label: string) =>
      n === 0 ? [] : [el("span", "elided", fill(label, this.#number.format(n)))];
    nodes.push(...counted(from, this.#labels.earlier));
    for (let i = from; i < to; i++) nodes.push(this.#piece(text, i));
    nodes.push(...counted(count - to, this.#labels.later));
    nodes.push(this.#end(text));
    this.element.replaceChildren(...nodes);
    this.element.setAttribute("aria-activedescendant", ACTIVE_ID);
    const active = this.element.querySelector<HTMLElement>(`#${ACTIVE_ID}`)!;
    // Only the strip scrolls, not what it is in.
    const { scrollTop, clientHeight } = this.element;
    const { offsetTop, offsetHeight } = active;
    if (offsetTop < scrollTop) this.element.scrollTop = offsetTop - 4;
    else if (offsetTop + offsetHeight > scrollTop + clientHeight)
      this.element.scrollTop = offsetTop + offsetHeight - clientHeight + 4;
  }

  #piece(text: ExploredText, index: number): HTMLElement {
    const { ids, byteStarts, markers, accepted, rejection, position } = text;
    const from = byteStarts[index]!;
    const to = byteStarts[index + 1]!;
    const bytes = text.bytes.subarray(from, to);
    const marker = markers.find((one) => one.index === index)?.name;
    const element = el("span", `t h${index % HUES}`);
    element.dataset.index = String(index);
    if (marker !== undefined) {
      element.classList.add("special");
      element.append(marker);
    } else if (index === accepted && rejection) {
      // The part that the grammar takes, and what dies.
      const alive = rejection.byteOffset - from;
      element.append(
        ...drawBytes(bytes.subarray(0, alive)),
        el("span", "dead", ...drawBytes(bytes.subarray(alive))),
      );
    } else element.append(...drawBytes(bytes));
    if (index >= accepted) element.classList.add("refused");
    if (index > accepted) element.classList.add("behind");
    if (index >= position) element.classList.add("ahead");
    const name = marker ?? bytesText(bytes);
    const refused = index >= accepted ? `, ${this.#labels.isRefused}` : "";
    element.title = `${name} · ${this.#labels.id} ${ids[index]}`;
    this.#option(element, `${name}, ${this.#labels.id} ${ids[index]}${refused}`, index, text);
    return element;
  }

  /// Where the next token will be.
  #end(text: ExploredText): HTMLElement {
    const element = el("span", "t end", text.ids.length === 0 ? this.#labels.noText : "");
    element.dataset.index = String(text.ids.length);
    this.#option(element, this.#labels.endOfText, text.ids.length, text);
    return element;
  }

  #option(element: HTMLElement, name: string, index: number, { position, ids }: ExploredText): void {
    element.setAttribute("role", "option");
    element.setAttribute("aria-label", name);
    element.setAttribute("aria-posinset", String(index + 1));
    element.setAttribute("aria-setsize", String(ids.length + 1));
    element.setAttribute("aria-selected", String(index === position));
    if (index !== position) return;
    element.id = ACTIVE_ID;
    element.classList.add("here");
  }

  #key(event: KeyboardEvent): void {
    const text = this.#text;
    if (!text || event.altKey || event.metaKey || event.ctrlKey) return;
    const to = { ArrowLeft: text.position - 1, ArrowRight: text.position + 1, Home: 0, End: text.accepted };
    if (event.key === "Escape") this.#events.onLeave();
    else if (event.key in to) {
      const position = to[event.key as keyof typeof to];
      if (position < 0 || position > text.accepted) return;
      this.#events.onPosition(position);
    } else return;
    event.preventDefault();
  }
}
