import type { Disposable } from "../../src/extension/token-panel/core.ts";
import {
  type ActiveText,
  type PanelEditor,
  StaleReadError,
  type TextChange,
  type TextRange,
} from "../../src/extension/token-panel/editor.ts";

export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();
  readonly event = (listener: (value: T) => void): Disposable => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };
  fire(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }
}

/// What a test may see of the editor.
export interface EditorState {
  readonly selection: TextRange;
  readonly marked: TextRange | null;
  /// How often it got the keyboard back.
  readonly focused: number;
}

/// A text editor without a screen, for the token panel.
export class PretendedEditor implements PanelEditor {
  readonly #onState: (state: EditorState) => void;
  readonly activeChanged = new Emitter<void>();
  readonly selectionChanged = new Emitter<void>();
  readonly textChanged = new Emitter<TextChange>();
  readonly onDidChangeActive = this.activeChanged.event;
  readonly onDidChangeSelection = this.selectionChanged.event;
  readonly onDidChangeText = this.textChanged.event;
  readonly closed = new Emitter<string>();
  readonly onDidClose = this.closed.event;
  file: string | undefined;
  #open: { name: string; text: string; version: number; selection: TextRange } | undefined;
  #marked: TextRange | null = null;
  #focused = 0;

  constructor(onState: (state: EditorState) => void) {
    this.#onState = onState;
  }

  get active(): ActiveText | undefined {
    if (!this.#open) return undefined;
    const { name, text, version, selection } = this.#open;
    const line = (at: number) => text.slice(0, at).split("\n").length;
    return {
      document: `file:///${name}`,
      name,
      version,
      length: text.length,
      selection,
      firstLine: line(selection.from),
      lastLine: line(selection.to),
    };
  }

  open(name: string, text: string | undefined): void {
    if (this.#open) this.closed.fire(`file:///${this.#open.name}`);
    this.#open = text === undefined ? undefined : { name, text, version: 1, selection: { from: 0, to: 0 } };
    this.activeChanged.fire();
    this.#report();
  }

  edit(from: number, to: number, text: string, typed: boolean): void {
    const open = this.#open!;
    open.text = open.text.slice(0, from) + text + open.text.slice(to);
    open.version++;
    const shift = (at: number) => (at <= from ? at : at + text.length - (to - from));
    open.selection = typed
      ? { from: from + text.length, to: from + text.length }
      : { from: shift(open.selection.from), to: shift(open.selection.to) };
    this.textChanged.fire({
      document: `file:///${open.name}`,
      version: open.version,
      edits: [{ from, to, text }],
    });
    if (typed) this.selectionChanged.fire();
    this.#report();
  }

  setSelection(range: TextRange): void {
    this.#open!.selection = range;
    this.selectionChanged.fire();
    this.#report();
  }

  async *read(_document: string, version: number, { from, to }: TextRange): AsyncIterable<string> {
    for (let at = from; at < to; at += 100_000) {
      if (this.#open?.version !== version) throw new StaleReadError();
      yield this.#open.text.slice(at, Math.min(to, at + 100_000));
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  async select(_document: string, { from, to }: TextRange, focus: boolean): Promise<boolean> {
    this.setSelection({ from, to });
    if (focus) await this.focus();
    return true;
  }

  mark(_document: string, range: TextRange | undefined): void {
    this.#marked = range ? { from: range.from, to: range.to } : null;
    this.#report();
  }

  async focus(): Promise<void> {
    this.#focused++;
    this.#report();
  }

  async pickTokenizerFile(): Promise<string | undefined> {
    return this.file;
  }

  #report(): void {
    const selection = this.#open?.selection ?? { from: 0, to: 0 };
    this.#onState({ selection, marked: this.#marked, focused: this.#focused });
  }
}
