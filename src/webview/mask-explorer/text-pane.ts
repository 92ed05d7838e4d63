import type { ExploredText, ExplorerLabels } from "../../protocol/mask-explorer.ts";
import { el, setText } from "../token-panel/dom.ts";
import { type TextControl, textArea } from "../toolkit.ts";
import { drawBytes } from "./byte-segments.ts";
import { button, fill } from "./labels.ts";
import { TokenStrip } from "./token-strip.ts";

export interface TextPaneEvents {
  onText(text: string): void;
  onPosition(position: number): void;
  onAcceptForced(): void;
}

/// Bytes of what is forced that are shown.
const FORCED_SHOWN = 60;

/// The text: a box to type it in, its tokens, and the buttons to step.
export class TextPane {
  readonly element: HTMLElement;
  readonly #labels: ExplorerLabels;
  readonly #box: TextControl;
  readonly #state = el("span", "state");
  readonly #place = el("span", "dim place");
  readonly #forced = el("span", "forced");
  readonly #strip: TokenStrip;
  readonly #buttons: Record<"toStart" | "back" | "forward" | "toEnd" | "acceptForced", HTMLButtonElement>;
  readonly #number = new Intl.NumberFormat();
  #text: ExploredText | undefined;
  /// The user has typed since the last answer: the box is theirs.
  #typed = false;

  constructor(labels: ExplorerLabels, events: TextPaneEvents) {
    this.#labels = labels;
    this.#box = textArea(labels.text, labels.textPlaceholder, (text) => {
      this.#typed = true;
      events.onText(text);
    });
    this.#strip = new TokenStrip(labels, {
      onPosition: (position) => events.onPosition(position),
      onLeave: () => this.focus(),
    });
    const go = (to: (text: ExploredText) => number) => () => {
      if (this.#text) events.onPosition(to(this.#text));
    };
    this.#buttons = {
      toStart: button(
        "step",
        "«",
        labels.toStart,
        go(() => 0),
      ),
      back: button(
        "step",
        "‹",
        labels.back,
        go(({ position }) => position - 1),
      ),
      forward: button(
        "step",
        "›",
        labels.forward,
        go(({ position }) => position + 1),
      ),
      toEnd: button(
        "step",
        "»",
        labels.toEnd,
        go(({ accepted }) => accepted),
      ),
      acceptForced: button("step words", labels.acceptForced, labels.acceptForced, () =>
        events.onAcceptForced(),
      ),
    };
    const { acceptForced, ...steps } = this.#buttons;
    this.element = el(
      "section",
      "text",
      this.#box.element,
      el("div", "state-line", this.#state, this.#place),
      this.#strip.element,
      el("div", "steps", el("div", "step-group", ...Object.values(steps)), acceptForced, this.#forced),
    );
    this.element.setAttribute("aria-label", labels.text);
  }

  get value(): string {
    return this.#box.value;
  }

  set value(text: string) {
    this.#box.value = text;
  }

  focus(): void {
    this.#box.focus();
  }

  /// `whole`: the text's characters, and the bytes of half a one behind them.
  show(text: ExploredText, whole: { readonly text: string; readonly half: string }): void {
    this.#text = text;
    this.element.classList.remove("stale");
    const labels = this.#labels;
    if (!this.#typed || this.#box.value === whole.text) this.#box.value = whole.text;
    this.#typed = false;
    const { rejection, isComplete, position, accepted, ids } = text;
    const refused = rejection && fill(labels.refusedFrom, this.#number.format(rejection.byteOffset));
    setText(
      this.#state,
      rejection
        ? `✕ ${refused}: ${rejection.reason}`
        : isComplete
          ? `✓ ${labels.complete}`
          : `… ${labels.incomplete}`,
    );
    this.#state.className = `state ${rejection ? "refused" : isComplete ? "complete" : "incomplete"}`;
    this.#state.title = this.#state.textContent ?? "";
    const half = whole.half === "" ? "" : ` · ${labels.halfCharacter}`;
    setText(
      this.#place,
      fill(labels.positionOf, this.#number.format(position), this.#number.format(ids.length)) + half,
    );
    this.#strip.show(text);
    const { toStart, back, forward, toEnd, acceptForced } = this.#buttons;
    toStart.disabled = back.disabled = position === 0;
    forward.disabled = toEnd.disabled = position >= accepted;
    acceptForced.disabled = text.forcedLength === 0;
    this.#showForced(text);
  }

  /// Nothing is known about the text in the box.
  showProblem(): void {
    this.element.classList.add("stale");
    setText(this.#state, "");
    setText(this.#place, "");
    for (const step of Object.values(this.#buttons)) step.disabled = true;
  }

  #showForced({ forced, forcedLength }: ExploredText): void {
    const { nothingForced, moreBytes } = this.#labels;
    const shown = forced.subarray(0, FORCED_SHOWN);
    const more =
      forcedLength > shown.length ? [` ${fill(moreBytes, this.#number.format(forcedLength))}`] : [];
    this.#forced.replaceChildren(
      ...(forcedLength === 0 ? [nothingForced] : [el("span", "code", ...drawBytes(shown)), ...more]),
    );
    this.#forced.title = this.#forced.textContent ?? "";
  }
}
