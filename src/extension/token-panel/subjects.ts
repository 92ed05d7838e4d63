import { CancelledError } from "../../base/cancellation.ts";
import type { PanelLayout } from "../../protocol/token-panel.ts";
import type { PanelTokenizer, TokenPanelCore } from "./core.ts";
import {
  type PanelEditor,
  StaleReadError,
  type TextChange,
  type TextEdit,
  type TextRange,
} from "./editor.ts";
import { mapOffset, type Subject, subjectName } from "./subject.ts";
import { TextModel } from "./text-model.ts";

/// Selecting with the mouse makes many selections: the last one counts.
const SELECTION_SETTLE_MS = 120;
/// Documents whose tokens are kept while others are looked at.
const KEPT_DOCUMENTS = 3;
/// More edits at once than this, and reading the document again is cheaper.
const MANY_EDITS = 40;

export interface SubjectsEvents {
  /// Another subject is current, or the current one changed.
  onChange(): void;
  /// Nothing but the cursor may have changed. `moved`: the user moved it.
  onCursor(moved: boolean): void;
  /// An edit of the current subject, in its text's offsets.
  onEdit(subject: Subject, edit: TextEdit): void;
}

/// How the view wants texts; absent while nobody looks.
interface Wish {
  readonly tokenizer: PanelTokenizer;
  readonly layout: PanelLayout;
}

/// Decides which text is shown, and keeps it and the last few documents up to date with the editor.
export class Subjects {
  readonly #core: TokenPanelCore;
  readonly #editor: PanelEditor;
  readonly #events: SubjectsEvents;
  /// Whole documents by URI, the last used at the end.
  readonly #documents = new Map<string, Subject>();
  #wish: Wish | undefined;
  /// What the texts we have are tokenized with.
  #tokenizer: PanelTokenizer | undefined;
  #current: Subject | undefined;
  #remembered: { readonly subject: string; readonly top: number } | undefined;
  #serial = 0;
  #settle: ReturnType<typeof setTimeout> | undefined;
  /// A selection that the panel made: it changes nothing about what is shown.
  #own: (TextRange & { readonly document: string }) | undefined;

  constructor(core: TokenPanelCore, editor: PanelEditor, events: SubjectsEvents) {
    this.#core = core;
    this.#editor = editor;
    this.#events = events;
  }

  get current(): Subject | undefined {
    return this.#current;
  }

  /// The editor's selection is one that the panel made.
  get selectionIsOwn(): boolean {
    const { active } = this.#editor;
    return active !== undefined && this.#isOwn(active.document, active.selection);
  }

  /// The panel is about to make this selection.
  expectSelection(document: string, range: TextRange): void {
    this.#own = { document, from: range.from, to: range.to };
  }

  /// Show this offset first when the subject is shown again.
  remember(subject: string, top: number): void {
    this.#remembered = { subject, top };
  }

  /// Shows texts with this tokenizer and layout; with `undefined` for either, nothing.
  want(tokenizer: PanelTokenizer | undefined, layout: PanelLayout | undefined): void {
    this.#wish = tokenizer && layout && { tokenizer, layout };
    if (!this.#wish) {
      clearTimeout(this.#settle);
      this.#leave();
      return;
    }
    if (tokenizer && this.#tokenizer && !sameTokenizer(this.#tokenizer, tokenizer)) {
      // The reader stays where they are in the text.
      const current = this.#current;
      if (current?.top !== undefined && !current.selection) this.remember(subjectName(current), current.top);
      this.#dropAll();
    }
    this.#tokenizer = tokenizer;
    this.#relayout();
    this.retarget();
  }

  /// Looks at what is active in the editor, and shows that. `moved`: because the user did something there.
  retarget(moved = false): void {
    clearTimeout(this.#settle);
    if (!this.#wish) return;
    const { active } = this.#editor;
    if (!active) {
      this.#leave();
      this.#events.onChange();
      return;
    }
    const { document, name, version, length, selection, firstLine, lastLine } = active;
    const current = this.#current?.document === document ? this.#current : undefined;
    const own = this.#isOwn(document, selection);
    if (!own) this.#own = undefined;
    const whole = selection.from === selection.to || (selection.from === 0 && selection.to === length);
    if (current && (own || (whole && !current.selection))) {
      this.#events.onCursor(moved && !own);
    } else if (whole || own) {
      // What the panel selected while it showed a text that it does not have any more: the document.
      const kept = this.#documents.get(document);
      if (kept?.version === version) this.#enter(kept);
      else this.#open(this.#wish, { document, name, base: 0 }, version, { from: 0, to: length });
    } else {
      this.#serial++;
      const part = { serial: this.#serial, firstLine, lastLine };
      this.#open(this.#wish, { document, name, base: selection.from, selection: part }, version, selection);
    }
  }

  selectionChanged(): void {
    const { active } = this.#editor;
    if (!this.#wish || !active) return;
    clearTimeout(this.#settle);
    const { document, selection } = active;
    if (selection.from === selection.to || this.#isOwn(document, selection)) this.retarget(true);
    else this.#settle = setTimeout(() => this.retarget(true), SELECTION_SETTLE_MS);
  }

  textChanged(change: TextChange): void {
    const known = new Set(this.#documents.values());
    if (this.#current) known.add(this.#current);
    for (const subject of known) {
      if (subject.document !== change.document) continue;
      const follow = this.#wish !== undefined && !subject.model.loading && change.edits.length <= MANY_EDITS;
      if (!(follow && this.#apply(subject, change.edits))) this.#drop(subject);
      subject.version = change.version;
    }
    if (this.#own?.document === change.document) this.#own = undefined;
    if (!this.#current) this.retarget();
  }

  closed(document: string): void {
    const kept = this.#documents.get(document);
    if (kept) this.#drop(kept);
    if (this.#current?.document === document) this.#drop(this.#current);
  }

  dispose(): void {
    clearTimeout(this.#settle);
    this.#dropAll();
  }

  #open(
    { tokenizer, layout }: Wish,
    what: Pick<Subject, "document" | "name" | "base" | "selection">,
    version: number,
    range: TextRange,
  ): void {
    const model = new TextModel({
      core: this.#core,
      tokenizer,
      layout,
      onChange: () => {
        if (this.#current === subject) this.#events.onChange();
      },
    });
    const subject: Subject = { ...what, model, version, top: undefined };
    if (!what.selection) {
      this.#documents.get(what.document)?.model.dispose();
      this.#documents.set(what.document, subject);
      for (const oldest of this.#documents.values()) {
        if (this.#documents.size <= KEPT_DOCUMENTS) break;
        this.#drop(oldest);
      }
    }
    this.#enter(subject);
    model.load(this.#editor.read(what.document, version, range, model.signal)).catch((error) => {
      if (error instanceof CancelledError || model.disposed) return;
      this.#drop(subject);
      // A change stopped the reading. Its event brings us back here, unless it came before.
      if (error instanceof StaleReadError) this.#settle = setTimeout(() => this.retarget());
      else this.#core.log(`token panel: ${error instanceof Error ? error.message : String(error)}`);
    });
  }

  #enter(subject: Subject): void {
    this.#leave();
    this.#current = subject;
    if (!subject.selection) {
      this.#documents.delete(subject.document);
      this.#documents.set(subject.document, subject);
    }
    if (this.#remembered?.subject === subjectName(subject)) subject.top ??= this.#remembered.top;
    this.#remembered = undefined;
    this.#relayout();
    this.#events.onChange();
    subject.model.resume();
  }

  #leave(): void {
    const left = this.#current;
    this.#current = undefined;
    if (left?.selection) left.model.dispose();
    else left?.model.pause();
  }

  #drop(subject: Subject): void {
    subject.model.dispose();
    if (this.#documents.get(subject.document) === subject) this.#documents.delete(subject.document);
    if (this.#current === subject) this.#current = undefined;
  }

  #dropAll(): void {
    for (const subject of this.#documents.values()) subject.model.dispose();
    this.#documents.clear();
    this.#current?.model.dispose();
    this.#current = undefined;
  }

  #relayout(): void {
    const { model } = this.#current ?? {};
    if (!model || !this.#wish) return;
    model.relayout(this.#wish.layout).catch((error) => {
      if (!(error instanceof CancelledError)) throw error;
    });
  }

  /// False if an edit meets the border of a selection: then nobody can say what is selected now.
  #apply(subject: Subject, edits: readonly TextEdit[]): boolean {
    for (const edit of edits) {
      const from = edit.from - subject.base;
      const to = edit.to - subject.base;
      const { length } = subject.model.text;
      if (subject.selection) {
        if (from >= length) continue;
        if (to <= 0) {
          subject.base += edit.text.length - (edit.to - edit.from);
          continue;
        }
        if (from <= 0 || to >= length) return false;
      }
      const local = { from, to, text: edit.text };
      if (subject.top !== undefined) subject.top = mapOffset(subject.top, local);
      this.#events.onEdit(subject, local);
      subject.model.edit(local);
    }
    return true;
  }

  #isOwn(document: string, range: TextRange): boolean {
    return this.#own?.document === document && this.#own.from === range.from && this.#own.to === range.to;
  }
}

/// Another model may have taken the place of the one with this id: then its details differ.
function sameTokenizer(a: PanelTokenizer, b: PanelTokenizer): boolean {
  return a.id === b.id && a.name === b.name && a.detail === b.detail && a.cutsAtWords === b.cutsAtWords;
}
