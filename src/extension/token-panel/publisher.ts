import type { Highlight, RowAddress, RowPage, TextUpdate } from "../../protocol/token-panel.ts";
import { type Chunk, chunkTable, pieceRangeAt, rowCount, rowPage, rowUnit } from "./chunk.ts";
import type { PanelEditor, TextEdit, TextRange } from "./editor.ts";
import { mapOffset, type Subject, subjectName, topOf } from "./subject.ts";
import type { Subjects } from "./subjects.ts";

/// How long the view may show the state before a change while the tokens of the new one are awaited.
const HOLD_MS = 250;
/// Least time between two updates that change nothing in sight.
const QUIET_MS = 120;
/// Rows sent beyond the visible ones, above and below.
const MARGIN_ROWS = 20;

/// What the view has been told.
interface Published {
  readonly subject: Subject;
  readonly chunks: readonly Chunk[];
  /// Edits since then, in the text's offsets.
  readonly edits: TextEdit[];
}

export interface PublisherEvents {
  onText(update: TextUpdate): void;
  onHighlight(highlight: Highlight | null): void;
  onStatus(): void;
}

/// Tells the view about the current subject: when what is in sight has its tokens, so that it never
/// shows a gap, and not more often than it helps.
export class Publisher {
  readonly #editor: PanelEditor;
  readonly #subjects: Subjects;
  readonly #events: PublisherEvents;
  #visibleRows = 40;
  #published: Published | undefined;
  #publishedAt = 0;
  /// Since when there is something the view does not know.
  #changedAt: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /// The cursor moved since: the next update shows where it is.
  #follow = false;

  constructor(editor: PanelEditor, subjects: Subjects, events: PublisherEvents) {
    this.#editor = editor;
    this.#subjects = subjects;
    this.#events = events;
  }

  /// The view shows this subject's text.
  shows(subject: Subject): boolean {
    return this.#published?.subject === subject && this.#published.chunks.length > 0;
  }

  /// The view knows nothing (any more).
  reset(visibleRows?: number): void {
    clearTimeout(this.#timer);
    if (visibleRows !== undefined) this.#visibleRows = visibleRows;
    this.#published = undefined;
    this.#changedAt = undefined;
    this.#follow = false;
  }

  changed(): void {
    this.#changedAt ??= performance.now();
    this.#publishWhenFit();
  }

  edited(subject: Subject, edit: TextEdit): void {
    if (this.#published?.subject === subject) this.#published.edits.push(edit);
  }

  cursorMoved(reveal: boolean): void {
    // While an update is due, the highlight comes with it.
    if (this.#changedAt === undefined) this.#events.onHighlight(this.#highlight(reveal) ?? null);
    else if (reveal) this.#follow = true;
  }

  viewportChanged(top: RowAddress, visibleRows: number): void {
    this.#visibleRows = visibleRows;
    const published = this.#published;
    if (!published) return;
    const unit = this.#unitOf(published, top);
    if (unit === undefined) return;
    const { current } = this.#subjects;
    const name = subjectName(published.subject);
    // The same text may be under way with another tokenizer: the reader's place goes over to it.
    if (current && subjectName(current) === name) {
      current.top = unit;
      current.model.focus(unit);
    } else this.#subjects.remember(name, unit);
  }

  /// The offset in the text, as it is now, at which a row that the view knows starts.
  #unitOf({ chunks, edits }: Published, { key, row }: RowAddress): number | undefined {
    let unit = 0;
    for (const chunk of chunks) {
      if (chunk.key === key) return edits.reduce(mapOffset, unit + rowUnit(chunk, row));
      unit += chunk.text.length;
    }
    return undefined;
  }

  /// Rows of a chunk that the view knows, or that it is about to know.
  rows(key: number, from: number, to: number): RowPage | undefined {
    const chunk =
      this.#published?.chunks.find((chunk) => chunk.key === key) ??
      this.#subjects.current?.model.text.chunkByKey(key);
    return chunk && rowPage(chunk, from, to);
  }

  #publishWhenFit(): void {
    clearTimeout(this.#timer);
    const subject = this.#subjects.current;
    if (this.#changedAt === undefined || !subject || subject.model.loading) {
      this.#events.onStatus();
      return;
    }
    const now = performance.now();
    const due = this.#due(subject, now, this.#changedAt);
    if (due <= now) this.#publish(subject);
    else {
      this.#events.onStatus();
      this.#timer = setTimeout(() => this.#publishWhenFit(), due - now);
    }
  }

  #due(subject: Subject, now: number, changedAt: number): number {
    const { chunks } = subject.model.text;
    if (subject.model.failure || chunks.every((chunk) => chunk.tokenized)) return now;
    const visible = this.#visibleChunks(subject);
    const known = this.#published?.subject === subject ? new Set(this.#published.chunks) : undefined;
    if (known && visible.every((chunk) => known.has(chunk))) return this.#publishedAt + QUIET_MS;
    return visible.every((chunk) => chunk.tokenized) ? now : changedAt + HOLD_MS;
  }

  #publish(subject: Subject): void {
    const { text } = subject.model;
    this.#changedAt = undefined;
    this.#publishedAt = performance.now();
    const first = subject.top === undefined;
    subject.top = topOf(subject, this.#editor, this.#visibleRows);
    const top = text.rowOf(subject.top);
    this.#published = { subject, chunks: text.chunks, edits: [] };
    this.#events.onText({
      subject: subjectName(subject),
      base: subject.base,
      chunks: chunkTable(text.chunks),
      pages: top ? this.#pagesAround(text.chunks, top) : [],
      top,
    });
    this.#events.onHighlight(this.#highlight(first || this.#follow) ?? null);
    this.#follow = false;
    this.#events.onStatus();
  }

  #visibleChunks(subject: Subject): Chunk[] {
    const { text } = subject.model;
    const top = topOf(subject, this.#editor, this.#visibleRows);
    subject.model.focus(top);
    const chunks: Chunk[] = [];
    let rows = -(text.rowOf(top)?.row ?? 0);
    for (let i = text.chunkAt(top); i < text.chunks.length && rows < this.#visibleRows; i++) {
      chunks.push(text.chunks[i]!);
      rows += rowCount(text.chunks[i]!);
    }
    return chunks;
  }

  #pagesAround(chunks: readonly Chunk[], top: RowAddress): RowPage[] {
    const pages: RowPage[] = [];
    let index = chunks.findIndex((chunk) => chunk.key === top.key);
    let from = top.row - MARGIN_ROWS;
    let wanted = this.#visibleRows + 2 * MARGIN_ROWS;
    while (from < 0 && index > 0) {
      index--;
      from += rowCount(chunks[index]!);
    }
    for (; index < chunks.length && wanted > 0; index++) {
      const page = rowPage(chunks[index]!, Math.max(0, from), Math.max(0, from) + wanted);
      pages.push(page);
      wanted -= page.to - page.from;
      from = 0;
    }
    return pages;
  }

  #highlight(reveal: boolean): Highlight | undefined {
    const subject = this.#subjects.current;
    const { active } = this.#editor;
    if (!subject || active?.document !== subject.document) return undefined;
    const own = this.#subjects.selectionIsOwn;
    const { text } = subject.model;
    const from = active.selection.from - subject.base;
    const to = active.selection.to - subject.base;
    if (from < 0 || to > text.length || text.length === 0) return undefined;
    // The selection that is the text would light up all of it.
    if (from !== to && !own) return undefined;
    let range: TextRange = { from, to };
    if (from === to) {
      const unit = Math.min(from, text.length - 1);
      const chunk = text.chunks[text.chunkAt(unit)]!;
      if (!chunk.tokenized) return undefined;
      const start = text.startOf(chunk);
      const piece = pieceRangeAt(chunk, unit - start);
      range = { from: start + piece.from, to: start + piece.to };
    }
    const row = text.rowOf(range.from);
    return row && { ...range, row, reveal: reveal && !own };
  }
}
