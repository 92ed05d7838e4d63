/// What is known of a text's surprises, a number a UTF-16 unit: bits of the character that begins there,
/// 0 for a character's second unit, infinity for what the model cannot say.
export class Surprises {
  // In pages, so that what a long text needs for one more number does not grow with it.
  readonly #pages = new Map<number, Page>();

  /// Units known.
  get units(): number {
    return this.#sum(({ units }) => units);
  }

  /// Bits of all known characters that the model can say, and the UTF-8 bytes of those.
  get bits(): number {
    return this.#sum(({ sum }) => sum);
  }

  get bytes(): number {
    return this.#sum(({ length }) => length);
  }

  /// Characters that it cannot say.
  get impossible(): number {
    return this.#sum(({ impossible }) => impossible);
  }

  /// Takes what is known of the units from `from` on. `bytes`: those of each unit's character.
  put(from: number, bits: ArrayLike<number>, bytes: ArrayLike<number>): void {
    for (let i = 0; i < bits.length; i++) {
      const unit = from + i;
      const index = Math.floor(unit / PAGE_UNITS);
      let page = this.#pages.get(index);
      if (page === undefined) {
        page = new Page();
        this.#pages.set(index, page);
      }
      if (!Number.isNaN(page.bits[unit % PAGE_UNITS]!)) throw new Error(`unit ${unit} is known already`);
      page.put(unit % PAGE_UNITS, bits[i]!, bytes[i]!);
    }
  }

  /// Forgets everything from a unit on.
  cut(from: number): void {
    const last = Math.floor(from / PAGE_UNITS);
    for (const [index, page] of this.#pages) {
      if (index > last || index * PAGE_UNITS === from) this.#pages.delete(index);
      else if (index === last) page.cut(from % PAGE_UNITS);
    }
  }

  /// The unit's bits; `undefined` if nobody knows.
  at(unit: number): number | undefined {
    const bits = this.#pages.get(Math.floor(unit / PAGE_UNITS))?.bits[unit % PAGE_UNITS];
    return bits === undefined || Number.isNaN(bits) ? undefined : bits;
  }

  /// The bits of the units `from .. to`, `NaN` where nobody knows.
  slice(from: number, to: number): Float64Array {
    const slice = new Float64Array(Math.max(0, to - from)).fill(Number.NaN);
    for (let unit = from; unit < to; ) {
      const index = Math.floor(unit / PAGE_UNITS);
      const end = Math.min(to, (index + 1) * PAGE_UNITS);
      const page = this.#pages.get(index);
      if (page) slice.set(page.bits.subarray(unit % PAGE_UNITS, end - index * PAGE_UNITS), unit - from);
      unit = end;
    }
    return slice;
  }

  /// The first stretch of `from .. to` of which nothing is known.
  gap(from: number, to: number): { readonly from: number; readonly to: number } | undefined {
    const begin = this.#next(from, to, false);
    return begin < to ? { from: begin, to: this.#next(begin, to, true) } : undefined;
  }

  /// The first unit of `from .. to` that is known, or is not; `to` if there is none.
  #next(from: number, to: number, isKnown: boolean): number {
    for (let unit = from; unit < to; ) {
      const index = Math.floor(unit / PAGE_UNITS);
      const page = this.#pages.get(index);
      const end = Math.min(to, (index + 1) * PAGE_UNITS);
      // Most pages are either full or not there.
      if (page === undefined ? !isKnown : page.units === PAGE_UNITS && isKnown) return unit;
      if (page !== undefined && page.units < PAGE_UNITS) {
        for (; unit < end; unit++) if (Number.isNaN(page.bits[unit % PAGE_UNITS]!) !== isKnown) return unit;
      }
      unit = end;
    }
    return to;
  }

  #sum(of: (page: Page) => number): number {
    let sum = 0;
    for (const page of this.#pages.values()) sum += of(page);
    return sum;
  }
}

const PAGE_UNITS = 4096;

/// Surprises of `PAGE_UNITS` units, `NaN` where nobody knows, and their sums.
class Page {
  readonly bits = new Float64Array(PAGE_UNITS).fill(Number.NaN);
  readonly bytes = new Uint8Array(PAGE_UNITS);
  units = 0;
  sum = 0;
  length = 0;
  impossible = 0;

  put(at: number, bits: number, bytes: number): void {
    this.bits[at] = bits;
    this.bytes[at] = bytes;
    this.units++;
    if (bits === Number.POSITIVE_INFINITY) this.impossible++;
    else {
      this.sum += bits;
      this.length += bytes;
    }
  }

  /// Forgets what stands at a place and behind. The sums are made anew: rounding leaves nothing of nothing.
  cut(from: number): void {
    this.bits.fill(Number.NaN, from);
    this.units = 0;
    this.sum = 0;
    this.length = 0;
    this.impossible = 0;
    for (let at = 0; at < from; at++) {
      const bits = this.bits[at]!;
      if (!Number.isNaN(bits)) this.put(at, bits, this.bytes[at]!);
    }
  }
}

/// Turns bits of bytes, as they come, into bits of a text's units.
export class UnitReader {
  readonly #text: string;
  /// The first unit without a number.
  #unit: number;
  /// Bits and bytes so far of the character that begins there.
  #bits = 0;
  #read = 0;

  /// `unit`: the first unit to read.
  constructor(text: string, unit: number) {
    this.#text = text;
    this.#unit = unit;
  }

  get unit(): number {
    return this.#unit;
  }

  /// Reads on. Returns what became whole with it.
  push(bytes: ArrayLike<number>): { from: number; bits: Float64Array; bytes: Uint8Array } {
    const from = this.#unit;
    const bits: number[] = [];
    const lengths: number[] = [];
    for (let i = 0; i < bytes.length; i++) {
      this.#bits += bytes[i]!;
      this.#read++;
      const { units, bytes: length } = characterAt(this.#text, this.#unit);
      if (this.#read < length) continue;
      bits.push(this.#bits);
      lengths.push(length);
      if (units === 2) {
        bits.push(0);
        lengths.push(0);
      }
      this.#unit += units;
      this.#bits = 0;
      this.#read = 0;
    }
    return { from, bits: Float64Array.from(bits), bytes: Uint8Array.from(lengths) };
  }
}

/// Units and UTF-8 bytes of the character at a place. A half of a pair alone is written as U+FFFD.
export function characterAt(text: string, at: number): { readonly units: 1 | 2; readonly bytes: number } {
  const code = text.codePointAt(at)!;
  if (code > 0xffff) return { units: 2, bytes: 4 };
  return { units: 1, bytes: code < 0x80 ? 1 : code < 0x800 ? 2 : 3 };
}
