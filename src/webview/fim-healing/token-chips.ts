import type { ShownToken } from "../../protocol/fim-healing.ts";
import { HUES } from "../../protocol/token-panel.ts";
import { bytesText, drawBytes } from "../mask-explorer/byte-segments.ts";
import { el } from "../token-panel/dom.ts";

/// Tokens in a row. `taken`: the last so many bytes are marked; `beyond`: so many bytes of the last are behind the
/// cursor, and drawn apart. `hue`: the first one's colour.
export function drawTokens(
  tokens: readonly ShownToken[],
  {
    taken = 0,
    beyond = 0,
    hue = 0,
  }: { readonly taken?: number; readonly beyond?: number; readonly hue?: number },
): HTMLElement[] {
  const lengths = tokens.map(({ bytes }) => bytes.length);
  let left = lengths.reduce((sum, length) => sum + length, 0);
  return tokens.map(({ id, bytes }, i) => {
    const cut = i === tokens.length - 1 ? bytes.length - beyond : bytes.length;
    const element = el("span", `t h${(hue + i) % HUES}`, ...drawBytes(bytes.subarray(0, cut)));
    if (cut < bytes.length) element.append(el("span", "beyond", ...drawBytes(bytes.subarray(cut))));
    if (left <= taken) element.classList.add("taken");
    left -= bytes.length;
    element.title = `${bytesText(bytes)} · ${id}`;
    return element;
  });
}

/// The same for assistive technology.
export function tokensText(tokens: readonly ShownToken[]): string {
  return tokens.map(({ bytes }) => bytesText(bytes)).join(" | ");
}
