import type { BytesLabels, ByteTarget, ScoredText } from "../../protocol/byte-probabilities.ts";
import { fill } from "../mask-explorer/labels.ts";
import { el, setText } from "../token-panel/dom.ts";
import { plainButton, type Toggle, toggle } from "./controls.ts";
import { bitsText, LEVEL_BITS, timeText } from "./numbers.ts";
import type { Shown } from "./shown.ts";
import { type StripEvents, TextStrip } from "./text-strip.ts";
import { textTable } from "./text-table.ts";

export interface TextPaneEvents extends StripEvents {
  onCopy(button: HTMLElement): void;
}

/// The text with its surprises, what they add up to, and what the colours mean.
export class TextPane {
  readonly element: HTMLElement;
  readonly strip: TextStrip;
  readonly #labels: BytesLabels;
  readonly #events: TextPaneEvents;
  readonly #label = el("span", "text-name");
  readonly #total = el("span", "total");
  readonly #count = el("span", "dim");
  readonly #part = el("p", "dim note");
  readonly #warning = el("p", "warning note");
  readonly #note = el("p", "warning note");
  readonly #cost = el("span", "dim");
  readonly #table = el("div", "text-table");
  readonly #asTable: Toggle;
  readonly #coloured = el("span", "dim");
  readonly #number = new Intl.NumberFormat();
  #shown: Shown | undefined;

  constructor(labels: BytesLabels, events: TextPaneEvents) {
    this.#labels = labels;
    this.#events = events;
    this.strip = new TextStrip(labels, events);
    this.#asTable = toggle(labels.table, labels.tableHelp, () => this.#showTable());
    this.#asTable.element.classList.add("small");
    const copy = plainButton("CSV", labels.copyTextCsv, () => events.onCopy(copy));
    this.element = el(
      "section",
      "text-pane",
      el("div", "text-head", this.#label, el("span", "totals", this.#total, this.#count)),
      this.#part,
      this.#warning,
      this.#note,
      this.strip.element,
      this.#table,
      el(
        "div",
        "text-foot",
        legend(labels, this.#coloured),
        el("div", "tools", this.#cost, this.#asTable.element, copy),
      ),
    );
    this.element.setAttribute("aria-label", labels.text);
    this.#table.hidden = true;
    this.#table.tabIndex = 0;
    this.#table.setAttribute("role", "region");
    this.#table.setAttribute("aria-label", labels.table);
  }

  /// Colours are of canonical sequences whatever counts at a place: all would take minutes for a text.
  showTarget(target: ByteTarget): void {
    const { surprise, canonical } = this.#labels;
    setText(this.#coloured, target === "canonical" ? surprise : `${surprise} (${canonical})`);
  }

  show(shown: Shown): void {
    this.#shown = shown;
    const { label, part, warning } = shown.text;
    setText(this.#label, label);
    this.#label.title = label;
    for (const [element, text] of [
      [this.#part, part],
      [this.#warning, warning],
      [this.#note, undefined],
    ] as const) {
      setText(element, text ?? "");
      element.hidden = text === undefined;
    }
    setText(this.#cost, "");
    this.strip.show(shown);
    this.showSurprises(0);
    this.#showTable();
  }

  clear(): void {
    this.#shown = undefined;
    this.strip.clear();
    this.#table.replaceChildren();
    for (const element of [this.#label, this.#total, this.#count, this.#cost]) setText(element, "");
    for (const element of [this.#part, this.#warning, this.#note]) element.hidden = true;
  }

  showSurprises(from: number): void {
    const shown = this.#shown;
    if (!shown) return;
    this.strip.showSurprises(from);
    const { bits, bitsPerByte, ofBytes } = this.#labels;
    const sum = shown.bits(0, shown.known) ?? 0;
    setText(this.#total, shown.known === 0 ? "" : `${bitsText(sum / shown.known)} ${bitsPerByte}`);
    this.#total.title = `${bitsText(sum)} ${bits}`;
    const n = (value: number) => this.#number.format(value);
    setText(this.#count, fill(ofBytes, n(shown.known), n(shown.length)));
  }

  showScored({ evaluations, milliseconds, note }: ScoredText): void {
    setText(this.#cost, fill(this.#labels.scored, this.#number.format(evaluations), timeText(milliseconds)));
    setText(this.#note, note ?? "");
    this.#note.hidden = note === undefined;
    this.#showTable();
  }

  showTokens(): void {
    this.strip.showTokens();
    this.#showTable();
  }

  /// A table of thousands of rows is made for those who want it.
  #showTable(): void {
    const { on } = this.#asTable;
    this.#table.hidden = !on;
    this.strip.element.hidden = on;
    const go = (position: number) => {
      this.strip.moveTo(position);
      this.#events.onPosition(position, true);
    };
    if (on && this.#shown) this.#table.replaceChildren(textTable(this.#shown, this.#labels, go));
  }
}

/// What colours and bars mean.
function legend({ surpriseHelp, bits }: BytesLabels, coloured: HTMLElement): HTMLElement {
  const steps = [0, ...LEVEL_BITS].map((from, level) => {
    const last = level === LEVEL_BITS.length;
    const swatch = el("span", "swatch u", "\u00a0");
    swatch.dataset.level = String(level);
    return el("span", "step", swatch, from === 0.5 ? "½" : last ? `${from}+` : String(from));
  });
  const element = el("span", "legend", coloured, ...steps, el("span", "dim", bits));
  element.title = surpriseHelp;
  element.setAttribute("role", "note");
  element.setAttribute("aria-label", surpriseHelp);
  return element;
}
