import type { PanelLayout, RowAddress } from "../../protocol/token-panel.ts";
import { NO_TEXT } from "../../tokenizer/index.ts";
import {
  type Chunk,
  countUpTo,
  pendingChunk,
  rowAt,
  rowCount,
  rowUnit,
  tokenizedChunk,
  withLayout,
} from "./chunk.ts";
import type { TokenizedText } from "./core.ts";
import { CHUNK_TARGET, cutText, nextCut } from "./cuts.ts";
import { textByteStarts } from "./text-bytes.ts";

/// Chunks to be tokenized together, and their text.
export interface Group {
  readonly chunks: readonly Chunk[];
  readonly text: string;
}

export interface TextTotals {
  readonly units: number;
  readonly tokens: number;
  readonly bytes: number;
  readonly characters: number;
  /// UTF-16 units not tokenized yet.
  readonly pendingUnits: number;
}

/// A text under edits, with the tokens of as much of it as is known. All offsets are UTF-16.
export class TokenText {
  readonly cutsAtWords: boolean;
  #layout: PanelLayout;
  #chunks: readonly Chunk[] = [];
  /// Where each chunk starts, and the end.
  #starts: readonly number[] = [0];
  /// Text appended but not cut yet.
  #tail = "";
  #tailIsSeam = true;

  constructor(cutsAtWords: boolean, layout: PanelLayout) {
    this.cutsAtWords = cutsAtWords;
    this.#layout = layout;
  }

  get chunks(): readonly Chunk[] {
    return this.#chunks;
  }

  get length(): number {
    return this.#starts[this.#chunks.length]!;
  }

  get layout(): PanelLayout {
    return this.#layout;
  }

  /// Adds text at the end while the text is being read; `finish` adds what is left.
  *append(text: string): Generator<void, void, void> {
    this.#tail += text;
    const cut: Chunk[] = [];
    let from = 0;
    while (this.#tail.length - from > CHUNK_TARGET * 1.5) {
      const { at, seam } = nextCut(this.#tail, from, this.cutsAtWords);
      cut.push(pendingChunk(this.#tail.slice(from, at), this.#tailIsSeam, this.#layout));
      this.#tailIsSeam = seam;
      from = at;
      yield;
    }
    this.#tail = this.#tail.slice(from);
    if (cut.length > 0) this.#replace(this.#chunks.length, 0, cut);
  }

  finish(): void {
    if (this.#tail !== "")
      this.#replace(this.#chunks.length, 0, [pendingChunk(this.#tail, this.#tailIsSeam, this.#layout)]);
    this.#tail = "";
  }

  /// Replaces a range of text. The chunks it touches have to be tokenized again.
  edit(from: number, to: number, text: string): void {
    // A seam depends on the characters at both its sides: an edit that meets one touches both chunks.
    let first = this.chunkAt(from);
    if (first > 0 && this.#starts[first] === from) first--;
    let last = this.chunkAt(to);
    if (last < first) last = first;
    const touched = this.#chunks.slice(first, last + 1);
    const start = this.#starts[first]!;
    const old = touched.map((chunk) => chunk.text).join("");
    const edited = old.slice(0, from - start) + text + old.slice(to - start);
    const seam = touched[0]?.seam ?? true;
    const parts = edited === "" ? [] : cutText(edited, this.cutsAtWords);
    this.#replace(
      first,
      touched.length,
      parts.map((part, i) => pendingChunk(part.text, i === 0 ? seam : part.seam, this.#layout)),
    );
    // The text's first chunk starts a text, whatever it was before.
    const [head, ...rest] = this.#chunks;
    if (head && !head.seam) this.#replace(0, 1 + rest.length, [{ ...head, seam: true }, ...rest]);
  }

  /// Index of the chunk that holds an offset; at a border, the one after it; at the end, the last.
  chunkAt(unit: number): number {
    const index = countUpTo(this.#chunks.length, (i) => this.#starts[i]!, unit) - 1;
    return Math.max(0, index);
  }

  /// Where a chunk starts, or -1 if it is not part of the text (any more).
  startOf(chunk: Chunk): number {
    const index = this.#chunks.indexOf(chunk);
    return index < 0 ? -1 : this.#starts[index]!;
  }

  chunkByKey(key: number): Chunk | undefined {
    return this.#chunks.find((chunk) => chunk.key === key);
  }

  /// The row that shows an offset; `undefined` if there is no text.
  rowOf(unit: number): RowAddress | undefined {
    const index = this.chunkAt(unit);
    const chunk = this.#chunks[index];
    return chunk && { key: chunk.key, row: rowAt(chunk, unit - this.#starts[index]!) };
  }

  /// Offset at which the row `count` rows above that of `unit` starts.
  unitRowsAbove(unit: number, count: number): number {
    let index = this.chunkAt(unit);
    let chunk = this.#chunks[index];
    if (!chunk) return 0;
    let row = rowAt(chunk, unit - this.#starts[index]!) - count;
    while (row < 0 && index > 0) {
      index--;
      chunk = this.#chunks[index]!;
      row += rowCount(chunk);
    }
    return this.#starts[index]! + rowUnit(chunk, Math.max(0, row));
  }

  /// The group that a chunk belongs to: from the seam at or before it to the next one.
  groupAt(index: number): Group {
    let first = index;
    while (first > 0 && !this.#chunks[first]!.seam) first--;
    let end = index + 1;
    while (end < this.#chunks.length && !this.#chunks[end]!.seam) end++;
    const chunks = this.#chunks.slice(first, end);
    return { chunks, text: chunks.map((chunk) => chunk.text).join("") };
  }

  /// Puts a group's tokens in its place. Chunks keep their borders where a token starts there. Ends
  /// without effect if the text has changed there since.
  *accept(group: Group, tokens: TokenizedText): Generator<void, void, void> {
    const { ids, flags } = tokens;
    const byteStarts = yield* textByteStarts(group.text, tokens);
    const fresh: Chunk[] = [];
    let from = 0;
    let byteFrom = 0;
    let unitFrom = 0;
    let borderByte = 0;
    let borderUnit = 0;
    for (const [index, old] of group.chunks.entries()) {
      borderByte += old.size.bytes;
      borderUnit += old.text.length;
      let to = ids.length;
      let unitTo = group.text.length;
      let byteTo = Number.POSITIVE_INFINITY;
      if (index + 1 < group.chunks.length) {
        // The first token at or after the border that starts with a character.
        to = countUpTo(ids.length, (i) => byteStarts[i]!, borderByte - 1);
        const place = characterStart(group.text, borderUnit, borderByte, byteStarts, to);
        ({ token: to, unit: unitTo, byte: byteTo } = place);
      }
      if (unitTo <= unitFrom) continue;
      const text = group.text.slice(unitFrom, unitTo);
      const special = new Set<number>();
      for (let i = from; i < to; i++) if (flags[i]! & NO_TEXT) special.add(i - from);
      const starts = byteStarts.slice(from, to).map((byte) => byte - byteFrom);
      const seam = unitFrom === borderUnit - old.text.length && old.seam;
      const chunkIds = ids.slice(from, to);
      fresh.push(
        old.tokenized && old.seam === seam && old.text === text && equal(old.pieces.ids, chunkIds)
          ? old
          : tokenizedChunk(text, seam, this.#layout, chunkIds, starts, special),
      );
      from = to;
      unitFrom = unitTo;
      byteFrom = byteTo;
      yield;
    }
    const at = this.#chunks.indexOf(group.chunks[0]!);
    if (at < 0 || group.chunks.some((chunk, i) => this.#chunks[at + i] !== chunk)) return;
    // The layout may have changed between two slices.
    const laidOut = fresh.map((chunk) => withLayout(chunk, this.#layout));
    this.#replace(at, group.chunks.length, laidOut);
  }

  /// Lays all text out anew.
  *relayout(layout: PanelLayout): Generator<void, void, void> {
    this.#layout = layout;
    for (;;) {
      // Chunks may come and go between slices: go over them until all are done.
      const done = new Map<Chunk, Chunk>();
      for (const chunk of this.#chunks) {
        if (chunk.layout === layout) continue;
        done.set(chunk, withLayout(chunk, layout));
        yield;
        if (this.#layout !== layout) return;
      }
      if (done.size === 0) return;
      this.#replace(
        0,
        this.#chunks.length,
        this.#chunks.map((chunk) => done.get(chunk) ?? chunk),
      );
    }
  }

  totals(): TextTotals {
    let tokens = 0;
    let bytes = 0;
    let characters = 0;
    let pendingUnits = 0;
    for (const chunk of this.#chunks) {
      bytes += chunk.size.bytes;
      characters += chunk.size.characters;
      tokens += chunk.tokens;
      if (!chunk.tokenized) pendingUnits += chunk.text.length;
    }
    return { units: this.length, tokens, bytes, characters, pendingUnits };
  }

  #replace(at: number, count: number, chunks: readonly Chunk[]): void {
    this.#chunks = [...this.#chunks.slice(0, at), ...chunks, ...this.#chunks.slice(at + count)];
    const starts = [0];
    for (const chunk of this.#chunks) starts.push(starts[starts.length - 1]! + chunk.text.length);
    this.#starts = starts;
  }
}

/// The first token from `token` on that starts with a character, given a character border before it.
function characterStart(
  text: string,
  unit: number,
  byte: number,
  byteStarts: Uint32Array,
  token: number,
): { token: number; unit: number; byte: number } {
  for (;;) {
    const target = byteStarts[token] ?? Number.POSITIVE_INFINITY;
    while (byte < target && unit < text.length) {
      const codePoint = text.codePointAt(unit)!;
      byte += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
      unit += codePoint > 0xffff ? 2 : 1;
    }
    if (byte === target || unit >= text.length) return { token, unit, byte };
    token++;
  }
}

function equal(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
