import { type ExplorerLabels, TOKEN_FILTERS, type TokenFilter } from "../../protocol/mask-explorer.ts";
import { el, setText } from "../token-panel/dom.ts";
import { type TextControl, textField } from "../toolkit.ts";
import { button } from "./labels.ts";
import type { FilterCounts } from "./token-index.ts";

export interface TokenToolbarEvents {
  onFilter(filter: TokenFilter): void;
  onSearch(query: string): void;
  /// To the list, from the search.
  onLeave(): void;
}

/// Which tokens are listed: a filter, with its count, and a search.
export class TokenToolbar {
  readonly element: HTMLElement;
  readonly #filters: ReadonlyMap<TokenFilter, { element: HTMLButtonElement; count: HTMLElement }>;
  readonly #search: TextControl;
  readonly #events: TokenToolbarEvents;
  readonly #number = new Intl.NumberFormat();
  #filter: TokenFilter = "allowed";

  constructor(labels: ExplorerLabels, events: TokenToolbarEvents) {
    this.#events = events;
    const names = {
      allowed: [labels.allowed, labels.allowedHelp],
      rejected: [labels.rejected, labels.rejectedHelp],
      dependent: [labels.dependent, labels.dependentHelp],
      all: [labels.all, labels.allHelp],
    } as const;
    this.#filters = new Map(
      TOKEN_FILTERS.map((filter) => {
        const [name, help] = names[filter];
        const element = button("filter", "", name, () => this.#choose(filter));
        const count = el("span", "count", "");
        element.removeAttribute("aria-label");
        element.title = help;
        element.append(name, " ", count);
        element.setAttribute("role", "radio");
        return [filter, { element, count }];
      }),
    );
    const group = el("div", "filters", ...[...this.#filters.values()].map(({ element }) => element));
    group.setAttribute("role", "radiogroup");
    group.setAttribute("aria-label", labels.filter);
    group.addEventListener("keydown", (event) => this.#key(event));
    this.#search = textField(labels.search, labels.searchPlaceholder, (query) => events.onSearch(query));
    this.#search.element.addEventListener("keydown", (event) => this.#searchKey(event as KeyboardEvent));
    this.element = el("div", "toolbar", group, this.#search.element);
    this.setFilter("allowed");
  }

  get query(): string {
    return this.#search.value;
  }

  focusSearch(): void {
    this.#search.focus();
  }

  setFilter(filter: TokenFilter): void {
    this.#filter = filter;
    for (const [name, { element }] of this.#filters) {
      const on = name === filter;
      element.setAttribute("aria-checked", String(on));
      element.tabIndex = on ? 0 : -1;
    }
  }

  showCounts(counts: FilterCounts): void {
    for (const [filter, { count }] of this.#filters) setText(count, this.#number.format(counts[filter]));
  }

  #choose(filter: TokenFilter): void {
    this.setFilter(filter);
    this.#events.onFilter(filter);
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = TOKEN_FILTERS.indexOf(this.#filter) + step + TOKEN_FILTERS.length;
    const filter = TOKEN_FILTERS[at % TOKEN_FILTERS.length]!;
    this.#choose(filter);
    this.#filters.get(filter)!.element.focus();
  }

  #searchKey(event: KeyboardEvent): void {
    if (event.key === "ArrowDown" || event.key === "Enter") this.#events.onLeave();
    else if (event.key === "Escape" && this.#search.value === "") this.#events.onLeave();
    else if (event.key === "Escape") {
      this.#search.value = "";
      this.#events.onSearch("");
    } else return;
    event.preventDefault();
  }
}
