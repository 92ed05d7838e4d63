import type { Span } from "../../base/span.ts";
import { spacedHex } from "../../protocol/glyphs.ts";
import type { ExplainedToken, ExplorerLabels } from "../../protocol/mask-explorer.ts";
import { el } from "../token-panel/dom.ts";
import { actionButton } from "../toolkit.ts";
import { bytesText, drawBytes } from "./byte-segments.ts";
import { fill } from "./labels.ts";
import { drawStacks } from "./stack-view.ts";

/// Bytes spelled out; a freak of a token has more.
const MOST_BYTES = 48;

export interface WhyEvents {
  onReveal(span: Span): void;
  onAppend(id: number): void;
}

/// Why a token is allowed or refused.
export class WhyView {
  readonly element: HTMLElement;
  readonly #labels: ExplorerLabels;
  readonly #events: WhyEvents;
  readonly #body = el("div", "why-body");

  constructor(labels: ExplorerLabels, events: WhyEvents) {
    this.#labels = labels;
    this.#events = events;
    this.element = el("section", "why", el("h2", "", labels.token), this.#body);
    this.element.setAttribute("aria-label", labels.token);
    this.clear();
  }

  clear(): void {
    this.#body.replaceChildren(el("p", "dim", this.#labels.tokenHint));
  }

  /// `byContext`: the token had to be checked against the callers. Returns the verdict in words.
  show(token: ExplainedToken, byContext: boolean): string {
    const labels = this.#labels;
    const { id, bytes, kind, allowed, byteOffset, expected, stacks } = token;
    const verdict = allowed ? labels.isAllowed : labels.isRefused;
    const sentence = reason(token, labels);
    const isNormal = kind === "normal";
    const text = isNormal ? drawBytes(bytes) : [bytesText(bytes)];
    const context = byContext ? labels.byContext : labels.whateverContext;
    const parts: Node[] = [
      el(
        "div",
        "why-head",
        el("span", isNormal ? "why-token" : "why-token special", ...text),
        el("span", `verdict ${allowed ? "allowed" : "refused"}`, `${allowed ? "✓" : "✕"} ${verdict}`),
        el("span", "dim", `${labels.id} ${id}`),
      ),
      el("p", "sentence", sentence),
    ];
    if (isNormal) parts.push(drawHex(token, labels));
    if (isNormal && (byContext || allowed)) parts.push(el("p", "dim", context));
    if (!allowed && expected.length > 0) {
      const chips = expected.map((one) => el("span", "chip", one));
      parts.push(el("h3", "", labels.expected), el("div", "chips", ...chips));
    }
    if (!allowed && stacks.length > 0 && byteOffset > 0)
      parts.push(
        el("h3", "", labels.insideThere),
        drawStacks(stacks, labels, (span) => this.#events.onReveal(span)),
      );
    if (allowed) {
      const append = actionButton(labels.append, false, () => this.#events.onAppend(id));
      parts.push(el("div", "why-actions", append));
    }
    this.#body.replaceChildren(...parts);
    return `${bytesText(bytes)}: ${verdict}. ${sentence}`;
  }
}

/// The token's bytes: taken, the one that dies, and the rest.
function drawHex({ bytes, allowed, byteOffset }: ExplainedToken, labels: ExplorerLabels): HTMLElement {
  const shown = [...bytes.subarray(0, MOST_BYTES)].map((byte, i) => {
    const fate = allowed || i < byteOffset ? "taken" : i === byteOffset ? "dies" : "unseen";
    return el("span", `byte ${fate}`, spacedHex([byte]));
  });
  if (bytes.length > MOST_BYTES) shown.push(el("span", "byte unseen", "…"));
  return el("div", "hex-line", el("span", "label", labels.bytes), ...shown);
}

function reason(token: ExplainedToken, labels: ExplorerLabels): string {
  const { verdict, byte, byteOffset, bytes, kind } = token;
  switch (verdict) {
    case "allowed":
      return kind === "normal" ? labels.whyAllowed : labels.whyStopAllowed;
    case "wrong-byte": {
      const named = nameOfByte(byte!);
      return byteOffset === 0
        ? fill(labels.whyWrongFirstByte, named)
        : fill(labels.whyWrongByte, byteOffset, bytes.length, named);
    }
    case "incomplete":
      return labels.whyIncomplete;
    case "special":
      return labels.whySpecial;
    case "unused":
      return labels.whyUnused;
    case "terminated":
      return labels.whyTerminated;
    default:
      return verdict satisfies never;
  }
}

/// `n (6e)` of a byte that is a character, `e2` of another.
function nameOfByte(byte: number): string {
  const hex = spacedHex([byte]);
  return byte < 0x80 ? `${bytesText(Uint8Array.of(byte)).trim()} (${hex})` : hex;
}
