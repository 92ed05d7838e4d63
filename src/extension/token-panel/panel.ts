import { CancelledError } from "../../base/cancellation.ts";
import { InputError } from "../../base/diagnostic.ts";
import { Peer } from "../../protocol/peer.ts";
import type { MessagePortLike } from "../../protocol/port.ts";
import type {
  Hello,
  Highlight,
  Notice,
  NoticeAction,
  PanelLayout,
  PanelStatus,
  RowAddress,
  RowPage,
  ToHost,
  ToView,
} from "../../protocol/token-panel.ts";
import { type Chunk, chunkTable, pieceEnd, pieceRangeAt, rowCount, rowPage, rowUnit } from "./chunk.ts";
import type { Disposable, PanelTokenizer, TokenPanelCore } from "./core.ts";
import { type PanelEditor, StaleReadError, type TextChange, type TextRange } from "./editor.ts";
import type { PanelWords } from "./notices.ts";
import { TextModel } from "./text-model.ts";

/// How long the view may show the state before a change while the tokens of the new one are awaited.
const HOLD_MS = 250;
/// Least time between two updates that change nothing in sight.
const QUIET_MS = 120;
/// Selecting with the mouse makes many selections: the last one counts.
const SELECTION_SETTLE_MS = 120;
/// Documents whose tokens are kept while others are looked at.
const KEPT_DOCUMENTS = 3;
/// More edits at once than this, and reading the document again is cheaper.
const MANY_EDITS = 40;
/// Rows sent beyond the visible ones, above and below.
const MARGIN_ROWS = 20;

/// What the panel shows: a document or a part of it.
interface Subject {
  readonly document: string;
  readonly name: string;
  readonly model: TextModel;
  /// Absent for a whole document.
  readonly selection?: { readonly serial: number; readonly firstLine: number; readonly lastLine: number };
  /// Offset in the document where the text starts.
  base: number;
  version: number;
  /// Offset in the text of the first row shown; absent until something is shown.
  top: number | undefined;
}

/// What the view has been told.
interface Published {
  readonly subject: Subject;
  readonly chunks: readonly Chunk[];
  readonly base: number;
  /// Edits since then, in the text's offsets.
  readonly edits: (TextRange & { readonly text: string })[];
}

/// The token panel without editor and webview: decides what text is shown, keeps it tokenized, and
/// tells the view.
export class TokenPanel implements Disposable {
  readonly #core: TokenPanelCore;
  readonly #editor: PanelEditor;
  readonly #words: PanelWords;
  readonly #listeners: Disposable[];
  #peer: Peer<ToView, ToHost> | undefined;
  #layout: PanelLayout | undefined;
  #visibleRows = 40;
  #savedTop: { subject: string; top: number } | undefined;

  #tokenizers: readonly PanelTokenizer[] = [];
  /// What the user chose; the first usable one if it is not on offer.
  #choice: string | undefined;

  readonly #documents = new Map<string, Subject>();
  #subject: Subject | undefined;
  #selectionSerial = 0;
  #selectionTimer: ReturnType<typeof setTimeout> | undefined;
  /// A selection that the panel made: it changes nothing about what is shown.
  #ownSelection: (TextRange & { document: string }) | undefined;

  #published: Published | undefined;
  #publishedAt = 0;
  #changedAt: number | undefined;
  #publishTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(core: TokenPanelCore, editor: PanelEditor, words: PanelWords) {
    this.#core = core;
    this.#editor = editor;
    this.#words = words;
    this.#listeners = [
      core.onDidChangeTokenizers(() => void this.#loadTokenizers()),
      core.onDidChangeServiceState(() => {
        this.#subject?.model.resume();
        this.#sendStatus();
      }),
      editor.onDidChangeActive(() => this.#retarget()),
      editor.onDidChangeSelection(() => this.#selectionChanged()),
      editor.onDidChangeText((change) => this.#textChanged(change)),
    ];
  }

  /// Connects a view that is about to say hello, in place of the one before.
  attach(port: MessagePortLike): void {
    this.detach();
    this.#peer = new Peer<ToView, ToHost>(
      port,
      {
        requests: {
          hello: (hello) => this.#hello(hello),
          rows: ({ key, from, to }) => this.#rows(key, from, to),
          select: ({ key, piece, focusEditor }) => this.#select(key, piece, focusEditor),
          chooseTokenizer: (id) => this.#chooseTokenizer(id),
          openTokenizer: () => this.#openTokenizer(),
        },
        notifications: {
          layout: (layout) => this.#relayout(layout),
          viewport: ({ top, visibleRows }) => this.#viewportChanged(top, visibleRows),
          hover: (piece) => this.#hover(piece),
          focusEditor: () => void this.#editor.focus(),
          act: (action) => this.#act(action),
        },
      },
      (problem) => this.#core.log(`token panel: ${problem}`),
    );
  }

  /// The view is gone or hidden: all work rests until the next hello.
  detach(): void {
    this.#peer?.close();
    this.#peer = undefined;
    this.#layout = undefined;
    this.#published = undefined;
    this.#changedAt = undefined;
    clearTimeout(this.#publishTimer);
    clearTimeout(this.#selectionTimer);
    this.#subject?.model.pause();
  }

  dispose(): void {
    this.detach();
    for (const listener of this.#listeners) listener.dispose();
    this.#dropModels();
  }

  get #active(): boolean {
    return this.#peer !== undefined && this.#layout !== undefined;
  }

  // Tokenizers

  async #hello({ layout, visibleRows, saved }: Hello): Promise<null> {
    this.#layout = layout;
    this.#visibleRows = visibleRows;
    this.#choice ??= saved.tokenizer;
    if (saved.subject !== undefined && saved.top !== undefined)
      this.#savedTop = { subject: saved.subject, top: saved.top };
    this.#published = undefined;
    await this.#loadTokenizers();
    return null;
  }

  get #tokenizer(): PanelTokenizer | undefined {
    return (
      this.#tokenizers.find((tokenizer) => tokenizer.id === this.#choice) ??
      this.#tokenizers.find((tokenizer) => tokenizer.problem === undefined) ??
      this.#tokenizers[0]
    );
  }

  async #loadTokenizers(): Promise<void> {
    if (!this.#active) return;
    const before = this.#tokenizer;
    try {
      this.#tokenizers = await this.#core.listTokenizers();
    } catch (error) {
      this.#core.log(`token panel: ${error instanceof Error ? error.message : String(error)}`);
    }
    const now = this.#tokenizer;
    this.#peer?.notify("tokenizers", {
      choices: this.#tokenizers.map(({ cutsAtWords: _, ...choice }) => choice),
      selected: now?.id,
    });
    if (before?.id !== now?.id || before?.cutsAtWords !== now?.cutsAtWords) this.#tokenizerChanged();
    else this.#retarget();
  }

  #tokenizerChanged(): void {
    // The reader stays where they are in the text.
    const subject = this.#subject;
    if (subject?.top !== undefined && !subject.selection)
      this.#savedTop = { subject: subjectName(subject), top: subject.top };
    this.#dropModels();
    this.#retarget();
  }

  async #chooseTokenizer(id: string): Promise<null> {
    this.#choice = id;
    await this.#loadTokenizers();
    // Its file may be right by now, the model loaded.
    this.#subject?.model.retry();
    return null;
  }

  async #openTokenizer(): Promise<string | undefined> {
    const file = await this.#editor.pickTokenizerFile();
    if (file === undefined) return undefined;
    const tokenizer = await this.#core.addTokenizerFile(file);
    await this.#chooseTokenizer(tokenizer.id);
    return tokenizer.id;
  }

  // What is shown

  #retarget(): void {
    if (!this.#active) return;
    clearTimeout(this.#selectionTimer);
    this.#selectionTimer = undefined;
    const { active } = this.#editor;
    const tokenizer = this.#tokenizer;
    if (!active || !tokenizer || tokenizer.problem) {
      this.#leave();
      this.#sendStatus();
      return;
    }
    const { document, selection } = active;
    if (this.#isOwnSelection(document, selection) && this.#subject?.document === document) {
      this.#sendHighlight(false);
      return;
    }
    this.#ownSelection = undefined;
    const whole = selection.from === selection.to || (selection.from === 0 && selection.to === active.length);
    const current = this.#subject;
    if (whole) {
      if (current?.document === document && !current.selection) {
        this.#sendHighlight(true);
        return;
      }
      const kept = this.#documents.get(document);
      if (kept) this.#enter(kept);
      else
        this.#open(active.version, { document, name: active.name, base: 0 }, { from: 0, to: active.length });
      return;
    }
    this.#selectionSerial++;
    const { firstLine, lastLine } = active;
    this.#open(
      active.version,
      {
        document,
        name: active.name,
        base: selection.from,
        selection: { serial: this.#selectionSerial, firstLine, lastLine },
      },
      selection,
    );
  }

  #open(
    version: number,
    what: Pick<Subject, "document" | "name" | "base" | "selection">,
    range: TextRange,
  ): void {
    const model = new TextModel({
      core: this.#core,
      tokenizer: this.#tokenizer!,
      layout: this.#layout!,
      onChange: () => {
        if (this.#subject === subject) this.#changed();
      },
    });
    const subject: Subject = { ...what, model, version, top: undefined };
    if (!what.selection) {
      this.#documents.set(what.document, subject);
      for (const [oldest, { model }] of this.#documents) {
        if (this.#documents.size <= KEPT_DOCUMENTS) break;
        this.#documents.delete(oldest);
        model.dispose();
      }
    }
    this.#enter(subject);
    model.load(this.#editor.read(what.document, version, range, model.signal)).catch((error) => {
      if (error instanceof CancelledError || model.disposed) return;
      this.#drop(subject);
      // A change of the text stopped the reading; its event may have come before.
      if (error instanceof StaleReadError) this.#retarget();
      else this.#core.log(`token panel: ${error instanceof Error ? error.message : String(error)}`);
    });
  }

  #enter(subject: Subject): void {
    this.#leave();
    this.#subject = subject;
    if (!subject.selection) {
      this.#documents.delete(subject.document);
      this.#documents.set(subject.document, subject);
    }
    if (subject.top === undefined && this.#savedTop?.subject === subjectName(subject))
      subject.top = this.#savedTop.top;
    this.#savedTop = undefined;
    void subject.model.relayout(this.#layout!).catch(() => undefined);
    this.#changed();
    subject.model.resume();
  }

  #leave(): void {
    const subject = this.#subject;
    this.#subject = undefined;
    if (!subject) return;
    if (subject.selection) subject.model.dispose();
    else subject.model.pause();
  }

  #drop(subject: Subject): void {
    subject.model.dispose();
    if (this.#documents.get(subject.document) === subject) this.#documents.delete(subject.document);
    if (this.#subject === subject) this.#subject = undefined;
  }

  #dropModels(): void {
    for (const subject of this.#documents.values()) subject.model.dispose();
    this.#documents.clear();
    this.#subject?.model.dispose();
    this.#subject = undefined;
  }

  #textChanged(change: TextChange): void {
    for (const subject of new Set([...this.#documents.values(), ...(this.#subject ? [this.#subject] : [])])) {
      if (subject.document !== change.document) continue;
      if (!this.#active || subject.model.loading || change.edits.length > MANY_EDITS) this.#drop(subject);
      else if (!this.#applyEdits(subject, change)) this.#drop(subject);
    }
    if (this.#ownSelection?.document === change.document) this.#ownSelection = undefined;
    if (!this.#subject) this.#retarget();
  }

  /// False if an edit meets the border of a selection: then nobody can say what is selected now.
  #applyEdits(subject: Subject, change: TextChange): boolean {
    for (const edit of change.edits) {
      const from = edit.from - subject.base;
      const to = edit.to - subject.base;
      if (subject.selection) {
        if (from >= subject.model.text.length) continue;
        if (to <= 0) {
          subject.base += edit.text.length - (edit.to - edit.from);
          continue;
        }
        if (from <= 0 || to >= subject.model.text.length) return false;
      }
      const local = { from, to, text: edit.text };
      if (subject.top !== undefined) subject.top = mapOffset(subject.top, local);
      if (this.#published?.subject === subject) this.#published.edits.push(local);
      subject.model.edit(local);
    }
    subject.version = change.version;
    return true;
  }

  #selectionChanged(): void {
    const { active } = this.#editor;
    if (!this.#active || !active) return;
    const { document, selection } = active;
    const moves = selection.from === selection.to || this.#isOwnSelection(document, selection);
    clearTimeout(this.#selectionTimer);
    if (moves) this.#retarget();
    else this.#selectionTimer = setTimeout(() => this.#retarget(), SELECTION_SETTLE_MS);
  }

  #isOwnSelection(document: string, range: TextRange): boolean {
    const own = this.#ownSelection;
    return own?.document === document && own.from === range.from && own.to === range.to;
  }

  // Telling the view

  #changed(): void {
    this.#changedAt ??= performance.now();
    this.#publishWhenFit();
  }

  /// Publishes when what is in sight has its tokens, or has waited long enough for them; and not too
  /// often if nothing in sight changed.
  #publishWhenFit(): void {
    clearTimeout(this.#publishTimer);
    const subject = this.#subject;
    if (this.#changedAt === undefined || !this.#active || !subject || subject.model.loading) return;
    const now = performance.now();
    const visible = this.#visibleChunks(subject);
    const published = this.#published?.subject === subject ? new Set(this.#published.chunks) : undefined;
    const due = subject.model.failure
      ? now
      : published && visible.every((chunk) => published.has(chunk))
        ? this.#publishedAt + QUIET_MS
        : visible.every((chunk) => chunk.tokenized)
          ? now
          : this.#changedAt + HOLD_MS;
    const complete = subject.model.text.chunks.every((chunk) => chunk.tokenized);
    if (due <= now || complete) this.#publish(subject);
    else {
      this.#sendStatus();
      this.#publishTimer = setTimeout(() => this.#publishWhenFit(), due - now);
    }
  }

  #publish(subject: Subject): void {
    const { text } = subject.model;
    this.#changedAt = undefined;
    this.#publishedAt = performance.now();
    this.#published = { subject, chunks: text.chunks, base: subject.base, edits: [] };
    const top = text.length === 0 ? undefined : text.rowOf(this.#topOf(subject));
    this.#peer?.notify("text", {
      subject: subjectName(subject),
      base: subject.base,
      chunks: chunkTable(text.chunks),
      pages: top ? this.#pagesAround(text.chunks, top) : [],
      top,
    });
    this.#sendHighlight(subject.top === undefined);
    subject.top ??= this.#topOf(subject);
    this.#sendStatus();
  }

  /// The offset to show on top: where the reader was, or else some rows above the cursor.
  #topOf(subject: Subject): number {
    const { text } = subject.model;
    if (subject.top !== undefined) return Math.min(subject.top, text.length);
    if (subject.selection) return 0;
    const cursor =
      this.#editor.active?.document === subject.document ? this.#editor.active.selection.from : 0;
    return text.unitRowsAbove(Math.min(cursor, text.length), Math.floor(this.#visibleRows / 3));
  }

  #visibleChunks(subject: Subject): Chunk[] {
    const { text } = subject.model;
    const top = this.#topOf(subject);
    subject.model.focus(top);
    const chunks: Chunk[] = [];
    let index = text.chunkAt(top);
    const row = text.rowOf(top)?.row ?? 0;
    for (let rows = -row; index < text.chunks.length && rows < this.#visibleRows; index++) {
      chunks.push(text.chunks[index]!);
      rows += rowCount(text.chunks[index]!);
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

  #sendHighlight(reveal: boolean): void {
    // While an update is due, the highlight comes with it.
    if (this.#changedAt !== undefined) return;
    this.#peer?.notify("highlight", this.#highlight(reveal) ?? null);
  }

  #highlight(reveal: boolean): Highlight | undefined {
    const subject = this.#subject;
    const { active } = this.#editor;
    if (!subject || active?.document !== subject.document) return undefined;
    const own = this.#isOwnSelection(active.document, active.selection);
    const { text } = subject.model;
    const from = active.selection.from - subject.base;
    const to = active.selection.to - subject.base;
    if (from < 0 || to > text.length || text.length === 0) return undefined;
    // The selection that is the text would light up all of it.
    if (subject.selection && !own) return undefined;
    let range: TextRange = { from, to };
    if (from === to) {
      const unit = from === text.length ? from - 1 : from;
      const index = text.chunkAt(unit);
      const chunk = text.chunks[index]!;
      if (!chunk.tokenized) return undefined;
      const start = text.startOf(chunk);
      const piece = pieceRangeAt(chunk, unit - start);
      range = { from: start + piece.from, to: start + piece.to };
    }
    const row = text.rowOf(range.from);
    return row && { ...range, row, reveal: reveal && !own };
  }

  #sendStatus(): void {
    if (this.#active) this.#peer?.notify("status", this.#status());
  }

  #status(): PanelStatus {
    const subject = this.#subject;
    const notice = this.#notice();
    if (!subject) return notice ? { notice } : {};
    const { model, selection } = subject;
    const totals = model.text.totals();
    const complete = !model.loading && totals.pendingUnits === 0;
    const working = !complete && !model.failure && this.#core.serviceState !== "stopped";
    return {
      scope: selection
        ? {
            kind: "selection",
            label: this.#words.lines(subject.name, selection.firstLine, selection.lastLine),
          }
        : { kind: "document", label: subject.name },
      counts: { tokens: totals.tokens, bytes: totals.bytes, characters: totals.characters, complete },
      ...(working && {
        progress:
          model.loading || totals.pendingUnits === totals.units ? -1 : 1 - totals.pendingUnits / totals.units,
      }),
      ...(notice && { notice }),
      ...(!model.lossless && { lossy: true }),
    };
  }

  #notice(): Notice | undefined {
    const words = this.#words;
    const tokenizer = this.#tokenizer;
    if (!tokenizer) return words.noTokenizer();
    if (tokenizer.problem) return words.badTokenizer(tokenizer.name, [tokenizer.problem]);
    const subject = this.#subject;
    if (!subject) return words.noEditor();
    const { failure, loading, text } = subject.model;
    if (failure?.kind === "input") return words.badTokenizer(tokenizer.name, failure.diagnostics);
    const state = this.#core.serviceState;
    if (state !== "ready") {
      const shown = this.#published?.subject === subject && text.chunks.some((chunk) => chunk.tokenized);
      const idle = !loading && text.chunks.every((chunk) => chunk.tokenized);
      if (!idle) return words.service(state, shown);
    }
    if (failure) return words.fault(failure.message);
    if (!loading && text.length === 0) return words.empty();
    return undefined;
  }

  // What the view asks for

  #rows(key: number, from: number, to: number): RowPage | undefined {
    const chunk =
      this.#published?.chunks.find((chunk) => chunk.key === key) ?? this.#subject?.model.text.chunkByKey(key);
    return chunk && rowPage(chunk, from, to);
  }

  #viewportChanged(top: RowAddress, visibleRows: number): void {
    this.#visibleRows = visibleRows;
    const published = this.#published;
    if (!published || published.subject !== this.#subject) return;
    let unit = 0;
    for (const chunk of published.chunks) {
      if (chunk.key === top.key) {
        unit += rowUnit(chunk, top.row);
        for (const edit of published.edits) unit = mapOffset(unit, edit);
        published.subject.top = unit;
        published.subject.model.focus(unit);
        return;
      }
      unit += chunk.text.length;
    }
  }

  #relayout(layout: PanelLayout): void {
    this.#layout = layout;
    void this.#subject?.model.relayout(layout).catch(() => undefined);
  }

  /// The document's range of a piece, if its chunk is still there.
  #rangeOf(key: number, piece: number): (TextRange & { document: string }) | undefined {
    const subject = this.#subject;
    const chunk = subject?.model.text.chunkByKey(key);
    if (!subject || !chunk || piece >= chunk.pieces.marks.length) return undefined;
    const start = subject.base + subject.model.text.startOf(chunk);
    return {
      document: subject.document,
      from: start + chunk.pieces.unitStarts[piece]!,
      to: start + pieceEnd(chunk, piece),
    };
  }

  async #select(key: number, piece: number, focusEditor: boolean): Promise<boolean> {
    const range = this.#rangeOf(key, piece);
    if (!range) return false;
    this.#ownSelection = range;
    return this.#editor.select(range.document, range, focusEditor);
  }

  #hover(piece: { key: number; piece: number } | null): void {
    const range = piece && this.#rangeOf(piece.key, piece.piece);
    const document = range?.document ?? this.#subject?.document;
    if (document !== undefined) this.#editor.mark(document, range ?? undefined);
  }

  #act(action: NoticeAction): void {
    switch (action) {
      case "retry":
        void this.#loadTokenizers().then(() => this.#subject?.model.retry());
        break;
      case "open-tokenizer":
        void this.#openTokenizer().catch((error) => this.#openFailed(error));
        break;
      case "show-log":
        this.#core.showLog();
        break;
      case "restart":
        this.#core.restartService();
        break;
      default:
        action satisfies never;
    }
  }

  #openFailed(error: unknown): void {
    if (error instanceof InputError)
      this.#peer?.notify("status", {
        ...this.#status(),
        notice: this.#words.badTokenizer("tokenizer.json", error.diagnostics),
      });
    else this.#core.log(`token panel: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function subjectName(subject: Subject): string {
  return subject.selection ? `${subject.document}#${subject.selection.serial}` : subject.document;
}

/// Where an offset is after an edit; inside the replaced range: its start.
function mapOffset(offset: number, edit: TextRange & { readonly text: string }): number {
  if (offset <= edit.from) return offset;
  if (offset >= edit.to) return offset + edit.text.length - (edit.to - edit.from);
  return edit.from;
}
