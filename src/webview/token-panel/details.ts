import { spacedHex } from "../../protocol/glyphs.ts";
import type { PanelLabels } from "../../protocol/token-panel.ts";
import { el, setText } from "./dom.ts";
import { pieceFacts, type SharedCharacter } from "./piece-facts.ts";
import type { PlacedPiece, TokenList } from "./token-list.ts";

/// Bytes spelled out; a pending text or a freak of a token has more.
const MOST_BYTES = 64;

/// The strip that tells about one token. Its height never changes.
export class Details {
  readonly element: HTMLElement;
  readonly #labels: PanelLabels;
  readonly #list: TokenList;
  readonly #hint: HTMLElement;
  readonly #body: HTMLElement;
  readonly #text = el("span", "detail-text");
  readonly #id = el("b", "value");
  readonly #bytes = el("span", "detail-bytes");
  readonly #index = el("b", "value");
  readonly #byte = el("b", "value");
  readonly #unit = el("b", "value");
  readonly #note = el("div", "detail-note");
  readonly #number = new Intl.NumberFormat();

  constructor(labels: PanelLabels, list: TokenList) {
    this.#labels = labels;
    this.#list = list;
    this.#hint = el("div", "hint", labels.hint);
    const fact = (label: string, value: HTMLElement) =>
      el("span", "fact", el("span", "label", label), " ", value);
    this.#body = el(
      "div",
      "detail-body",
      el("div", "detail-head", this.#text, fact(labels.id, this.#id)),
      el("div", "detail-line", el("span", "label", labels.bytes), " ", this.#bytes),
      el(
        "div",
        "detail-line facts",
        fact(labels.index, this.#index),
        fact(labels.byteOffset, this.#byte),
        fact(labels.utf16Offset, this.#unit),
      ),
      this.#note,
    );
    this.element = el("footer", "details", this.#hint, this.#body);
    this.element.setAttribute("role", "region");
    this.element.setAttribute("aria-label", labels.details);
  }

  show(piece: PlacedPiece | undefined): void {
    this.#hint.hidden = piece !== undefined;
    this.#body.hidden = piece === undefined;
    if (!piece) return;
    const { page, key } = piece.row;
    const facts = pieceFacts(page, piece.drawn.fragment.index);
    const { index } = this.#list;
    const first = index.firstPiece(key);
    const text = facts.special ? facts.text : `"${facts.text}"`;
    setText(this.#text, facts.pending ? this.#labels.pending : text);
    this.#text.title = this.#text.textContent ?? "";
    this.#text.classList.toggle("special", facts.special);
    setText(this.#id, facts.pending ? "–" : String(facts.id));
    setText(this.#bytes, bytesText(facts.bytes));
    this.#bytes.title = this.#bytes.textContent ?? "";
    setText(
      this.#index,
      first === undefined || facts.pending ? "–" : this.#number.format(first + piece.drawn.fragment.piece),
    );
    setText(this.#byte, this.#range(index.firstByte(key), facts.byteFrom, facts.byteTo));
    setText(this.#unit, this.#range(this.#list.base + index.firstUnit(key), facts.unitFrom, facts.unitTo));
    const notes = [
      ...facts.shared.map((shared) => partOf(shared, this.#labels)),
      ...(facts.special ? [this.#labels.special] : []),
    ];
    setText(this.#note, notes.join(" · "));
    this.#note.title = notes.join(" · ");
  }

  #range(base: number, from: number, to: number): string {
    const format = (n: number) => this.#number.format(base + n);
    return to - from <= 1 ? format(from) : `${format(from)}–${format(to)}`;
  }
}

/// A token in words, for assistive technology.
export function pieceLabel(piece: PlacedPiece, labels: PanelLabels): string {
  const facts = pieceFacts(piece.row.page, piece.drawn.fragment.index);
  if (facts.pending) return labels.pending;
  return [
    facts.text,
    `${labels.id} ${facts.id}`,
    ...facts.shared.map((shared) => partOf(shared, labels)),
    ...(facts.special ? [labels.special] : []),
  ].join(", ");
}

function bytesText(bytes: Uint8Array): string {
  const shown = spacedHex(bytes.subarray(0, MOST_BYTES));
  return bytes.length > MOST_BYTES ? `${shown} …` : shown;
}

function partOf({ char, codePoint, from, to, of }: SharedCharacter, labels: PanelLabels): string {
  const name = `${char} ${codePoint}`;
  const values = from === to ? [from, of, name] : [from, to, of, name];
  return (from === to ? labels.partOfOne : labels.partOf).replace(/\{(\d)\}/g, (_, i) =>
    String(values[Number(i)] ?? ""),
  );
}
