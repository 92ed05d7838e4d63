import type { HealingLabels, ShownCover, ShownEdges } from "../../protocol/fim-healing.ts";
import { bytesText, drawBytes } from "../mask-explorer/byte-segments.ts";
import { fill } from "../mask-explorer/labels.ts";
import { el, setText } from "../token-panel/dom.ts";
import { drawTokens, tokensText } from "./token-chips.ts";

/// The text on either side of the cursor as tokens, what is taken back, and the covers.
export class EdgesView {
  readonly element: HTMLElement;
  readonly #labels: HealingLabels;
  readonly #strip = el("div", "strip");
  readonly #facts = el("dl", "facts");
  readonly #asked = el("p", "asked dim");
  readonly #covers = el("div", "covers");
  readonly #percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 2 });

  constructor(labels: HealingLabels) {
    this.#labels = labels;
    this.#strip.setAttribute("role", "group");
    const around = el("h2", "", labels.around);
    around.title = labels.aroundHelp;
    const covers = el("h2", "", labels.covers);
    covers.title = labels.coversHelp;
    this.element = el(
      "section",
      "edges",
      el("div", "around", around, this.#strip, this.#facts, this.#asked),
      el("div", "covering", covers, this.#covers),
    );
    this.clear();
  }

  clear(): void {
    this.#strip.replaceChildren(el("span", "dim", this.#labels.waiting));
    this.#facts.replaceChildren();
    this.#covers.replaceChildren(el("span", "dim", this.#labels.waiting));
    setText(this.#asked, "");
  }

  show(edges: ShownEdges): void {
    const { before, after, takenBack, remainder, joinsWith, joinEnds, asked, problem } = edges;
    const labels = this.#labels;
    const cursor = el("span", "cursor");
    cursor.title = labels.cursor;
    const rest = el("span", "after", ...drawTokens(after, { hue: before.length }));
    this.#strip.replaceChildren(...drawTokens(before, { taken: takenBack.length }), cursor, rest);
    this.#strip.setAttribute(
      "aria-label",
      `${labels.tokensBefore}: ${tokensText(before)}. ${labels.tokensAfter}: ${tokensText(after)}`,
    );
    const code = (...nodes: (Node | string)[]) => el("code", "", ...nodes);
    const facts: [string, HTMLElement][] = [
      [
        labels.takenBack,
        takenBack.length > 0 ? code(...drawBytes(takenBack)) : el("span", "dim", labels.nothingTakenBack),
      ],
      [labels.remainder, remainder === "" ? el("span", "dim", labels.nothingRemains) : code(remainder)],
    ];
    if (joinsWith !== "") {
      const value = el("span", "", code(...drawBytes(new TextEncoder().encode(joinsWith))));
      if (joinEnds) value.append(` ${labels.joinsEnd}`);
      facts.push([labels.joins, value]);
    }
    this.#facts.replaceChildren(
      ...facts.flatMap(([name, value]) => [el("dt", "", name), el("dd", "", value)]),
    );
    setText(this.#asked, asked);
    this.#covers.replaceChildren(
      ...(problem === undefined ? this.#table(edges) : [el("p", "problem", problem)]),
    );
  }

  #table({ covers, otherCovers, coverEvaluations }: ShownEdges): Node[] {
    const { cover, weight, coversHelp, evaluations, otherCovers: others } = this.#labels;
    const table = el("table", "", el("caption", "live", coversHelp));
    table.append(el("colgroup", "", el("col", "share-column"), el("col", "")));
    const head = el("tr", "", th(weight), th(cover));
    table.append(el("thead", "live", head));
    const body = el("tbody", "", ...covers.map((one) => this.#row(one)));
    if (otherCovers > 5e-7) {
      body.append(el("tr", "", this.#share(otherCovers), el("td", "dim", others)));
    }
    table.append(body);
    return [table, el("p", "dim note", fill(evaluations, coverEvaluations))];
  }

  #row({ tokens, weight, beyond }: ShownCover): HTMLElement {
    const chips = el("td", "chips", ...drawTokens(tokens, { beyond }));
    chips.setAttribute("aria-label", tokensText(tokens));
    return el("tr", "", this.#share(weight), chips);
  }

  #share(weight: number): HTMLElement {
    const bar = el("span", "bar");
    bar.style.setProperty("--share", String(Math.min(1, weight)));
    const text = weight > 0 && weight < 1e-4 ? "<0.01%" : this.#percent.format(weight);
    return el("td", "share", bar, el("span", "number", text));
  }
}

function th(text: string): HTMLElement {
  const cell = el("th", "", text);
  cell.scope = "col";
  return cell;
}

/// What bytes look like in one string.
export function shownText(text: string): string {
  return bytesText(new TextEncoder().encode(text));
}
