import type { Notice, NoticeAction } from "../../protocol/token-panel.ts";
import { actionButton } from "../toolkit.ts";
import { el } from "./dom.ts";

/// What there is to say instead of the tokens (`cover`) or above them (`banner`).
export class NoticeView<Action extends string = NoticeAction> {
  readonly cover = el("div", "cover");
  readonly banner = el("div", "banner");
  readonly #onAction: (action: Action) => void;
  #shown = "";

  constructor(onAction: (action: Action) => void) {
    this.#onAction = onAction;
    for (const place of [this.cover, this.banner]) {
      place.setAttribute("role", "status");
      place.hidden = true;
    }
  }

  show(notice: Notice<Action> | undefined): void {
    // Buttons under the pointer stay what they are.
    const wanted = JSON.stringify(notice ?? null);
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    for (const place of [this.cover, this.banner]) {
      const used = notice !== undefined && notice.covers === (place === this.cover);
      place.hidden = !used;
      place.replaceChildren(...(used ? this.#content(notice) : []));
      if (used) place.dataset.severity = notice.severity;
    }
  }

  #content(notice: Notice<Action>): Node[] {
    const parts: Node[] = [el("p", "notice-title", notice.title)];
    for (const line of notice.message?.split("\n") ?? []) parts.push(el("p", "notice-message", line));
    if (notice.actions.length > 0)
      parts.push(
        el(
          "div",
          "notice-actions",
          ...notice.actions.map(({ id, label }, i) => actionButton(label, i === 0, () => this.#onAction(id))),
        ),
      );
    return parts;
  }
}
