import * as vscode from "vscode";
import { CancelledError } from "../../base/cancellation.ts";
import { failureLine, showFailure } from "../messages.ts";
import type { Session } from "../session.ts";
import { affectsSettings, Settings } from "../settings.ts";
import { SurpriseHover } from "./hover.ts";
import { thresholdsOf } from "./levels.ts";
import { Paint } from "./paint.ts";
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
}

/// Marks each character of the active text by how much it surprises the model. It lives as long as the heat
/// map is on.
export class HeatMap implements vscode.Disposable {
  readonly #session: Session;
  readonly #paint = new Paint();
  readonly #status = new HeatMapStatus();
  readonly #subscriptions: vscode.Disposable[];
  #scored = new Map<vscode.TextDocument, ScoredDocument>();
  #document: vscode.TextDocument | undefined;
  #phase: HeatMapPhase = { kind: "no-text" };
  #run: { readonly abort: AbortController; part: Part | undefined } | undefined;
  #pause: NodeJS.Timeout | undefined;
  /// When the next drawing begins, and the one that is under way.
  #nextDrawing: NodeJS.Timeout | undefined;
  #drawing: AbortController | undefined;
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
      window.onDidChangeVisibleTextEditors(() => this.#draw()),
      window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
        if (textEditor.document !== this.#document) return;
        this.#draw();
        this.#lookAgain();
      }),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) =>
        this.#edited(document, contentChanges),
      ),
      workspace.onDidCloseTextDocument((document) => {
        this.#scored.delete(document);
        if (document === this.#document) this.#follow(window.activeTextEditor);
      }),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("tokensieve.model")) this.#forgetAll();
        else if (affectsSettings(event)) this.#start(0);
      }),
    ];
    this.#follow(window.activeTextEditor);
  }

  get state(): HeatMapState {
    const scored = this.#document && this.#scored.get(this.#document);
    const mean = scored && bitsPerByte(scored);
    return {
      phase: this.#phase.kind,
      ...(this.#document && { document: this.#document.uri.toString() }),
      scored: scored?.surprises.units ?? 0,
      ...(mean !== undefined && { bitsPerByte: mean }),
    };
  }

  dispose(): void {
    this.#stop();
    this.#stopDrawing();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#paint.dispose();
    this.#status.dispose();
  }

  /// The text that was active stays when the focus goes to something that is none: a view, a picture.
  #follow(editor: vscode.TextEditor | undefined): void {
    const next = editor?.document ?? (this.#document?.isClosed === false ? this.#document : undefined);
    if (next !== undefined && PASSED_OVER.has(next.uri.scheme)) return;
    if (next === this.#document) return;
    for (const other of vscode.window.visibleTextEditors) {
      if (other.document === this.#document) this.#paint.clear(other);
    }
    this.#document = next;
    this.#start(0);
  }

  #edited(document: vscode.TextDocument, changes: readonly vscode.TextDocumentContentChangeEvent[]): void {
    const scored = this.#scored.get(document);
    if (scored === undefined || changes.length === 0) return;
    scored.cut(Math.min(...changes.map(({ rangeOffset }) => rangeOffset)));
    if (document !== this.#document) return;
    this.#start(TYPING_PAUSE_MS);
  }

  #forgetAll(): void {
    this.#scored = new Map();
    this.#start(0);
  }

  /// Something else may be in sight: it goes first.
  #lookAgain(): void {
    const scored = this.#document && this.#scored.get(this.#document);
    if (scored === undefined) return;
    const next = scored.next(this.#inSight(), this.#limit);
    const part = this.#run?.part;
    if (next === undefined || (part !== undefined && next.from >= part.from && next.from < part.to)) return;
    this.#start(SCROLL_PAUSE_MS);
  }

  /// Begins anew after a pause, if nothing else comes.
  #start(pause: number): void {
    this.#stop();
    if (this.#document === undefined) {
      this.#phase = { kind: "no-text" };
      this.#draw();
      return;
    }
    this.#phase = { kind: "scoring" };
    this.#draw();
    this.#pause = setTimeout(() => void this.#work(), pause);
  }

  #stop(): void {
    clearTimeout(this.#pause);
    this.#run?.abort.abort();
    this.#run = undefined;
  }

  async #work(): Promise<void> {
    const document = this.#document;
    if (document === undefined || document.isClosed) return;
    const abort = new AbortController();
    const { signal } = abort;
    this.#run = { abort, part: undefined };
    let scored = this.#scored.get(document);
    if (scored === undefined) {
      scored = new ScoredDocument(document);
      this.#scored.set(document, scored);
    }
    try {
      for (;;) {
        const part = scored.next(this.#inSight(), this.#limit);
        if (part === undefined) break;
        this.#run = { abort, part };
        await scored.score(this.#session, part, () => this.#draw(), signal);
        if (signal.aborted) return;
      }
      this.#phase = { kind: "done" };
    } catch (error) {
      if (signal.aborted || error instanceof CancelledError) return;
      const message = failureLine(error);
      this.#phase = { kind: "failed", message };
      // Once aloud: the status item goes on saying it.
      if (message !== this.#told) showFailure(error, this.#session.log);
      this.#told = message;
    }
    this.#draw();
  }

  get #limit(): number {
    const document = this.#document;
    return document === undefined
      ? 0
      : Math.min(lengthOf(document), new Settings(document).heatMapMaxCharacters);
  }

  /// Parts of the text in sight, those of the active editor first.
  #inSight(): Part[] {
    const document = this.#document;
    if (document === undefined) return [];
    return this.#editors().flatMap(({ visibleRanges }) =>
      visibleRanges.map((range) => ({
        from: document.offsetAt(range.start),
        // To the end of the last line: a range may end where it begins.
        to: document.offsetAt(document.lineAt(range.end.line).range.end),
      })),
    );
  }

  #editors(): readonly vscode.TextEditor[] {
    const { activeTextEditor, visibleTextEditors } = vscode.window;
    const mine = visibleTextEditors.filter(({ document }) => document === this.#document);
    return mine.sort((a, b) => Number(b === activeTextEditor) - Number(a === activeTextEditor));
  }

  /// Shows what is known, soon.
  #draw(): void {
    this.#nextDrawing ??= setTimeout(() => void this.#drawNow(), DRAW_MS);
  }

  async #drawNow(): Promise<void> {
    this.#stopDrawing();
    const abort = new AbortController();
    this.#drawing = abort;
    const document = this.#document;
    const scored = document && this.#scored.get(document);
    const settings = new Settings(document);
    const length = document === undefined || document.isClosed ? 0 : lengthOf(document);
    this.#status.show(
      this.#phase,
      scored,
      this.#session.models.current.file,
      length,
      settings.heatMapMaxCharacters,
    );
    if (scored === undefined) return;
    const thresholds = thresholdsOf(settings.heatMapLevels, Settings.heatMapLevelsByDefault);
    try {
      for (const editor of this.#editors()) {
        await this.#paint.draw(editor, scored.surprises, thresholds, abort.signal);
      }
    } catch (error) {
      if (!(error instanceof CancelledError)) this.#session.log.error(String(error));
    }
  }

  #stopDrawing(): void {
    clearTimeout(this.#nextDrawing);
    this.#nextDrawing = undefined;
    this.#drawing?.abort();
  }
}
