/// Fills `{0}`, `{1}`… of a label.
export function fill(label: string, ...values: readonly (string | number)[]): string {
  return label.replace(/\{(\d)\}/g, (_, i) => String(values[Number(i)] ?? ""));
}

/// A control that is a plain button; `name` also tells what it does where its text is a sign.
export function button(
  className: string,
  text: string,
  name: string,
  onPress: () => void,
): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = className;
  element.textContent = text;
  if (name !== text) {
    element.title = name;
    element.setAttribute("aria-label", name);
  }
  element.addEventListener("click", onPress);
  return element;
}
