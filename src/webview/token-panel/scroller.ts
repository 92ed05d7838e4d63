// Browsers lay out elements up to some 33 million pixels high. A text that is higher gets a scroll range
// of this height, which is mapped to the text's; the wheel still moves by what it says.
const MAX_HEIGHT = 16_000_000;

/// Scrolls over a content of any height. All positions are in pixels of the content.
export class Scroller {
  readonly viewport: HTMLElement;
  readonly canvas: HTMLElement;
  readonly #onScroll: () => void;
  #height = 0;
  #top = 0;
  /// The scroll position that belongs to `#top`; another one means that the user scrolled.
  #domTop = 0;

  constructor(viewport: HTMLElement, canvas: HTMLElement, onScroll: () => void) {
    this.viewport = viewport;
    this.canvas = canvas;
    this.#onScroll = onScroll;
    viewport.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    viewport.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
  }

  get top(): number {
    return this.#top;
  }

  get viewHeight(): number {
    return this.viewport.clientHeight;
  }

  /// Where the canvas draws what is at `y` of the content.
  canvasY(y: number): number {
    return y - this.#top + this.viewport.scrollTop;
  }

  /// Sets the content's height and position together.
  set(height: number, top: number): void {
    this.#height = height;
    const shown = `${Math.min(height, MAX_HEIGHT)}px`;
    if (this.canvas.style.height !== shown) this.canvas.style.height = shown;
    this.moveTo(top);
  }

  moveTo(top: number): void {
    this.#top = Math.max(0, Math.min(top, this.#height - this.viewHeight));
    const wanted = this.#top / this.#scale;
    if (Math.abs(this.viewport.scrollTop - wanted) >= 0.5) this.viewport.scrollTop = wanted;
    this.#domTop = this.viewport.scrollTop;
    // Exact again where the browser rounded.
    if (this.#scale === 1) this.#top = this.#domTop;
  }

  get #scale(): number {
    if (this.#height <= MAX_HEIGHT) return 1;
    return (this.#height - this.viewHeight) / (MAX_HEIGHT - this.viewHeight);
  }

  #scrolled(): void {
    const dom = this.viewport.scrollTop;
    if (dom === this.#domTop) return;
    this.#domTop = dom;
    this.#top = Math.max(0, Math.min(dom * this.#scale, this.#height - this.viewHeight));
    this.#onScroll();
  }

  #wheel(event: WheelEvent): void {
    if (this.#scale === 1 || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const unit =
      event.deltaMode === WheelEvent.DOM_DELTA_PAGE
        ? this.viewHeight
        : event.deltaMode === WheelEvent.DOM_DELTA_LINE
          ? 20
          : 1;
    this.moveTo(this.#top + event.deltaY * unit);
    this.#onScroll();
  }
}
