import { byteLabel, pendingBytes } from "../../protocol/byte-labels.ts";
import type { BytesLabels } from "../../protocol/byte-probabilities.ts";
import { spacedHex } from "../../protocol/glyphs.ts";
import { fill } from "../mask-explorer/labels.ts";
import { el } from "../token-panel/dom.ts";
import { bitsText, levelOf, SURPRISING_BITS } from "./numbers.ts";
import type { Shown } from "./shown.ts";

export interface StripEvents {
  /// `settled`: no key is held down.
  onPosition(position: number, settled: boolean): void;
  onEnter(): void;
  onLeave(): void;
}

/// The text, each character coloured by how much it surprises, with a bar for each of its bytes. For assistive
/// technology it is a slider over the bytes, which says what stands at each.
export class TextStrip {
  readonly element = el("div", "strip");
  readonly #labels: BytesLabels;
  readonly #events: StripEvents;
  #shown: Shown | undefined;
  /// One for each character, and one for the end.
  #units: HTMLElement[] = [];
  #position = 0;

  constructor(labels: BytesLabels, events: StripEvents) {
    this.#labels = labels;
    this.#events = events;
    const { element } = this;
    element.tabIndex = 0;
    element.setAttribute("role", "slider");
    element.setAttribute("aria-label", labels.text);
    element.setAttribute("aria-valuemin", "0");
    element.addEventListener("click", (event) => this.#click(event));
    element.addEventListener("dblclick", () => this.#events.onEnter());
    element.addEventListener("pointerover", (event) => this.#hover(event));
    element.addEventListener("keydown", (event) => this.#key(event));
  }

  show(shown: Shown): void {
    this.#shown = shown;
    const nodes: Node[] = [];
    this.#units = shown.units.map(({ from, to, kind, text }, index) => {
      const unit = el("span", "u", kind === "text" ? text : el("span", kind, text));
      unit.dataset.index = String(index);
      if (to - from > 1) {
        const bars = el("span", "bars");
        for (let at = from; at < to; at++) bars.append(el("i", ""));
        unit.append(bars);
      }
      nodes.push(unit);
      if (kind === "newline") nodes.push(el("br", ""));
      return unit;
    });
    const end = el("span", "u end", "\u00a0");
    end.dataset.index = String(this.#units.length);
    this.#units.push(end);
    nodes.push(end);
    this.element.replaceChildren(...nodes);
    this.element.setAttribute("aria-valuemax", String(shown.length));
    this.showSurprises(0);
    this.showTokens();
    this.#mark(Math.min(this.#position, shown.length));
  }

  clear(): void {
    this.#shown = undefined;
    this.#units = [];
    this.element.replaceChildren();
  }

  /// Draws the surprises from byte `from` on.
  showSurprises(from: number): void {
    const shown = this.#shown;
    if (!shown) return;
    for (let index = shown.unitOf(from); index < shown.units.length; index++) {
      const unit = shown.units[index]!;
      if (unit.from >= shown.known) break;
      const element = this.#units[index]!;
      const bits = shown.bits(unit.from, unit.to);
      if (bits !== undefined) element.dataset.level = String(levelOf(bits));
      const bars = element.querySelector(".bars");
      if (!bars) continue;
      for (const [i, bar] of [...bars.children].entries()) {
        const at = unit.from + i;
        if (at < shown.known) (bar as HTMLElement).dataset.level = String(levelOf(shown.surprises[at]!));
      }
    }
    this.#describe();
  }

  /// Marks where tokens begin.
  showTokens(): void {
    const shown = this.#shown;
    if (!shown?.tokens) return;
    for (const [index, { from, to }] of shown.units.entries()) {
      const element = this.#units[index]!;
      element.classList.toggle("cut", shown.isCut(from));
      const bars = element.querySelector(".bars");
      if (bars)
        for (let at = from + 1; at < to; at++)
          bars.children[at - from]!.classList.toggle("cut", shown.isCut(at));
    }
    this.#describe();
  }

  /// Moves to a byte, without telling.
  moveTo(position: number): void {
    if (this.#shown) this.#mark(Math.max(0, Math.min(position, this.#shown.length)));
  }

  /// What stands at a byte, in words.
  describe(position: number): string {
    const shown = this.#shown;
    if (!shown) return "";
    const labels = this.#labels;
    if (position >= shown.length) return labels.atEnd;
    const byte = shown.text.bytes[position]!;
    const { name } = byteLabel(byte, pendingBytes(shown.text.bytes.subarray(0, position)));
    const bits = shown.bits(position, position + 1);
    const token = shown.tokenAt(position);
    return [
      `${name} (${spacedHex([byte])})`,
      fill(labels.atByte, position + 1, shown.length),
      bits === undefined ? labels.unknownYet : `${bitsText(bits)} ${labels.bits}`,
      ...(token ? [`${labels.token} ${labels.tokenId} ${token.id}`] : []),
    ].join(", ");
  }

  #mark(position: number): void {
    const shown = this.#shown!;
    const before = this.#units[shown.unitOf(this.#position)];
    before?.classList.remove("here");
    for (const bar of before?.querySelectorAll("i.here") ?? []) bar.classList.remove("here");
    this.#position = position;
    const index = shown.unitOf(position);
    const element = this.#units[index]!;
    element.classList.add("here");
    const unit = shown.units[index];
    if (unit) element.querySelector(".bars")?.children[position - unit.from]?.classList.add("here");
    this.#scrollTo(element);
    this.#describe();
  }

  // Only the strip scrolls, not what it is in.
  #scrollTo({ offsetTop, offsetHeight }: HTMLElement): void {
    const { element } = this;
    const { scrollTop, clientHeight } = element;
    if (offsetTop < scrollTop + offsetHeight) element.scrollTop = offsetTop - 2 * offsetHeight;
    else if (offsetTop + 2 * offsetHeight > scrollTop + clientHeight)
      element.scrollTop = offsetTop + 3 * offsetHeight - clientHeight;
  }

  #describe(): void {
    this.element.setAttribute("aria-valuenow", String(this.#position));
    this.element.setAttribute("aria-valuetext", this.describe(this.#position));
  }

  #unitAt(target: EventTarget | null): number | undefined {
    const unit = target instanceof Element ? target.closest<HTMLElement>(".u") : null;
    return unit?.dataset.index === undefined ? undefined : Number(unit.dataset.index);
  }

  #click(event: MouseEvent): void {
    const shown = this.#shown;
    const index = this.#unitAt(event.target);
    if (!shown || index === undefined) return;
    const unit = shown.units[index];
    const bar = event.target instanceof Element ? event.target.closest("i") : null;
    const inside = bar ? [...bar.parentElement!.children].indexOf(bar) : 0;
    this.#go(unit ? unit.from + inside : shown.length, true);
  }

  #hover({ target }: PointerEvent): void {
    const index = this.#unitAt(target);
    const unit = index === undefined ? undefined : this.#shown?.units[index];
    if (unit && target instanceof Element)
      target.closest<HTMLElement>(".u")!.title = this.describe(unit.from);
  }

  #go(position: number, settled: boolean): void {
    const to = Math.max(0, Math.min(position, this.#shown!.length));
    if (to === this.#position) return;
    this.#mark(to);
    this.#events.onPosition(to, settled);
  }

  #key(event: KeyboardEvent): void {
    const shown = this.#shown;
    if (!shown || event.altKey || event.metaKey) return;
    const { key, ctrlKey, repeat } = event;
    if (key === "Enter") this.#events.onEnter();
    else if (key === "Escape") this.#events.onLeave();
    else {
      const to = ctrlKey ? this.#wide(key, shown) : this.#near(key, shown);
      if (to === undefined) return;
      this.#go(to, !repeat);
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #wide(key: string, shown: Shown): number | undefined {
    switch (key) {
      case "ArrowRight":
        return shown.tokenStart(this.#position, 1);
      case "ArrowLeft":
        return shown.tokenStart(this.#position, -1);
      case "Home":
        return 0;
      case "End":
        return shown.length;
      default:
        return undefined;
    }
  }

  #near(key: string, shown: Shown): number | undefined {
    const at = this.#position;
    switch (key) {
      case "ArrowRight":
        return at + 1;
      case "ArrowLeft":
        return at - 1;
      case "ArrowDown":
        return this.#vertical(1);
      case "ArrowUp":
        return this.#vertical(-1);
      case "PageDown":
        return this.#vertical(8);
      case "PageUp":
        return this.#vertical(-8);
      case "Home":
        return this.#rowEnd(-1);
      case "End":
        return this.#rowEnd(1);
      case "n":
        return shown.surprising(at, 1, SURPRISING_BITS) ?? at;
      case "p":
        return shown.surprising(at, -1, SURPRISING_BITS) ?? at;
      default:
        return undefined;
    }
  }

  #byteOf(index: number): number {
    const shown = this.#shown!;
    return shown.units[index]?.from ?? shown.length;
  }

  /// So many rows on, below or above where one is.
  #vertical(rows: number): number {
    const from = this.#shown!.unitOf(this.#position);
    const step = Math.sign(rows);
    const x = this.#units[from]!.offsetLeft;
    let index = from;
    for (let left = Math.abs(rows); left > 0; left--) {
      let next = index;
      const top = this.#units[index]!.offsetTop;
      while (this.#units[next]?.offsetTop === top) next += step;
      if (!this.#units[next]) break;
      index = next;
    }
    // The nearest of that row.
    const top = this.#units[index]!.offsetTop;
    let best = index;
    for (const way of [1, -1])
      for (let i = index; this.#units[i]?.offsetTop === top; i += way)
        if (Math.abs(this.#units[i]!.offsetLeft - x) < Math.abs(this.#units[best]!.offsetLeft - x)) best = i;
    return this.#byteOf(best);
  }

  #rowEnd(step: 1 | -1): number {
    let index = this.#shown!.unitOf(this.#position);
    const top = this.#units[index]!.offsetTop;
    while (this.#units[index + step]?.offsetTop === top) index += step;
    return this.#byteOf(index);
  }
}
