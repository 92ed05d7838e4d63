import type { Span } from "../../base/span.ts";
import type { ExploredText, ExplorerLabels } from "../../protocol/mask-explorer.ts";
import { el } from "../token-panel/dom.ts";
import { drawStacks } from "./stack-view.ts";

/// What there is to know about a position and about the grammar: counts, the stack, statistics.
export class FactsView {
  readonly position: HTMLElement;
  readonly stack: HTMLElement;
  readonly statistics: HTMLElement;
  readonly #labels: ExplorerLabels;
  readonly #onReveal: (span: Span) => void;
  readonly #number = new Intl.NumberFormat();
  readonly #micros = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
  readonly #share = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 2 });
  readonly #positionBody = el("dl", "facts");
  readonly #stackBody = el("div", "stack-body");
  readonly #statisticsBody = el("dl", "facts");

  constructor(labels: ExplorerLabels, onReveal: (span: Span) => void) {
    this.#labels = labels;
    this.#onReveal = onReveal;
    this.position = section(labels.position, "position", this.#positionBody);
    this.stack = section(labels.stack, "stack", this.#stackBody);
    this.statistics = section(labels.statistics, "statistics", this.#statisticsBody);
  }

  show(text: ExploredText): void {
    const { counts, maskMicros, stacks, statistics, size } = text;
    const labels = this.#labels;
    const n = (value: number) => this.#number.format(value);
    fillFacts(this.#positionBody, [
      [labels.independentAllowed, n(counts.independentAllowed)],
      [labels.independentRejected, n(counts.independentRejected)],
      [labels.dependentChecked, n(counts.dependent)],
      [labels.dependentAllowed, n(counts.dependentAllowed)],
      [labels.stop, counts.stopAllowed ? labels.stopYes : labels.stopNo],
      [labels.maskTime, `${this.#micros.format(maskMicros)} µs`],
    ]);
    this.#stackBody.replaceChildren(
      stacks.length === 0 ? el("p", "dim", labels.stackEmpty) : drawStacks(stacks, labels, this.#onReveal),
    );
    fillFacts(this.#statisticsBody, [
      [labels.rules, n(statistics.rules)],
      [labels.states, n(statistics.states)],
      [labels.places, n(statistics.configurations)],
      [labels.prechecks, `${n(statistics.prechecks)} · ${this.#bytes(statistics.precheckBytes)}`],
      [labels.independentShare, this.#share.format(1 - counts.dependent / size)],
      [labels.grammarBytes, this.#bytes(statistics.grammarBytes)],
      [labels.memoryBytes, this.#bytes(statistics.memoryBytes)],
    ]);
  }

  /// `12.3 KB`, in powers of 1000.
  #bytes(count: number): string {
    const unit = count < 1000 ? "B" : count < 1e6 ? "KB" : "MB";
    const scaled = count / (count < 1000 ? 1 : count < 1e6 ? 1000 : 1e6);
    return `${this.#micros.format(scaled)} ${unit}`;
  }
}

function section(title: string, className: string, body: HTMLElement): HTMLElement {
  const element = el("section", className, el("h2", "", title), body);
  element.setAttribute("aria-label", title);
  return element;
}

function fillFacts(list: HTMLElement, facts: readonly (readonly [string, string])[]): void {
  list.replaceChildren(...facts.flatMap(([name, value]) => [el("dt", "", name), el("dd", "", value)]));
}
