import { byteLabel, pendingBytes } from "../../protocol/byte-labels.ts";
import type { BytesLabels, InspectedPlace } from "../../protocol/byte-probabilities.ts";
import { spacedHex } from "../../protocol/glyphs.ts";
import { bytesText } from "../mask-explorer/byte-segments.ts";
import { fill } from "../mask-explorer/labels.ts";
import { el } from "../token-panel/dom.ts";
import { CompareView } from "./compare-view.ts";
import { CoversView } from "./covers-view.ts";
import { type DistributionEvents, DistributionView } from "./distribution-view.ts";
import { type GrammarEvents, GrammarView } from "./grammar-view.ts";
import { bitsOf, bitsText, levelOf, shareText, timeText, variationText } from "./numbers.ts";
import type { Shown } from "./shown.ts";
import { probabilityOf, rankedSymbols, STOP } from "./symbols.ts";

/// How far the naive answer is off, where one looks first.
function variationBadge(
  variation: number,
  { apart, variation: name, variationHelp }: BytesLabels,
): HTMLElement {
  const badge = el("span", "apart-badge", `${variationText(variation)} ${apart}`);
  badge.title = `${name}. ${variationHelp}`;
  badge.classList.toggle("far", variation >= FAR);
  return badge;
}

/// Distance from which the naive answer misleads.
const FAR = 0.1;

export interface PlaceEvents extends DistributionEvents, GrammarEvents {}

/// All there is to say of one place of the text.
export class PlaceView {
  readonly element: HTMLElement;
  readonly distribution: DistributionView;
  readonly #labels: BytesLabels;
  readonly #head = el("div", "place-head");
  readonly #compare: CompareView;
  readonly #covers: CoversView;
  readonly #grammar: GrammarView;
  readonly #facts = el("dl", "facts");
  readonly #note = el("p", "warning note");
  readonly #body: HTMLElement;
  readonly #number = new Intl.NumberFormat();

  constructor(labels: BytesLabels, events: PlaceEvents) {
    this.#labels = labels;
    this.distribution = new DistributionView(labels, events);
    this.#compare = new CompareView(labels);
    this.#covers = new CoversView(labels);
    this.#grammar = new GrammarView(labels, events);
    const facts = el("section", "mass", el("h2", "", labels.mass), this.#note, this.#facts);
    facts.setAttribute("aria-label", labels.mass);
    this.#body = el(
      "div",
      "place-body",
      this.distribution.element,
      this.#compare.element,
      this.#covers.element,
      this.#grammar.element,
      facts,
    );
    this.#body.hidden = true;
    this.element = el("section", "place-pane", this.#head, this.#body);
    this.element.setAttribute("aria-label", labels.distribution);
  }

  clear(): void {
    this.#body.hidden = true;
    this.#head.replaceChildren();
  }

  /// The place that is asked about: what is shown is of another one until the answer comes.
  ask(shown: Shown, position: number): void {
    this.#showHead(shown, position, undefined);
    this.element.classList.add("stale");
  }

  fail(): void {
    this.element.classList.remove("stale");
    this.#body.hidden = true;
  }

  /// Returns what it shows, in words.
  show(shown: Shown, place: InspectedPlace): string {
    const { position } = place;
    const { bytes, isEnd } = shown.text;
    this.element.classList.remove("stale");
    this.#body.hidden = false;
    const follows = position < bytes.length ? bytes[position]! : isEnd ? STOP : undefined;
    this.#showHead(shown, position, place);
    this.distribution.show(place, pendingBytes(bytes.subarray(0, position)), follows);
    this.#compare.show(place);
    this.#covers.show(place);
    this.#grammar.show(place);
    this.#showFacts(place);
    const [first] = rankedSymbols(place);
    const { labels, pending } = { labels: this.#labels, pending: pendingBytes(bytes.subarray(0, position)) };
    const name = first!.symbol === STOP ? labels.stop : byteLabel(first!.symbol, pending).name;
    return fill(labels.announce, name, shareText(first!.exact), bitsText(bitsOf(first!.exact)));
  }

  #showHead(shown: Shown, position: number, place: InspectedPlace | undefined): void {
    const labels = this.#labels;
    const { bytes, isEnd } = shown.text;
    const isLast = position >= bytes.length;
    const byte = isLast ? STOP : bytes[position]!;
    const pending = pendingBytes(bytes.subarray(0, position));
    const label = isLast ? undefined : byteLabel(byte, pending);
    const big = el("span", `big ${label?.kind ?? "stop"}`, label?.text ?? (isEnd ? labels.stop : "…"));
    const where = isLast
      ? labels.atEnd
      : fill(labels.atByte, this.#number.format(position + 1), this.#number.format(bytes.length));
    const facts: (Node | string)[] = [el("span", "where", where)];
    if (label) facts.push(el("span", "dim code", spacedHex([byte])));
    const unit = shown.units[shown.unitOf(position)];
    if (unit && unit.to - unit.from > 1)
      facts.push(
        el("span", "dim", fill(labels.partOf, position - unit.from + 1, unit.to - unit.from, unit.text)),
      );
    const token = isLast ? undefined : shown.tokenAt(position);
    if (token) {
      const part = bytes.subarray(Math.max(0, token.from), Math.min(bytes.length, token.to));
      facts.push(
        el(
          "span",
          "dim",
          `${labels.token} `,
          el("span", "code", bytesText(part)),
          ` ${labels.tokenId} ${token.id}`,
        ),
      );
    }
    const numbers = el("div", "place-numbers");
    if (place && (!isLast || isEnd)) {
      const p = probabilityOf(place, byte);
      const rank = rankedSymbols(place).find(({ symbol }) => symbol === byte)!.rank;
      const bits = el("span", "bits-badge u", `${bitsText(bitsOf(p))} ${labels.bits}`);
      bits.dataset.level = String(levelOf(bitsOf(p)));
      numbers.append(el("span", "figure", shareText(p)), bits, el("span", "dim", fill(labels.rank, rank)));
      if (place.naive.kind === "naive")
        numbers.append(
          el("span", "dim", `${labels.naive} ${shareText(probabilityOf(place.naive, byte))}`),
          variationBadge(place.naive.variation, labels),
        );
      if (place.grammar?.kind === "restricted")
        numbers.append(
          el("span", "dim", `${labels.underGrammar} ${shareText(probabilityOf(place.grammar, byte))}`),
        );
    } else if (!place) numbers.append(el("span", "dim", labels.asking));
    this.#head.replaceChildren(big, el("div", "place-facts", el("div", "place-where", ...facts), numbers));
  }

  #showFacts(place: InspectedPlace): void {
    const labels = this.#labels;
    const n = (value: number) => this.#number.format(value);
    const small = (value: number) =>
      value === 0 ? "0" : value < 1e-3 ? value.toExponential(1) : value.toFixed(3);
    const facts: (readonly [name: string, value: string, help?: string])[] =
      place.target === "canonical"
        ? [
            [labels.rawSum, shareText(place.rawSum), labels.rawSumHelp],
            [labels.unchecked, small(place.unchecked), labels.uncheckedHelp],
          ]
        : [
            [labels.dropped, small(place.droppedShare), labels.droppedHelp],
            [
              labels.droppedBound,
              place.droppedBound < 0.9995 ? small(place.droppedBound) : labels.noBound,
              labels.droppedBoundHelp,
            ],
          ];
    facts.push(
      [labels.coveredBytes, n(place.covered)],
      [labels.contextBytes, n(place.context)],
      [labels.evaluations, n(place.evaluations)],
      [labels.time, timeText(place.milliseconds)],
    );
    this.#note.textContent = place.note ?? "";
    this.#note.hidden = place.note === undefined;
    this.#facts.replaceChildren(
      ...facts.flatMap(([name, value, help]) => {
        const term = el("dt", "", name);
        if (help !== undefined) term.title = help;
        return [term, el("dd", "", value)];
      }),
    );
  }
}
