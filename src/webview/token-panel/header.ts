import type { PanelLabels, PanelStatus, TokenizerChoice } from "../../protocol/token-panel.ts";
import { type ChoiceControl, choiceControl } from "../toolkit.ts";
import { el, setText } from "./dom.ts";

/// The dropdown's last entry.
const OPEN_FILE = "\0open";

export interface HeaderEvents {
  onTokenizer(id: string): void;
  onOpenTokenizer(): void;
}

/// Tokenizer, scope, counts and progress.
export class Header {
  readonly element: HTMLElement;
  readonly #labels: PanelLabels;
  readonly #choices: ChoiceControl;
  readonly #scope = el("span", "scope-kind");
  readonly #name = el("span", "scope-name");
  readonly #percent = el("span", "percent");
  readonly #counts: Record<
    "tokens" | "bytes" | "characters" | "ratio",
    { item: HTMLElement; value: HTMLElement }
  >;
  readonly #countList: HTMLElement;
  readonly #progress = el("div", "progress");
  readonly #number = new Intl.NumberFormat();
  readonly #ratio = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  readonly #share = new Intl.NumberFormat(undefined, { style: "percent" });
  #tokenizers: { choices: readonly TokenizerChoice[]; selected: string | undefined } | undefined;

  constructor(labels: PanelLabels, events: HeaderEvents) {
    this.#labels = labels;
    this.#choices = choiceControl(labels.tokenizer, (value) => {
      if (value === OPEN_FILE) events.onOpenTokenizer();
      else events.onTokenizer(value);
    });
    const count = (label: string) => {
      const value = el("b", "value", "–");
      return { item: el("div", "count", value, " ", el("span", "label", label)), value };
    };
    this.#counts = {
      tokens: count(labels.tokens),
      bytes: count(labels.bytes),
      characters: count(labels.characters),
      ratio: count(labels.bytesPerToken),
    };
    this.#countList = el("div", "counts", ...Object.values(this.#counts).map(({ item }) => item));
    this.#progress.setAttribute("role", "progressbar");
    this.#progress.setAttribute("aria-label", labels.tokenizing);
    this.#progress.append(el("div", "bar"));
    this.element = el(
      "header",
      "head",
      el("div", "tokenizer", this.#choices.element),
      el("div", "scope", this.#scope, this.#name, this.#percent),
      this.#countList,
      this.#progress,
    );
  }

  showTokenizers(choices: readonly TokenizerChoice[], selected: string | undefined): void {
    this.#tokenizers = { choices, selected };
    this.#choices.show(
      [
        ...choices.map(({ id, name, detail }) => ({
          value: id,
          label: detail === undefined ? name : `${name} · ${detail}`,
          tooltip: detail === undefined ? name : `${name} · ${detail}`,
        })),
        { value: OPEN_FILE, label: this.#labels.openTokenizer },
      ],
      selected,
    );
  }

  /// Shows the tokenizer in use again, after another entry was tried.
  resetTokenizer(): void {
    if (this.#tokenizers) this.showTokenizers(this.#tokenizers.choices, this.#tokenizers.selected);
  }

  showStatus({ scope, counts, progress }: PanelStatus): void {
    setText(
      this.#scope,
      scope ? (scope.kind === "selection" ? this.#labels.selection : this.#labels.document) : "",
    );
    this.#scope.classList.toggle("selection", scope?.kind === "selection");
    setText(this.#name, scope?.label ?? "");
    this.#name.title = scope?.label ?? "";
    const { tokens, bytes, characters, ratio } = this.#counts;
    const known = counts !== undefined && (counts.complete || counts.tokens > 0);
    setText(tokens.value, known ? this.#number.format(counts.tokens) : counts ? "" : "–");
    setText(bytes.value, counts ? this.#number.format(counts.bytes) : "–");
    setText(characters.value, counts ? this.#number.format(counts.characters) : "–");
    setText(
      ratio.value,
      counts?.complete && counts.tokens > 0 ? this.#ratio.format(counts.bytes / counts.tokens) : "–",
    );
    tokens.item.classList.toggle("partial", counts !== undefined && !counts.complete);
    this.#countList.setAttribute("aria-busy", String(progress !== undefined));
    this.#showProgress(progress);
  }

  #showProgress(progress: number | undefined): void {
    const element = this.#progress;
    element.classList.toggle("on", progress !== undefined);
    element.classList.toggle("unknown", progress === -1);
    if (progress === undefined || progress < 0) {
      element.removeAttribute("aria-valuenow");
      setText(this.#percent, progress === undefined ? "" : this.#labels.tokenizing);
    } else {
      element.setAttribute("aria-valuenow", String(Math.round(progress * 100)));
      setText(this.#percent, this.#share.format(progress));
    }
    element.style.setProperty("--done", String(Math.max(0, progress ?? 1)));
  }
}
