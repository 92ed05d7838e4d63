import { CancelledError } from "../../base/cancellation.ts";
import { type Diagnostic, InputError } from "../../base/diagnostic.ts";
import { errorTrace } from "../../base/error-trace.ts";
import { Peer } from "../../protocol/peer.ts";
import type { MessagePortLike } from "../../protocol/port.ts";
import type { Hello, NoticeAction, PanelLayout, ToHost, ToView } from "../../protocol/token-panel.ts";
import { pieceEnd } from "./chunk.ts";
import type { Disposable, PanelTokenizer, TokenPanelCore } from "./core.ts";
import type { PanelEditor, TextRange } from "./editor.ts";
import type { PanelWords } from "./notices.ts";
import { Publisher } from "./publisher.ts";
import { statusOf } from "./status.ts";
import { Subjects } from "./subjects.ts";

/// The token panel without editor and webview: answers the view, and ties together what is shown
/// (`Subjects`) and what the view is told about it (`Publisher`).
export class TokenPanel implements Disposable {
  readonly #core: TokenPanelCore;
  readonly #editor: PanelEditor;
  readonly #words: PanelWords;
  readonly #subjects: Subjects;
  readonly #publisher: Publisher;
  readonly #listeners: readonly Disposable[];
  #peer: Peer<ToView, ToHost> | undefined;
  /// Absent while nobody looks.
  #layout: PanelLayout | undefined;
  #tokenizers: readonly PanelTokenizer[] = [];
  #listFailure: string | undefined;
  /// What the user chose; the first usable one if it is not on offer.
  #choice: string | undefined;

  constructor(core: TokenPanelCore, editor: PanelEditor, words: PanelWords) {
    this.#core = core;
    this.#editor = editor;
    this.#words = words;
    this.#subjects = new Subjects(core, editor, {
      onChange: () => this.#publisher.changed(),
      onCursor: (moved) => this.#publisher.cursorMoved(moved),
      onEdit: (subject, edit) => this.#publisher.edited(subject, edit),
    });
    this.#publisher = new Publisher(editor, this.#subjects, {
      onText: (update) => this.#peer?.notify("text", update),
      onHighlight: (highlight) => this.#peer?.notify("highlight", highlight),
      onStatus: () => this.#sendStatus(),
    });
    this.#listeners = [
      core.onDidChangeTokenizers(() => void this.#loadTokenizers()),
      core.onDidChangeServiceState(() => this.#serviceChanged()),
      editor.onDidChangeActive(() => this.#subjects.retarget()),
      editor.onDidChangeSelection(() => this.#subjects.selectionChanged()),
      editor.onDidClose((document) => this.#subjects.closed(document)),
      editor.onDidChangeText((change) => this.#subjects.textChanged(change)),
    ];
  }

  /// Connects a view, in place of the one before. It will say hello; each time its page is loaded.
  attach(port: MessagePortLike): void {
    this.rest();
    this.#peer?.close();
    this.#peer = new Peer<ToView, ToHost>(
      port,
      {
        requests: {
          hello: (hello) => this.#hello(hello),
          rows: ({ key, from, to }) => this.#publisher.rows(key, from, to),
          select: ({ key, piece, focusEditor }) => this.#select(key, piece, focusEditor),
          chooseTokenizer: (id) => this.#chooseTokenizer(id),
          openTokenizer: () => this.#openTokenizer(),
        },
        notifications: {
          layout: (layout) => this.#relayout(layout),
          viewport: ({ top, visibleRows }) => this.#publisher.viewportChanged(top, visibleRows),
          hover: (piece) => this.#hover(piece),
          focusEditor: () => void this.#editor.focus(),
          act: (action) => this.#act(action),
        },
      },
      (problem) => this.#core.log(`token panel: ${problem}`),
    );
  }

  /// The view is hidden: all work rests until its next hello.
  rest(): void {
    this.#layout = undefined;
    this.#publisher.reset();
    this.#subjects.want(undefined, undefined);
  }

  dispose(): void {
    this.rest();
    this.#peer?.close();
    for (const listener of this.#listeners) listener.dispose();
    this.#subjects.dispose();
  }

  async #hello({ layout, visibleRows, saved }: Hello): Promise<null> {
    // A page that was loaded again knows nothing.
    this.rest();
    this.#layout = layout;
    this.#publisher.reset(visibleRows);
    this.#choice ??= saved.tokenizer;
    if (saved.subject !== undefined && saved.top !== undefined)
      this.#subjects.remember(saved.subject, saved.top);
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
    if (!this.#layout) return;
    try {
      this.#tokenizers = await this.#core.listTokenizers();
      this.#listFailure = undefined;
    } catch (error) {
      this.#listFailure = error instanceof Error ? error.message : String(error);
      this.#log(error);
    }
    // The view may have been hidden meanwhile.
    if (!this.#layout) return;
    const tokenizer = this.#tokenizer;
    this.#peer?.notify("tokenizers", {
      choices: this.#tokenizers.map(({ cutsAtWords: _, ...choice }) => choice),
      selected: tokenizer?.id,
    });
    this.#subjects.want(tokenizer?.problem ? undefined : tokenizer, this.#layout);
    this.#sendStatus();
  }

  async #chooseTokenizer(id: string): Promise<null> {
    this.#choice = id;
    await this.#loadTokenizers();
    return null;
  }

  async #openTokenizer(): Promise<string | undefined> {
    const file = await this.#editor.pickTokenizerFile();
    if (file === undefined) return undefined;
    const { id } = await this.#core.addTokenizerFile(file);
    await this.#chooseTokenizer(id);
    return id;
  }

  #serviceChanged(): void {
    if (this.#layout) this.#subjects.current?.model.resume();
    this.#sendStatus();
  }

  #sendStatus(): void {
    if (!this.#layout) return;
    const subject = this.#subjects.current;
    const state = {
      tokenizer: this.#tokenizer,
      subject,
      listFailure: this.#listFailure,
      service: this.#core.serviceState,
      shown: subject !== undefined && this.#publisher.shows(subject),
    };
    this.#peer?.notify("status", statusOf(state, this.#words));
  }

  #relayout(layout: PanelLayout): void {
    if (!this.#layout) return;
    this.#layout = layout;
    const tokenizer = this.#tokenizer;
    this.#subjects.want(tokenizer?.problem ? undefined : tokenizer, layout);
  }

  /// The document's range of a piece, if its chunk is still there.
  #rangeOf(key: number, piece: number): (TextRange & { document: string }) | undefined {
    const subject = this.#subjects.current;
    const chunk = subject?.model.text.chunkByKey(key);
    if (!subject || !chunk || piece >= chunk.tokens) return undefined;
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
    this.#subjects.expectSelection(range.document, range);
    return this.#editor.select(range.document, range, focusEditor);
  }

  #hover(piece: { readonly key: number; readonly piece: number } | null): void {
    const range = piece && this.#rangeOf(piece.key, piece.piece);
    const document = range?.document ?? this.#subjects.current?.document;
    if (document !== undefined) this.#editor.mark(document, range ?? undefined);
  }

  #act(action: NoticeAction): void {
    switch (action) {
      case "retry":
        void this.#loadTokenizers().then(() => this.#subjects.current?.model.retry());
        break;
      case "open-tokenizer":
        this.#openTokenizer().catch((error) => this.#openFailed(error));
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

  /// The file was chosen from a notice: the answer goes there.
  #openFailed(error: unknown): void {
    if (error instanceof CancelledError) return;
    const diagnostics: readonly Diagnostic[] = error instanceof InputError ? error.diagnostics : [];
    if (diagnostics.length === 0) this.#log(error);
    else this.#peer?.notify("status", { notice: this.#words.badTokenizer("tokenizer.json", diagnostics) });
  }

  #log(error: unknown): void {
    this.#core.log(`token panel: ${errorTrace(error)}`);
  }
}
