import type { BytesLabels, InspectedPlace } from "../../protocol/byte-probabilities.ts";
import { fill } from "../mask-explorer/labels.ts";
import { el } from "../token-panel/dom.ts";
import { tokenChip } from "./chips.ts";
import { shareText, variationText } from "./numbers.ts";

/// Likeliest next tokens that are shown.
const NEXT = 6;

/// Naive tokenization against the exact answer: how far apart they are, the tokens the model was given, and what
/// it then expects.
export class CompareView {
  readonly element: HTMLElement;
  readonly #labels: BytesLabels;
  readonly #body = el("div", "compare-body");

  constructor(labels: BytesLabels) {
    this.#labels = labels;
    this.element = el("section", "compare", el("h2", "", `${labels.naive} ↔ ${labels.exact}`), this.#body);
    this.element.setAttribute("aria-label", `${labels.naive}, ${labels.exact}`);
  }

  show({ naive }: InspectedPlace): void {
    const labels = this.#labels;
    if (naive.kind === "none") {
      const reason = naive.reason === "half-character" ? labels.noNaiveHalf : labels.noNaiveNotUtf8;
      this.#body.replaceChildren(el("p", "dim", reason));
      return;
    }
    const { variation, tokens, tokenCount, next } = naive;
    const meter = el("div", "meter", el("span", "meter-fill"));
    (meter.firstElementChild as HTMLElement).style.width = `${Math.min(1, variation) * 100}%`;
    meter.setAttribute("role", "meter");
    meter.setAttribute("aria-label", labels.variation);
    meter.setAttribute("aria-valuemin", "0");
    meter.setAttribute("aria-valuemax", "1");
    meter.setAttribute("aria-valuenow", variation.toFixed(3));
    const value = el("span", "variation-value", variationText(variation));
    const distance = el(
      "div",
      "variation",
      el("span", "", labels.variation),
      value,
      el("span", "dim", labels.same),
      meter,
      el("span", "dim", labels.apart),
    );
    distance.title = labels.variationHelp;
    const earlier = tokenCount - tokens.length;
    const chips = tokens.map((token) => tokenChip(token, labels.tokenId));
    const list = next.slice(0, NEXT).map((token) => {
      const { p } = token;
      return el("span", "next-token", tokenChip(token, labels.tokenId), el("span", "dim", shareText(p)));
    });
    this.#body.replaceChildren(
      distance,
      el("h3", "", labels.naiveAfter),
      el(
        "div",
        "chips",
        ...(earlier > 0 ? [el("span", "dim elided", fill(labels.moreTokens, earlier))] : []),
        ...chips,
        el("span", "caret", "▏"),
      ),
      el("h3", "", labels.naiveNext),
      el("div", "chips", ...list),
    );
  }
}
