import type { PlaceToken } from "../../protocol/byte-probabilities.ts";
import { bytesText, drawBytes } from "../mask-explorer/byte-segments.ts";
import { el } from "../token-panel/dom.ts";

/// A token with its id. The last `beyond` of its bytes are beyond the place looked at.
export function tokenChip({ id, bytes }: PlaceToken, tokenId: string, beyond = 0): HTMLElement {
  const inside = bytes.subarray(0, bytes.length - beyond);
  const chip = el("span", "chip", ...drawBytes(inside));
  if (beyond > 0) chip.append(el("span", "beyond", ...drawBytes(bytes.subarray(inside.length))));
  chip.append(el("span", "chip-id", String(id)));
  chip.title = `${bytesText(bytes)} · ${tokenId} ${id}`;
  return chip;
}
