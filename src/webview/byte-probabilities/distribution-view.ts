import type { BytesLabels, InspectedPlace } from "../../protocol/byte-probabilities.ts";
import { spacedHex } from "../../protocol/glyphs.ts";
import { fill } from "../mask-explorer/labels.ts";
import { el } from "../token-panel/dom.ts";
import { type Choice, choice, plainButton, type Toggle, table, toggle } from "./controls.ts";
import { barLength, bitsOf, bitsText, shareText, ticksOf } from "./numbers.ts";
import { type NextSymbol, rankedSymbols, STOP, SYMBOLS, shownSymbols, symbolLabel } from "./symbols.ts";

/// Rows shown at first.
const FEW = 10;

export type Scale = "linear" | "log";

export interface DistributionEvents {
  onScale(scale: Scale): void;
  onNaive(on: boolean): void;
  onCopy(format: "csv" | "json", button: HTMLElement): void;
}

/// What may come next, as bars: exact, after naive tokenization, and under the grammar.
export class DistributionView {
  readonly element: HTMLElement;
  readonly scale: Choice<Scale>;
  readonly naive: Toggle;
  readonly #labels: BytesLabels;
  readonly #box = el("div", "distribution");
  readonly #more: HTMLButtonElement;
  #all = false;
  #place: InspectedPlace | undefined;
  #pending: Uint8Array = new Uint8Array(0);
  #follows: number | undefined;

  constructor(labels: BytesLabels, events: DistributionEvents) {
    this.#labels = labels;
    this.scale = choice<Scale>(
      labels.scale,
      [
        { value: "linear", label: labels.linear },
        { value: "log", label: labels.log },
      ],
      (scale) => {
        this.#draw();
        events.onScale(scale);
      },
    );
    this.naive = toggle(labels.naive, labels.naiveHelp, (on) => {
      this.#draw();
      events.onNaive(on);
    });
    this.naive.on = true;
    this.#more = plainButton("", "", () => this.toggleAll());
    this.#more.removeAttribute("title");
    const csv = plainButton("CSV", labels.copyCsv, () => events.onCopy("csv", csv));
    const json = plainButton("JSON", labels.copyJson, () => events.onCopy("json", json));
    this.element = el(
      "section",
      "next",
      el(
        "div",
        "section-head",
        el("h2", "", labels.distribution),
        el("div", "tools", this.naive.element, this.scale.element, csv, json),
      ),
      this.#box,
      this.#more,
    );
    this.element.setAttribute("aria-label", labels.distribution);
  }

  /// `pending`: bytes of a character that has begun. `follows`: what stands there.
  show(place: InspectedPlace, pending: Uint8Array, follows: number | undefined): void {
    this.#place = place;
    this.#pending = pending;
    this.#follows = follows;
    this.naive.element.disabled = place.naive.kind === "none";
    this.#draw();
  }

  toggleAll(): void {
    this.#all = !this.#all;
    this.#draw();
  }

  toggleScale(): Scale {
    this.scale.value = this.scale.value === "linear" ? "log" : "linear";
    this.#draw();
    return this.scale.value;
  }

  #draw(): void {
    const place = this.#place;
    if (!place) return;
    const labels = this.#labels;
    const naive = this.naive.on && place.naive.kind === "naive";
    const grammar = place.grammar?.kind === "restricted";
    const ranked = rankedSymbols(place);
    const shown = this.#all ? ranked : shownSymbols(ranked, FEW, this.#follows);
    const rows = shown.map((one) => this.#row(one, naive, grammar));
    if (!this.#all) rows.push(this.#othersRow(ranked, shown, naive, grammar));
    const columns = [
      labels.byte,
      el("span", "hex-key", labels.hex),
      axis(this.scale.value),
      el("span", "key exact", labels.exact),
      el("span", "bits-key", labels.bits),
      ...(naive ? [el("span", "key naive", labels.naive)] : []),
      ...(grammar ? [el("span", "key grammar", labels.grammar)] : []),
    ];
    const drawn = table(labels.distribution, columns, rows);
    drawn.tHead!.rows[0]!.cells[2]!.setAttribute("aria-label", labels.probability);
    this.#box.replaceChildren(drawn);
    this.#more.textContent = this.#all ? labels.showFewer : fill(labels.showAll, SYMBOLS);
  }

  #row(one: NextSymbol, naive: boolean, grammar: boolean): HTMLElement {
    const labels = this.#labels;
    const { symbol, exact, isRefused } = one;
    const { kind, text, name } = symbolLabel(symbol, this.#pending, labels);
    const label = el("span", `symbol ${kind}`, text);
    label.title = symbol === STOP ? labels.stopHelp : name;
    if (name !== text) label.setAttribute("aria-hidden", "true");
    const head = el("th", "", label);
    head.scope = "row";
    if (name !== text) head.append(el("span", "live", name));
    const row = el("tr", "");
    if (symbol === this.#follows) {
      row.classList.add("follows");
      head.append(el("span", "follows-mark", "◂"), el("span", "live", `, ${labels.follows}`));
      head.title = labels.follows;
    }
    if (isRefused) {
      row.classList.add("refused");
      head.append(el("span", "live", `, ${labels.refused}`));
    }
    row.append(
      head,
      el("td", "hex-cell dim", symbol === STOP ? "" : spacedHex([symbol])),
      this.#bars(one, naive, grammar),
      el("td", "number strong", shareText(exact)),
      el("td", "number dim bits-cell", bitsText(bitsOf(exact))),
    );
    if (naive) row.append(el("td", "number", shareText(one.naive ?? 0)));
    if (grammar) row.append(el("td", "number", isRefused ? "✕" : shareText(one.grammar ?? 0)));
    return row;
  }

  #bars(
    { exact, naive: n, grammar: g, isRefused }: NextSymbol,
    naive: boolean,
    grammar: boolean,
  ): HTMLElement {
    const bar = (className: string, p: number) => {
      const element = el("span", `bar ${className}`);
      element.style.width = `${barLength(p, this.scale.value) * 100}%`;
      return element;
    };
    const bars = [bar("exact", exact)];
    if (naive) bars.push(bar("naive", n ?? 0));
    if (grammar) bars.push(bar("grammar", isRefused ? 0 : (g ?? 0)));
    const cell = el("td", "bars-cell", el("div", "bars-box", ...bars));
    cell.setAttribute("aria-hidden", "true");
    return cell;
  }

  /// What the rows that are not shown have together.
  #othersRow(
    ranked: readonly NextSymbol[],
    shown: readonly NextSymbol[],
    naive: boolean,
    grammar: boolean,
  ): HTMLElement {
    const hidden = ranked.filter((one) => !shown.includes(one));
    const sum = (of: (one: NextSymbol) => number | undefined) =>
      hidden.reduce((total, one) => total + (of(one) ?? 0), 0);
    const head = el("th", "dim", fill(this.#labels.others, hidden.length));
    head.scope = "row";
    const row = el(
      "tr",
      "others",
      head,
      el("td", "hex-cell"),
      el("td", ""),
      el("td", "number dim", shareText(sum(({ exact }) => exact))),
      el("td", "bits-cell"),
    );
    if (naive) row.append(el("td", "number dim", shareText(sum((one) => one.naive))));
    if (grammar) row.append(el("td", "number dim", shareText(sum((one) => one.grammar))));
    return row;
  }
}

function axis(scale: Scale): HTMLElement {
  const element = el("div", "axis");
  for (const [at, label] of ticksOf(scale)) {
    const tick = el("span", at === 0 ? "tick first" : at === 1 ? "tick last" : "tick", label);
    tick.style.left = `${at * 100}%`;
    element.append(tick);
  }
  element.setAttribute("aria-hidden", "true");
  return element;
}
