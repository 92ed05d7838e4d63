import type { Arm, HealingLabels, HealingPlace, ShownCompletion } from "../../protocol/fim-healing.ts";
import { fill } from "../mask-explorer/labels.ts";
import { el, setText } from "../token-panel/dom.ts";
import { actionButton } from "../toolkit.ts";

/// Text of the cursor's line that is shown around a completion.
const CONTEXT = 48;

/// A column: one way to treat the edges, what it completes, how likely that is and what it took.
export class CompletionView {
  readonly element: HTMLElement;
  readonly arm: Arm;
  readonly #labels: HealingLabels;
  readonly #text = el("pre", "completion");
  readonly #facts = el("dl", "facts");
  readonly #badge = el("span", "badge");
  readonly #apply: HTMLElement;
  readonly #number = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });

  /// `key` applies the completion, too.
  constructor(arm: Arm, key: string, labels: HealingLabels, onApply: () => void) {
    this.arm = arm;
    this.#labels = labels;
    const name = el("h3", "", labels.armNames[arm]);
    this.#apply = actionButton(`${labels.apply} (${key})`, false, onApply);
    this.#apply.setAttribute("aria-label", `${labels.apply}: ${labels.armNames[arm]}`);
    this.#apply.setAttribute("aria-keyshortcuts", key);
    this.element = el(
      "article",
      "arm",
      el("header", "", name, this.#badge),
      el("p", "dim help", labels.armHelp[arm]),
      this.#text,
      this.#facts,
      this.#apply,
    );
    this.element.setAttribute("aria-label", labels.armNames[arm]);
    this.clear();
  }

  clear(): void {
    this.element.classList.add("waiting");
    this.#text.replaceChildren(el("span", "dim", this.#labels.waiting));
    this.#facts.replaceChildren();
    this.mark("");
    this.#enable(false);
  }

  /// `sameAs`: name of a column before this one with the same text.
  show(completion: ShownCompletion, place: HealingPlace, sameAs: string | undefined): void {
    const { text, bits, joinBits, bytes } = completion;
    const labels = this.#labels;
    this.element.classList.remove("waiting");
    const before = place.before.slice(place.before.lastIndexOf("\n") + 1).slice(-CONTEXT);
    const after = /^[^\r\n]*/.exec(place.after)![0].slice(0, CONTEXT);
    const added = text === "" ? el("span", "none", labels.nothingToAdd) : el("ins", "", text);
    this.#text.replaceChildren(el("span", "dim", before), added, el("span", "dim", after));
    const facts: [string, string, string?][] = [];
    facts.push([
      labels.bits,
      bits === undefined
        ? labels.unreadable
        : fill(labels.bitsOf, this.#bits(bits), bytes === 0 ? "–" : this.#bits(bits / bytes)),
      labels.bitsHelp,
    ]);
    if (joinBits !== undefined)
      facts.push([labels.joinBits, fill(labels.joinBitsOf, this.#bits(joinBits)), labels.joinBitsHelp]);
    facts.push([labels.firstToken, this.#cost(completion.firstEvaluations, completion.firstMillis)]);
    const compared =
      completion.candidates === undefined ? "" : `, ${fill(labels.compared, completion.candidates)}`;
    facts.push([labels.whole, this.#cost(completion.evaluations, completion.millis) + compared]);
    this.#facts.replaceChildren(
      ...facts.flatMap(([name, value, help]) => {
        const term = el("dt", "", name);
        if (help !== undefined) term.title = help;
        return [term, el("dd", "", value)];
      }),
    );
    if (completion.dropped > 0) {
      const share = new Intl.NumberFormat(undefined, { style: "percent", maximumSignificantDigits: 2 });
      this.#facts.append(el("dd", "problem", fill(labels.dropped, share.format(completion.dropped))));
    }
    this.element.classList.toggle("same", sameAs !== undefined);
    this.mark(sameAs === undefined ? "" : fill(labels.sameAs, sameAs));
    this.#enable(text !== "");
  }

  /// A word beside the column's name.
  mark(text: string, isGood = false): void {
    setText(this.#badge, text);
    this.#badge.classList.toggle("good", isGood);
  }

  /// Of what is all but certain the digits say nothing.
  #bits(bits: number): string {
    return bits > 0 && bits < 0.01 ? `<${this.#number.format(0.01)}` : this.#number.format(bits);
  }

  #cost(evaluations: number, millis: number): string {
    const label = evaluations === 1 ? this.#labels.costOfOne : this.#labels.cost;
    return fill(label, evaluations, this.#number.format(millis));
  }

  #enable(isOn: boolean): void {
    this.#apply.toggleAttribute("disabled", !isOn);
  }
}
