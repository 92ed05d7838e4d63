import type { HealingLabels, HealingPlace } from "../../protocol/fim-healing.ts";
import { button, fill } from "../mask-explorer/labels.ts";
import { el, setText } from "../token-panel/dom.ts";

export interface PlaceBarEvents {
  onFollow(on: boolean): void;
  onRefresh(): void;
  onCancel(): void;
}

/// Where completions are for, and whether they follow the cursor.
export class PlaceBar {
  readonly element: HTMLElement;
  readonly #labels: HealingLabels;
  readonly #name = el("span", "document");
  readonly #at = el("span", "dim at");
  readonly #grammar = el("span", "grammar-name");
  readonly #stale = el("span", "stale-note");
  readonly #follow: HTMLButtonElement;
  readonly #cancel: HTMLButtonElement;
  readonly #progress = el("div", "progress unknown", el("div", "bar"));
  #follows = true;

  constructor(labels: HealingLabels, events: PlaceBarEvents) {
    this.#labels = labels;
    this.#follow = button("follow", labels.follow, labels.follow, () => {
      this.showFollowing(!this.#follows);
      events.onFollow(this.#follows);
    });
    this.#follow.title = labels.following;
    this.#cancel = button("cancel", labels.cancel, labels.cancel, () => events.onCancel());
    this.#cancel.title = `${labels.cancel} (Esc)`;
    const refresh = button("refresh", labels.refresh, labels.refresh, () => events.onRefresh());
    refresh.title = `${labels.refresh} (r)`;
    this.#progress.setAttribute("role", "progressbar");
    this.#progress.setAttribute("aria-label", labels.working);
    this.#stale.hidden = true;
    this.#stale.textContent = labels.stale;
    this.element = el(
      "header",
      "head",
      el("div", "where", this.#name, this.#at, this.#grammar, this.#stale),
      el("div", "tools", this.#cancel, refresh, this.#follow),
      this.#progress,
    );
    this.showBusy(false);
  }

  get isBusy(): boolean {
    return !this.#cancel.disabled;
  }

  show(place: HealingPlace | undefined): void {
    setText(this.#name, place?.document ?? "");
    setText(this.#at, place ? fill(this.#labels.place, place.line, place.column) : "");
    setText(this.#grammar, place?.grammar === undefined ? "" : `${this.#labels.grammar}: ${place.grammar}`);
  }

  showFollowing(on: boolean): void {
    this.#follows = on;
    this.#follow.setAttribute("aria-pressed", String(on));
  }

  showBusy(busy: boolean): void {
    this.#cancel.disabled = !busy;
    this.#progress.classList.toggle("on", busy);
  }

  showStale(stale: boolean): void {
    this.#stale.hidden = !stale;
  }
}
