import { byteLabel, pendingBytes } from "../../protocol/byte-labels.ts";
import type { BytesLabels } from "../../protocol/byte-probabilities.ts";
import { spacedHex } from "../../protocol/glyphs.ts";
import { bytesText } from "../mask-explorer/byte-segments.ts";
import { el } from "../token-panel/dom.ts";
import { table } from "./controls.ts";
import { bitsText } from "./numbers.ts";
import type { Shown } from "./shown.ts";

/// The text as a table, a row for each token: its bytes and what each surprises with.
export function textTable(shown: Shown, labels: BytesLabels, onGo: (position: number) => void): HTMLElement {
  const { bytes } = shown.text;
  const rows: HTMLElement[] = [];
  const cuts = shown.tokens
    ? [...shown.tokens.starts]
    : [...shown.units.map(({ from }) => from), bytes.length];
  for (let i = 0; i + 1 < cuts.length; i++) {
    const from = Math.max(0, cuts[i]!);
    const to = Math.min(bytes.length, cuts[i + 1]!);
    if (from >= to) continue;
    const part = bytes.subarray(from, to);
    const bits = shown.bits(from, to);
    const each = Array.from(part, (byte, at) => {
      const { name } = byteLabel(byte, pendingBytes(bytes.subarray(0, from + at)));
      const one = shown.bits(from + at, from + at + 1);
      return `${name} ${one === undefined ? "…" : bitsText(one)}`;
    });
    const text = el("button", "link code", bytesText(part));
    text.type = "button";
    text.title = spacedHex(part);
    text.addEventListener("click", () => onGo(from));
    const name = el("th", "", text);
    name.scope = "row";
    rows.push(
      el(
        "tr",
        "",
        name,
        el("td", "number", String(from)),
        el("td", "number", shown.tokens ? String(shown.tokens.ids[i]) : ""),
        el("td", "number", bits === undefined ? "…" : bitsText(bits)),
        el("td", "dim", each.join(" · ")),
      ),
    );
  }
  return table(
    labels.text,
    [labels.token, labels.byte, labels.tokenId, labels.bits, `${labels.bits} / ${labels.byte}`],
    rows,
  );
}
