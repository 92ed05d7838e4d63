// The only module that knows the component library. It is archived: to move to another one
// (`@vscode-elements/elements` has the same controls), rewrite this file.
import {
  type Button,
  type Dropdown,
  type Option,
  provideVSCodeDesignSystem,
  type TextArea,
  type TextField,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeTextArea,
  vsCodeTextField,
} from "@vscode/webview-ui-toolkit";

/// Makes the controls known to the document. Call once, before the others.
export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeDropdown(), vsCodeOption());
}

/// The same for the controls to type text in.
export function registerTextControls(): void {
  provideVSCodeDesignSystem().register(vsCodeTextArea(), vsCodeTextField());
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly tooltip?: string;
}

/// A control to choose one of several values.
export interface ChoiceControl {
  readonly element: HTMLElement;
  /// Shows the choices and which one is made, without calling `onChoose`.
  show(choices: readonly Choice[], value: string | undefined): void;
}

export function choiceControl(label: string, onChoose: (value: string) => void): ChoiceControl {
  const dropdown = document.createElement("vscode-dropdown") as Dropdown;
  dropdown.setAttribute("aria-label", label);
  let shown = "";
  dropdown.addEventListener("change", () => onChoose(dropdown.value));
  return {
    element: dropdown,
    show(choices, value) {
      // Replacing the options would close an open list: only do it for other options.
      const wanted = JSON.stringify(choices);
      if (wanted !== shown) {
        shown = wanted;
        dropdown.replaceChildren(
          ...choices.map((choice) => {
            const option = document.createElement("vscode-option") as Option;
            option.setAttribute("value", choice.value);
            option.textContent = choice.label;
            if (choice.tooltip !== undefined) option.title = choice.tooltip;
            return option;
          }),
        );
      }
      // The control reads its options when they are connected, which is not yet.
      queueMicrotask(() => {
        if (value !== undefined) dropdown.value = value;
      });
    },
  };
}

export function actionButton(label: string, primary: boolean, onPress: () => void): HTMLElement {
  const button = document.createElement("vscode-button") as Button;
  button.appearance = primary ? "primary" : "secondary";
  button.textContent = label;
  button.addEventListener("click", onPress);
  return button;
}

/// A control to type text in.
export interface TextControl {
  readonly element: HTMLElement;
  /// Setting it does not call `onInput`.
  value: string;
  focus(): void;
}

export function textField(label: string, placeholder: string, onInput: (text: string) => void): TextControl {
  return textControl(document.createElement("vscode-text-field") as TextField, label, placeholder, onInput);
}

/// Of several lines.
export function textArea(label: string, placeholder: string, onInput: (text: string) => void): TextControl {
  const area = document.createElement("vscode-text-area") as TextArea;
  area.rows = 2;
  area.resize = "vertical";
  return textControl(area, label, placeholder, onInput);
}

function textControl(
  element: TextArea | TextField,
  label: string,
  placeholder: string,
  onInput: (text: string) => void,
): TextControl {
  element.setAttribute("aria-label", label);
  element.placeholder = placeholder;
  element.setAttribute("spellcheck", "false");
  element.addEventListener("input", () => onInput(element.value));
  return {
    element,
    get value() {
      return element.value ?? "";
    },
    set value(text) {
      if (element.value !== text) element.value = text;
    },
    focus: () => element.focus(),
  };
}
