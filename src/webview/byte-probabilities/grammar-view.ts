import { sentence } from "../../base/diagnostic.ts";
import type { BytesLabels, InspectedPlace, PlaceGrammar } from "../../protocol/byte-probabilities.ts";
import { fill } from "../mask-explorer/labels.ts";
import { el } from "../token-panel/dom.ts";
import { plainButton } from "./controls.ts";
import { shareText } from "./numbers.ts";

/// Expected bytes, or diagnostics, that are shown.
const MOST = 12;

export interface GrammarEvents {
  onSelectGrammar(): void;
  /// To a byte of the text.
  onGo(position: number): void;
}

/// What the document's grammar makes of the distribution.
export class GrammarView {
  readonly element: HTMLElement;
  readonly #labels: BytesLabels;
  readonly #events: GrammarEvents;
  readonly #name = el("span", "dim");
  readonly #body = el("div", "grammar-body");

  constructor(labels: BytesLabels, events: GrammarEvents) {
    this.#labels = labels;
    this.#events = events;
    this.element = el(
      "section",
      "grammar-section",
      el("div", "section-head", el("h2", "", labels.underGrammar), this.#name),
      this.#body,
    );
    this.element.setAttribute("aria-label", labels.underGrammar);
  }

  show({ grammar }: InspectedPlace): void {
    this.#name.textContent = grammar?.label ?? "";
    this.#body.replaceChildren(...this.#content(grammar));
  }

  #content(grammar: PlaceGrammar | undefined): Node[] {
    const labels = this.#labels;
    switch (grammar?.kind) {
      case undefined:
        return [
          el("p", "dim", labels.noGrammar),
          plainButton(labels.selectGrammar, labels.selectGrammar, () => this.#events.onSelectGrammar()),
        ];
      case "restricted": {
        const { allowedMass, expected, diagnostics } = grammar;
        const meter = el("div", "meter", el("span", "meter-fill allowed"));
        (meter.firstElementChild as HTMLElement).style.width = `${allowedMass * 100}%`;
        meter.setAttribute("role", "meter");
        meter.setAttribute("aria-label", labels.allowedMassHelp);
        meter.setAttribute("aria-valuemin", "0");
        meter.setAttribute("aria-valuemax", "1");
        meter.setAttribute("aria-valuenow", allowedMass.toFixed(3));
        const line = el(
          "div",
          "mass-line",
          el("span", "strong", shareText(allowedMass)),
          el("span", "", labels.allowedMass),
          meter,
        );
        line.title = labels.allowedMassHelp;
        return [
          line,
          ...(allowedMass === 0 ? [el("p", "warning", labels.nothingAllowed)] : []),
          el("h3", "", labels.expected),
          this.#chips(expected),
          ...diagnostics.slice(0, MOST).map(({ message }) => el("p", "dim", sentence(message))),
        ];
      }
      case "violated": {
        const { byteOffset, position, expected } = grammar;
        const go =
          position === undefined
            ? []
            : [plainButton(labels.goToViolation, labels.goToViolation, () => this.#events.onGo(position))];
        return [el("p", "error", fill(labels.violated, byteOffset)), this.#chips(expected), ...go];
      }
      case "broken":
        return [
          el("p", "error", labels.grammarBroken),
          ...grammar.diagnostics.slice(0, MOST).map(({ message, hint }) => {
            const text = hint === undefined ? sentence(message) : `${sentence(message)} ${sentence(hint)}`;
            return el("p", "", text);
          }),
        ];
      case "too-long":
        return [el("p", "warning", labels.grammarTooLong)];
      default:
        return grammar satisfies never;
    }
  }

  #chips(expected: readonly string[]): HTMLElement {
    const shown = expected.slice(0, MOST).map((one) => el("span", "chip", one));
    if (expected.length > MOST) shown.push(el("span", "dim", "…"));
    return el("div", "chips", ...shown);
  }
}
