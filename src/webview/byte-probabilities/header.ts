import type { BytesLabels, ByteTarget, ModelState } from "../../protocol/byte-probabilities.ts";
import { fill } from "../mask-explorer/labels.ts";
import { el, setText } from "../token-panel/dom.ts";
import { type Choice, choice, type Toggle, toggle } from "./controls.ts";

export interface HeaderEvents {
  onModel(): void;
  onTarget(target: ByteTarget): void;
  onTokens(on: boolean): void;
}

/// Which model, which token sequences count, and the help.
export class Header {
  readonly element: HTMLElement;
  readonly help: HTMLElement;
  readonly target: Choice<ByteTarget>;
  readonly tokens: Toggle;
  readonly #labels: BytesLabels;
  readonly #model = el("button", "model");
  readonly #name = el("span", "model-name");
  readonly #progress = el("div", "progress");
  readonly #bar = el("div", "bar");
  #loading: number | undefined;
  #done = 1;
  #asking = false;

  constructor(labels: BytesLabels, events: HeaderEvents) {
    this.#labels = labels;
    this.#model.type = "button";
    this.#model.append(this.#name, el("span", "sign", "▾"));
    this.#model.addEventListener("click", () => events.onModel());
    this.target = choice<ByteTarget>(
      labels.target,
      [
        { value: "canonical", label: labels.canonical, help: labels.canonicalHelp },
        { value: "all", label: labels.all, help: labels.allHelp },
      ],
      (target) => events.onTarget(target),
    );
    this.tokens = toggle(labels.tokens, labels.tokensHelp, (on) => events.onTokens(on));
    const keys = toggle("?", labels.keys, (on) => {
      this.help.hidden = !on;
    });
    keys.element.setAttribute("aria-label", labels.keys);
    this.help = el("section", "help", el("h2", "", labels.keys));
    for (const line of labels.help.split("\n")) this.help.append(el("p", "", line));
    this.help.append(
      el("h2", "", labels.target),
      el("p", "", el("b", "", labels.canonical), ` ${labels.canonicalHelp}.`),
      el("p", "", el("b", "", labels.all), ` ${labels.allHelp}.`),
    );
    this.help.hidden = true;
    this.#progress.setAttribute("role", "progressbar");
    this.#progress.setAttribute("aria-label", labels.surprise);
    this.#progress.append(this.#bar);
    this.element = el(
      "header",
      "head",
      this.#model,
      el("div", "head-tools", this.target.element, this.tokens.element, keys.element),
      this.#progress,
    );
  }

  showModel({ name, loading }: ModelState): void {
    this.#loading = loading;
    const { model, selectModel, loading: label } = this.#labels;
    setText(
      this.#name,
      loading === undefined ? name : `${name} · ${fill(label, `${Math.round(loading * 100)} %`)}`,
    );
    this.#model.title = selectModel;
    this.#model.setAttribute("aria-label", `${model}: ${name}`);
    this.#showProgress();
  }

  /// Share of the text that is scored.
  showDone(done: number): void {
    this.#done = done;
    this.#showProgress();
  }

  showAsking(asking: boolean): void {
    this.#asking = asking;
    this.#showProgress();
  }

  #showProgress(): void {
    const done = this.#loading ?? (this.#asking && this.#done >= 1 ? undefined : this.#done);
    this.#progress.classList.toggle("on", this.#loading !== undefined || this.#asking || this.#done < 1);
    this.#progress.classList.toggle("unknown", done === undefined);
    this.#bar.style.setProperty("--done", String(done ?? 0));
    if (done === undefined) this.#progress.removeAttribute("aria-valuenow");
    else this.#progress.setAttribute("aria-valuenow", String(Math.round(done * 100)));
  }
}
