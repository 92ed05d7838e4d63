import * as vscode from "vscode";
import { CancelledError } from "../../base/cancellation.ts";
import { failureLine, showFailure } from "../messages.ts";
import type { Session } from "../session.ts";
import { affectsSettings, Settings } from "../settings.ts";
import { SurpriseHover } from "./hover.ts";
import { thresholdsOf } from "./levels.ts";
import { unitsInSight } from "./marks-in-sight.ts";
import { linesInSight, linesOf, Paint } from "./paint.ts";
import { lengthOf, type Part, ScoredDocument } from "./scored-document.ts";
import { bitsPerByte, type HeatMapPhase, HeatMapStatus } from "./status.ts";

/// Without typing, or scrolling, for this long, scoring begins.
const TYPING_PAUSE_MS = 300;
const SCROLL_PAUSE_MS = 120;
/// Marks and the status are renewed this often at most.
const DRAW_MS = 120;

/// Documents whose text no person writes, or that change all the time.
const PASSED_OVER = new Set(["output", "debug", "comment", "vscode-scm"]);

/// What the heat map shows now, for tests and other extensions.
export interface HeatMapState {
  readonly phase: HeatMapPhase["kind"];
  readonly document?: string;
  /// UTF-16 units of the document that are scored.
  readonly scored: number;
  readonly bitsPerByte?: number;
  /// UTF-16 units scored of each text in sight, by its URI.
  readonly inSight: ReadonlyMap<string, number>;
}

/// Marks each character in sight by how much it surprises the model: in all text editors, both sides of a
/// comparison and the cells of a notebook included. The active text is scored beyond what is in sight, too, and the
/// status bar is about it. It lives as long as the heat map is on.
export class HeatMap implements vscode.Disposable {
  readonly #session: Session;
  readonly #paint = new Paint();
  readonly #status = new HeatMapStatus();
  readonly #subscriptions: vscode.Disposable[];
  #scored = new Map<vscode.TextDocument, ScoredDocument>();
  /// The active text.
  #document: vscode.TextDocument | undefined;
  #phase: HeatMapPhase = { kind: "no-text" };
  #run: { readonly abort: AbortController; part: DocumentPart | undefined } | undefined;
  #pause: NodeJS.Timeout | undefined;
  /// Editors whose marks are not what is known.
  readonly #unpainted = new Set<vscode.TextEditor>();
  /// The next drawing, from when it is planned until it is done.
  #nextDrawing: NodeJS.Timeout | undefined;
  readonly #disposed = new AbortController();
  /// What was said aloud already.
  #told = "";

  constructor(session: Session) {
    this.#session = session;
    const { window, workspace } = vscode;
    this.#subscriptions = [
      vscode.languages.registerHoverProvider(
        { pattern: "**" },
        new SurpriseHover(session, (document) => this.#scored.get(document)),
      ),
      window.onDidChangeActiveTextEditor((editor) => this.#follow(editor)),
      window.onDidChangeVisibleTextEditors(() => {
        this.#draw();
        this.#lookAgain();
      }),
      window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
        if (PASSED_OVER.has(textEditor.document.uri.scheme)) return;
        this.#draw(textEditor.document);
        this.#lookAgain();
      }),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) =>
        this.#edited(document, contentChanges),
      ),
      workspace.onDidCloseTextDocument((document) => {
        this.#scored.delete(document);
        if (document === this.#document) this.#follow(session.editors.current);
      }),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("tokensieve.model")) this.#forgetAll();
        else if (affectsSettings(event)) this.#start(0);
      }),
    ];
    this.#follow(session.editors.current);
    if (this.#document === undefined) this.#start(0);
  }

  get state(): HeatMapState {
    const scored = this.#document && this.#scored.get(this.#document);
    const mean = scored && bitsPerByte(scored);
    return {
      phase: this.#phase.kind,
      ...(this.#document && { document: this.#document.uri.toString() }),
      scored: scored?.surprises.units ?? 0,
      ...(mean !== undefined && { bitsPerByte: mean }),
      inSight: new Map(
        this.#documents().map((document) => [
          document.uri.toString(),
          this.#scored.get(document)?.surprises.units ?? 0,
        ]),
      ),
    };
  }

  dispose(): void {
    this.#stop();
    clearTimeout(this.#nextDrawing);
    this.#disposed.abort();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#paint.dispose();
    this.#status.dispose();
  }

  /// The text that was active stays when the focus goes to something that is none: a view, a picture.
  #follow(editor: vscode.TextEditor | undefined): void {
    const next = editor?.document ?? (this.#document?.isClosed === false ? this.#document : undefined);
    if (next !== undefined && PASSED_OVER.has(next.uri.scheme)) return;
    if (next === this.#document) return;
    this.#document = next;
    this.#start(0);
  }

  #edited(document: vscode.TextDocument, changes: readonly vscode.TextDocumentContentChangeEvent[]): void {
    const scored = this.#scored.get(document);
    if (scored === undefined || changes.length === 0) return;
    scored.edited(changes);
    // VS Code moves the marks with the text: they are drawn anew when there is something new to say.
    if (this.#documents().includes(document)) this.#start(TYPING_PAUSE_MS);
  }

  #forgetAll(): void {
    this.#scored = new Map();
    this.#start(0);
  }

  /// Something else may be in sight: it goes first.
  #lookAgain(): void {
    const next = this.#next();
    const part = this.#run?.part;
    const isAtIt =
      part !== undefined && next?.document === part.document && next.from >= part.from && next.from < part.to;
    if (next !== undefined && !isAtIt) this.#start(SCROLL_PAUSE_MS);
  }

  /// Begins anew after a pause, if nothing else comes.
  #start(pause: number): void {
    this.#stop();
    this.#phase = { kind: this.#documents().length === 0 ? "no-text" : "scoring" };
    if (pause === 0) this.#draw();
    else this.#showStatus();
    if (this.#phase.kind === "scoring") this.#pause = setTimeout(() => void this.#work(), pause);
  }

  #stop(): void {
    clearTimeout(this.#pause);
    this.#run?.abort.abort();
    this.#run = undefined;
  }

  async #work(): Promise<void> {
    const abort = new AbortController();
    const { signal } = abort;
    this.#run = { abort, part: undefined };
    try {
      for (;;) {
        const part = this.#next();
        if (part === undefined) break;
        this.#run = { abort, part };
        const { document } = part;
        await this.#scoredOf(document).score(this.#session, part, () => this.#draw(document), signal);
        if (signal.aborted) return;
      }
      this.#phase = { kind: "done" };
      for (const document of this.#documents()) this.#scored.get(document)?.settle();
    } catch (error) {
      if (signal.aborted || error instanceof CancelledError) return;
      const message = failureLine(error);
      this.#phase = { kind: "failed", message };
      // Once aloud: the status item goes on saying it.
      if (message !== this.#told) showFailure(error, this.#session.log);
      this.#told = message;
    }
    this.#run = undefined;
    this.#draw();
  }

  /// What to score next: what is in sight of the active text, then of others, then the rest of the active one.
  #next(): DocumentPart | undefined {
    for (const document of this.#documents()) {
      const part = this.#scoredOf(document).next(this.#inSight(document), 0);
      if (part !== undefined) return { document, ...part };
    }
    const document = this.#document;
    if (document === undefined || document.isClosed) return undefined;
    const part = this.#scoredOf(document).next([], this.#limit);
    return part && { document, ...part };
  }

  #scoredOf(document: vscode.TextDocument): ScoredDocument {
    let scored = this.#scored.get(document);
    if (scored === undefined) {
      scored = new ScoredDocument(document);
      this.#scored.set(document, scored);
    }
    return scored;
  }

  get #limit(): number {
    const document = this.#document;
    return document === undefined
      ? 0
      : Math.min(lengthOf(document), new Settings(document).heatMapMaxCharacters);
  }

  /// Parts of a text in sight, those of the active editor first.
  #inSight(document: vscode.TextDocument): Part[] {
    const lines = linesOf(document);
    return this.#editors()
      .filter((editor) => editor.document === document)
      .flatMap((editor) => unitsInSight(lines, linesInSight(editor)));
  }

  /// Texts to mark, the active one first.
  #documents(): vscode.TextDocument[] {
    const own = this.#document !== undefined && !this.#document.isClosed ? [this.#document] : [];
    return [...new Set([...own, ...this.#editors().map(({ document }) => document)])];
  }

  /// Text editors in sight, the active one first.
  #editors(): readonly vscode.TextEditor[] {
    const { activeTextEditor, visibleTextEditors } = vscode.window;
    const texts = visibleTextEditors.filter(({ document }) => !PASSED_OVER.has(document.uri.scheme));
    return texts.sort((a, b) => Number(b === activeTextEditor) - Number(a === activeTextEditor));
  }

  /// Shows what is known, soon: of one text, or of all.
  #draw(document?: vscode.TextDocument): void {
    for (const editor of this.#editors()) {
      if (document === undefined || editor.document === document) this.#unpainted.add(editor);
    }
    this.#planDrawing();
  }

  #planDrawing(): void {
    if (this.#disposed.signal.aborted) return;
    this.#nextDrawing ??= setTimeout(() => void this.#drawNow(), DRAW_MS);
  }

  async #drawNow(): Promise<void> {
    this.#showStatus();
    try {
      for (const editor of this.#editors()) {
        if (!this.#unpainted.delete(editor)) continue;
        const { heatMapLevels } = new Settings(editor.document);
        const thresholds = thresholdsOf(heatMapLevels, Settings.heatMapLevelsByDefault);
        await this.#paint.draw(editor, this.#scoredOf(editor.document), thresholds, this.#disposed.signal);
      }
    } catch (error) {
      if (!(error instanceof CancelledError)) this.#session.log.error(String(error));
    }
    this.#nextDrawing = undefined;
    // Editors that are gone need no marks; more may be known of others by now.
    const editors = this.#editors();
    for (const editor of this.#unpainted) if (!editors.includes(editor)) this.#unpainted.delete(editor);
    if (this.#unpainted.size > 0) this.#planDrawing();
  }

  #showStatus(): void {
    if (this.#disposed.signal.aborted) return;
    const document = this.#document?.isClosed === false ? this.#document : undefined;
    this.#status.show(
      this.#phase,
      document && this.#scored.get(document),
      this.#session.models.current.file,
      document === undefined ? 0 : lengthOf(document),
      new Settings(document).heatMapMaxCharacters,
    );
  }
}

interface DocumentPart extends Part {
  readonly document: vscode.TextDocument;
}
