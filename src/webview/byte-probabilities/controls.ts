import { el } from "../token-panel/dom.ts";

/// A group of buttons of which one is pressed.
export interface Choice<T extends string> {
  readonly element: HTMLElement;
  value: T;
}

export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly help?: string;
}

export function choice<T extends string>(
  label: string,
  options: readonly Option<T>[],
  onChoose: (value: T) => void,
): Choice<T> {
  const buttons = options.map(({ value, label: text, help }) => {
    const button = el("button", "segment", text);
    button.type = "button";
    button.setAttribute("role", "radio");
    if (help !== undefined) button.title = help;
    button.addEventListener("click", () => choose(value));
    return button;
  });
  const element = el("div", "segments", ...buttons);
  element.setAttribute("role", "radiogroup");
  element.setAttribute("aria-label", label);
  let chosen = options[0]!.value;
  const show = () => {
    for (const [i, button] of buttons.entries()) {
      const on = options[i]!.value === chosen;
      button.setAttribute("aria-checked", String(on));
      button.tabIndex = on ? 0 : -1;
    }
  };
  const choose = (value: T) => {
    if (value === chosen) return;
    chosen = value;
    show();
    onChoose(value);
  };
  element.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const at = options.findIndex(({ value }) => value === chosen);
    const next = (at + step + options.length) % options.length;
    choose(options[next]!.value);
    buttons[next]!.focus();
  });
  show();
  return {
    element,
    get value() {
      return chosen;
    },
    set value(value) {
      chosen = value;
      show();
    },
  };
}

/// A button that stays pressed. Setting `on` does not call `onToggle`.
export interface Toggle {
  readonly element: HTMLButtonElement;
  on: boolean;
}

export function toggle(label: string, help: string, onToggle: (on: boolean) => void): Toggle {
  const element = el("button", "toggle", label);
  element.type = "button";
  element.title = help;
  const state: Toggle = {
    element,
    get on() {
      return element.getAttribute("aria-pressed") === "true";
    },
    set on(on) {
      element.setAttribute("aria-pressed", String(on));
    },
  };
  state.on = false;
  element.addEventListener("click", () => {
    state.on = !state.on;
    onToggle(state.on);
  });
  return state;
}

export function plainButton(label: string, help: string, onPress: () => void): HTMLButtonElement {
  const element = el("button", "small", label);
  element.type = "button";
  if (help !== label) {
    element.title = help;
    element.setAttribute("aria-label", help);
  }
  element.addEventListener("click", onPress);
  return element;
}

/// A table with named columns; `name` is for screen readers.
export function table(
  name: string,
  columns: readonly (string | Node)[],
  rows: readonly HTMLElement[],
): HTMLTableElement {
  const head = el(
    "tr",
    "",
    ...columns.map((column) => {
      const cell = el("th", "", column);
      cell.scope = "col";
      return cell;
    }),
  );
  const element = el("table", "", el("thead", "", head), el("tbody", "", ...rows));
  element.setAttribute("aria-label", name);
  return element;
}
