/// What is known of a text's surprises, a number a UTF-16 unit: bits of the character that begins there,
/// 0 for a character's second unit, infinity for what the model cannot say.
export class Surprises {
  /// By place; they neither overlap nor touch.
  #runs: Run[] = [];
  #units = 0;
  #bits = 0;
  #bytes = 0;
  #impossible = 0;

  /// Units known.
  get units(): number {
    return this.#units;
  }

  /// Bits of all known characters that the model can say, and the UTF-8 bytes of those.
  get bits(): number {
    return this.#bits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /// Characters that it cannot say.
  get impossible(): number {
    return this.#impossible;
  }

  /// Takes what is known of the units from `from` on. `bytes`: those of each unit's character.
  put(from: number, bits: Float64Array, bytes: Uint8Array): void {
    if (bits.length === 0) return;
    this.#count(bits, bytes, 1);
    const at = this.#runs.findIndex((run) => run.from > from);
    const index = at < 0 ? this.#runs.length : at;
    const before = this.#runs[index - 1];
    const after = this.#runs[index];
    if (before !== undefined && endOf(before) > from) throw new Error(`unit ${from} is known already`);
    if (after !== undefined && from + bits.length > after.from) {
      throw new Error(`unit ${after.from} is known already`);
    }
    const joined: Run[] = [];
    if (before !== undefined && endOf(before) === from) joined.push(before);
    joined.push({ from, bits, bytes });
    if (after !== undefined && after.from === from + bits.length) joined.push(after);
    this.#runs.splice(joined[0] === before ? index - 1 : index, joined.length - 1, join(joined));
  }

  /// Forgets everything from a unit on.
  cut(from: number): void {
    while (this.#runs.length > 0 && endOf(this.#runs.at(-1)!) > from) {
      const run = this.#runs.pop()!;
      const kept = Math.max(0, from - run.from);
      this.#count(run.bits.subarray(kept), run.bytes.subarray(kept), -1);
      if (kept > 0)
        this.#runs.push({ from: run.from, bits: run.bits.slice(0, kept), bytes: run.bytes.slice(0, kept) });
    }
  }

  /// The unit's bits; `undefined` if nobody knows.
  at(unit: number): number | undefined {
    const run = this.#runs.find((candidate) => candidate.from <= unit && unit < endOf(candidate));
    return run?.bits[unit - run.from];
  }

  /// Calls `visit` with what is known of the units `from .. to`, in stretches.
  forEachRun(from: number, to: number, visit: (from: number, bits: Float64Array) => void): void {
    for (const run of this.#runs) {
      const begin = Math.max(from, run.from);
      const end = Math.min(to, endOf(run));
      if (begin < end) visit(begin, run.bits.subarray(begin - run.from, end - run.from));
    }
  }

  /// The first stretch of `from .. to` of which nothing is known.
  gap(from: number, to: number): { readonly from: number; readonly to: number } | undefined {
    let at = from;
    for (const run of this.#runs) {
      if (endOf(run) <= at) continue;
      if (run.from > at) return at < to ? { from: at, to: Math.min(to, run.from) } : undefined;
      at = endOf(run);
    }
    return at < to ? { from: at, to } : undefined;
  }

  #count(bits: Float64Array, bytes: Uint8Array, sign: 1 | -1): void {
    this.#units += sign * bits.length;
    for (let i = 0; i < bits.length; i++) {
      if (bits[i] === Number.POSITIVE_INFINITY) this.#impossible += sign;
      else {
        this.#bits += sign * bits[i]!;
        this.#bytes += sign * bytes[i]!;
      }
    }
    // Rounding must not leave something of nothing.
    if (this.#units === 0) this.#bits = 0;
  }
}

interface Run {
  readonly from: number;
  readonly bits: Float64Array;
  readonly bytes: Uint8Array;
}

function endOf({ from, bits }: Run): number {
  return from + bits.length;
}

function join(runs: readonly Run[]): Run {
  if (runs.length === 1) return runs[0]!;
  const length = runs.reduce((sum, { bits }) => sum + bits.length, 0);
  const joined = { from: runs[0]!.from, bits: new Float64Array(length), bytes: new Uint8Array(length) };
  for (const { from, bits, bytes } of runs) {
    joined.bits.set(bits, from - joined.from);
    joined.bytes.set(bytes, from - joined.from);
  }
  return joined;
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
