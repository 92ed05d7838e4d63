import type { ExplorerGrammar, ExplorerLabels } from "../../protocol/mask-explorer.ts";
import type { TokenizerChoice } from "../../protocol/token-panel.ts";
import { el, setText } from "../token-panel/dom.ts";
import { type ChoiceControl, choiceControl } from "../toolkit.ts";
import { button } from "./labels.ts";

export interface GrammarBarEvents {
  onGrammar(): void;
  onTokenizer(id: string): void;
}

/// What is explored: a grammar and a tokenizer.
export class GrammarBar {
  readonly element: HTMLElement;
  readonly #labels: ExplorerLabels;
  readonly #choices: ChoiceControl;
  readonly #grammar: HTMLButtonElement;
  readonly #name = el("span", "grammar-name");
  readonly #detail = el("span", "dim");
  readonly #progress = el("div", "progress unknown");
  #tokenizer: string | undefined;

  constructor(labels: ExplorerLabels, events: GrammarBarEvents) {
    this.#labels = labels;
    this.#choices = choiceControl(labels.tokenizer, (id) => events.onTokenizer(id));
    this.#grammar = button("grammar", "", labels.chooseGrammar, () => events.onGrammar());
    this.#grammar.append(this.#name, this.#detail, el("span", "sign", "▾"));
    this.#progress.setAttribute("role", "progressbar");
    this.#progress.setAttribute("aria-label", labels.maskTime);
    this.#progress.append(el("div", "bar"));
    this.element = el(
      "header",
      "head",
      el("span", "label", labels.grammar),
      this.#grammar,
      el("span", "label", labels.tokenizer),
      this.#choices.element,
      this.#progress,
    );
  }

  get tokenizer(): string | undefined {
    return this.#tokenizer;
  }

  showGrammar(grammar: ExplorerGrammar | undefined): void {
    const { chooseGrammar } = this.#labels;
    setText(this.#name, grammar?.label ?? chooseGrammar);
    setText(this.#detail, grammar?.detail ?? "");
    this.#grammar.title = chooseGrammar;
    this.#grammar.setAttribute("aria-label", `${this.#labels.grammar}: ${grammar?.label ?? chooseGrammar}`);
  }

  showTokenizers(choices: readonly TokenizerChoice[], selected: string | undefined): void {
    this.#tokenizer = selected;
    const options = choices.map(({ id, name, detail }) => {
      const label = detail === undefined ? name : `${name} · ${detail}`;
      return { value: id, label, tooltip: label };
    });
    this.#choices.show(options, selected);
  }

  showBusy(busy: boolean): void {
    this.#progress.classList.toggle("on", busy);
  }
}
