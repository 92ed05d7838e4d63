import type { BytesLabels, InspectedPlace, PlaceCover } from "../../protocol/byte-probabilities.ts";
import { fill } from "../mask-explorer/labels.ts";
import { el } from "../token-panel/dom.ts";
import { tokenChip } from "./chips.ts";
import { table } from "./controls.ts";
import { shareText } from "./numbers.ts";

/// Covers shown; the others have little.
const SHOWN = 8;
/// Tokens of a cover that are shown, the last ones.
const LAST = 7;

/// The token sequences behind the distribution.
export class CoversView {
  readonly element: HTMLElement;
  readonly #labels: BytesLabels;
  readonly #body = el("div", "covers-body");

  constructor(labels: BytesLabels) {
    this.#labels = labels;
    this.element = el(
      "section",
      "covers",
      el("h2", "", labels.covers),
      el("p", "dim", labels.coversHelp),
      this.#body,
    );
    this.element.setAttribute("aria-label", labels.covers);
  }

  show({ covers }: InspectedPlace): void {
    const labels = this.#labels;
    const shared = sharedTokens(covers);
    const rows = covers.slice(0, SHOWN).map(({ tokens, weight, beyond }) => {
      const bar = el("span", "bar exact");
      bar.style.width = `${weight * 100}%`;
      const box = el("td", "bars-cell", el("div", "bars-box", bar));
      box.setAttribute("aria-hidden", "true");
      const own = tokens.slice(Math.max(shared, tokens.length - LAST));
      const chips = own.map((token, i) =>
        tokenChip(token, labels.tokenId, i === own.length - 1 ? beyond : 0),
      );
      const elided = tokens.length - own.length;
      const cell = el(
        "td",
        "cover-tokens",
        el(
          "div",
          "chips",
          ...(elided > 0 ? [el("span", "dim", "…")] : []),
          ...chips,
          ...(beyond === 0 ? [el("span", "caret", "▏")] : []),
        ),
      );
      if (beyond > 0) cell.append(el("span", "live", fill(labels.beyond, beyond)));
      return el("tr", "", el("td", "number strong", shareText(weight)), box, cell);
    });
    const drawn = table(labels.covers, [labels.weight, "", labels.tokens], rows);
    drawn.tHead!.rows[0]!.cells[1]!.setAttribute("aria-hidden", "true");
    this.#body.replaceChildren(drawn);
  }
}

/// Tokens that all begin with, and not just one.
function sharedTokens(covers: readonly PlaceCover[]): number {
  const [first, ...rest] = covers;
  if (!first || rest.length === 0) return 0;
  let shared = first.tokens.length - 1;
  for (const { tokens } of rest) {
    let same = 0;
    while (same < shared && same < tokens.length - 1 && tokens[same]!.id === first.tokens[same]!.id) same++;
    shared = same;
  }
  return Math.max(0, shared);
}
