import { CancelledError, type CancelSignal } from "../../base/cancellation.ts";
import { InputError } from "../../base/diagnostic.ts";
import { errorTrace } from "../../base/error-trace.ts";
import type {
  BytesAction,
  BytesNotice,
  CopyFormat,
  InspectAnswer,
  InspectedPlace,
  InspectRequest,
  PlaceGrammar,
  ShownTokens,
  ToHost,
  ToView,
} from "../../protocol/byte-probabilities.ts";
import { Peer } from "../../protocol/peer.ts";
import type { MessagePortLike } from "../../protocol/port.ts";
import type { InspectedBytes, InspectGrammar } from "../../service/inspect-bytes-api.ts";
import type { Disposable } from "../token-panel/core.ts";
import { StaleReadError, type TextChange } from "../token-panel/editor.ts";
import { mapOffset } from "../token-panel/subject.ts";
import { GrammarPrefix } from "./grammar-prefix.ts";
import type { BytesCore, BytesEditor, BytesGrammars, Clipboard } from "./ports.ts";
import { Scoring } from "./scoring.ts";
import { type BytesOfText, byteAt, bytesOfText, characterAt } from "./shown-text.ts";
import { type PlaceRecord, placeCsv, placeJson, textCsv, textJson } from "./table.ts";
import { ALL, ALL_BYTES, CANONICAL } from "./targets.ts";
import { cutPart, planPart } from "./text-part.ts";
import type { BytesWords } from "./words.ts";

/// Pause in typing, or in moving about, after which the text is read again.
const SETTLE_MS = 250;
/// Covers, and tokens, that are told.
const MOST = 12;

/// The Byte Probabilities view without editor and webview: decides which text is shown, has it scored, and hands
/// the view's questions on to the core.
export class ByteProbabilities implements Disposable {
  readonly #core: BytesCore;
  readonly #editor: BytesEditor;
  readonly #words: BytesWords;
  readonly #clipboard: Clipboard;
  readonly #grammars: BytesGrammars;
  readonly #prefix: GrammarPrefix;
  readonly #scoring: Scoring;
  readonly #listeners: readonly Disposable[];
  #peer: Peer<ToView, ToHost> | undefined;
  /// The view has said hello.
  #greeted = false;
  #serial = 0;
  #text: BytesOfText | undefined;
  #tokens: ShownTokens | undefined;
  #place: PlaceRecord | undefined;
  #loading: AbortController | undefined;
  #settle: ReturnType<typeof setTimeout> | undefined;
  #modelKey: string;

  constructor(
    core: BytesCore,
    editor: BytesEditor,
    grammars: BytesGrammars,
    words: BytesWords,
    clipboard: Clipboard,
  ) {
    this.#core = core;
    this.#editor = editor;
    this.#words = words;
    this.#clipboard = clipboard;
    this.#grammars = grammars;
    this.#prefix = new GrammarPrefix(editor);
    this.#modelKey = core.modelKey;
    this.#scoring = new Scoring(core, {
      onSurprises: ({ serial, surprises, known }, from) =>
        this.#peer?.notify("surprises", { serial, from, bits: surprises.slice(from, known) }),
      onScored: ({ serial }, { diagnostics, ...totals }) =>
        this.#peer?.notify("scored", {
          serial,
          ...totals,
          ...(diagnostics[0] && { note: words.sentences(diagnostics[0]) }),
        }),
      onFailure: (text, error) => {
        if (text === this.#text) this.#tell(this.#problemOf(error, "scoring"));
      },
    });
    this.#listeners = [
      core.onDidChangeModel(() => this.#modelChanged()),
      core.onDidChangeServiceState(() => void this.#load()),
      grammars.onDidChange(() => this.#peer?.notify("ask", null)),
      editor.onDidChangeActive(() => this.#soon()),
      editor.onDidChangeSelection(() => this.#cursorMoved()),
      editor.onDidChangeText((change) => this.#textChanged(change)),
      editor.onDidClose((document) => {
        if (document === this.#text?.document) this.#soon();
      }),
    ];
  }

  /// Connects a view, in place of the one before. It will say hello, each time its page is loaded.
  attach(port: MessagePortLike): void {
    this.detach();
    this.#peer = new Peer<ToView, ToHost>(
      port,
      {
        requests: {
          hello: () => this.#hello(),
          inspect: (request, signal) => this.#inspect(request, signal),
          copy: ({ what, format }) => this.copy(what, format),
        },
        notifications: {
          act: (action) => this.#act(action),
          reveal: ({ serial, position }) => this.#reveal(serial, position),
          focusEditor: () => void this.#editor.focus(),
        },
      },
      (problem) => this.#core.log(`byte probabilities: ${problem}`),
    );
  }

  /// The view is hidden, and its page gone: all work rests until its next hello.
  rest(): void {
    this.#greeted = false;
    clearTimeout(this.#settle);
    this.#loading?.abort();
    this.#scoring.start(undefined);
    this.#text = undefined;
    this.#place = undefined;
  }

  detach(): void {
    this.rest();
    this.#peer?.close();
    this.#peer = undefined;
  }

  dispose(): void {
    this.detach();
    for (const listener of this.#listeners) listener.dispose();
  }

  /// Puts what is shown on the clipboard; false if nothing is.
  async copy(what: "place" | "text", format: CopyFormat): Promise<boolean> {
    const text = this.#text;
    const model = this.#core.model.name;
    let copied: string | undefined;
    if (what === "place" && this.#place)
      copied = format === "csv" ? placeCsv(this.#place) : placeJson(this.#place);
    else if (what === "text" && text) {
      const { ids: tokenIds, starts: tokenStarts } =
        this.#tokens?.serial === text.serial ? this.#tokens : { ids: [], starts: [] };
      const { label } = text;
      const bytes = text.all.subarray(text.context);
      const surprises = text.surprises.subarray(0, text.known);
      const record = { label, model, bytes, surprises, tokenIds, tokenStarts };
      copied = format === "csv" ? textCsv(record) : textJson(record);
    }
    if (copied === undefined) return false;
    await this.#clipboard.write(copied);
    return true;
  }

  async #hello(): Promise<null> {
    this.#greeted = true;
    this.#text = undefined;
    this.#peer?.notify("model", this.#core.model);
    await this.#load();
    return null;
  }

  #modelChanged(): void {
    this.#peer?.notify("model", this.#core.model);
    if (this.#core.modelKey === this.#modelKey) return;
    this.#modelKey = this.#core.modelKey;
    this.#text = undefined;
    void this.#load();
  }

  #soon(): void {
    clearTimeout(this.#settle);
    if (this.#greeted) this.#settle = setTimeout(() => void this.#load(), SETTLE_MS);
  }

  #cursorMoved(): void {
    const { active } = this.#editor;
    const text = this.#text;
    const isEmpty = active?.selection.from === active?.selection.to;
    const inside =
      active !== undefined &&
      text?.document === active.document &&
      text.version === active.version &&
      text.part.scope !== "selection" &&
      isEmpty &&
      sameStart(planPart(active, text.range.from), text);
    if (inside)
      this.#peer?.notify("position", {
        serial: text.serial,
        position: byteAt(text, active.selection.from),
      });
    else this.#soon();
  }

  #textChanged({ document, edits }: TextChange): void {
    if (this.#text?.document !== document) return;
    // Nothing that is computed now is of use.
    this.#scoring.start(undefined);
    let { from } = this.#text.range;
    for (const edit of edits) from = mapOffset(from, edit);
    this.#keptFrom = from;
    this.#soon();
  }

  /// Where the text shown begins after edits.
  #keptFrom: number | undefined;

  /// Reads the text that is active in the editor, and shows and scores it.
  async #load(): Promise<void> {
    if (!this.#greeted) return;
    clearTimeout(this.#settle);
    this.#loading?.abort();
    const controller = new AbortController();
    this.#loading = controller;
    this.#scoring.start(undefined);
    const { active } = this.#editor;
    const before = this.#text;
    const nothing = this.#nothingToShow();
    if (nothing || !active) return this.#show(undefined, nothing);
    try {
      const kept = before?.document === active.document && before.part.scope === "window";
      const keptFrom = kept ? (this.#keptFrom ?? before.range.from) : undefined;
      this.#keptFrom = undefined;
      const part = planPart(active, keptFrom);
      const read = await this.#read(
        active.document,
        active.version,
        part.contextFrom,
        part.to,
        controller.signal,
      );
      const cursor = active.selection.from;
      const cut = cutPart(read, part, { cursor, length: active.length, keepFrom: part.from === keptFrom });
      const label = this.#words.place(active, part.scope, lineOf(active, cut));
      this.#serial++;
      const text = bytesOfText(this.#serial, active, part, label, cut, before);
      this.#show(text, undefined);
    } catch (error) {
      if (error instanceof CancelledError || controller.signal.aborted) return;
      // A change stopped the reading: it is read again when that has settled.
      if (error instanceof StaleReadError) return this.#soon();
      this.#show(undefined, this.#problemOf(error, "text"));
    }
  }

  #nothingToShow(): BytesNotice | undefined {
    const { active } = this.#editor;
    if (this.#core.serviceState === "stopped") return this.#words.stopped();
    if (!active) return this.#words.noEditor();
    return active.length === 0 ? this.#words.empty() : undefined;
  }

  async #read(
    document: string,
    version: number,
    from: number,
    to: number,
    signal: CancelSignal,
  ): Promise<string> {
    let text = "";
    for await (const part of this.#editor.read(document, version, { from, to }, signal)) text += part;
    if (signal.aborted) throw new CancelledError();
    return text;
  }

  #show(text: BytesOfText | undefined, notice: BytesNotice | undefined): void {
    this.#text = text;
    this.#place = undefined;
    this.#tell(notice);
    if (!text) {
      this.#peer?.notify("text", null);
      return;
    }
    const { active } = this.#editor;
    const warning = this.#words.warningAbout(text.text);
    const part = active && this.#words.part(text.part, text.range, active.length, text.context);
    this.#peer?.notify("text", {
      serial: text.serial,
      label: text.label,
      scope: text.part.scope,
      ...(part !== undefined && { part }),
      ...(warning !== undefined && { warning }),
      bytes: text.all.slice(text.context),
      isEnd: text.isEnd,
      surprises: text.surprises.slice(0, text.known),
      position: active ? byteAt(text, active.selection.from) : 0,
    });
    this.#scoring.start(text);
    void this.#tokenize(text, this.#loading!.signal);
  }

  async #tokenize(text: BytesOfText, signal: CancelSignal): Promise<void> {
    const { serial, context, all } = text;
    try {
      const whole = new TextDecoder().decode(all);
      const { ids, byteStarts } = await this.#core.tokenize(whole, signal);
      if (signal.aborted) return;
      let first = 0;
      while (first < ids.length && byteStarts[first + 1]! <= context) first++;
      const starts = Int32Array.from(byteStarts.subarray(first), (at) => at - context);
      this.#tokens = { serial, ids: ids.slice(first), starts };
      this.#peer?.notify("tokens", this.#tokens);
    } catch (error) {
      // What is wrong with the model is told where it is asked for probabilities.
      if (!(error instanceof CancelledError || signal.aborted)) this.#log(error);
    }
  }

  async #inspect(request: InspectRequest, signal: CancelSignal): Promise<InspectAnswer> {
    const text = this.#text;
    if (!text || text.serial !== request.serial) throw new CancelledError();
    const { position, target } = request;
    try {
      const grammar = await this.#grammarOf(text, signal);
      const params = {
        text: text.all,
        position: text.context + position,
        target: target === "all" ? ALL : CANONICAL,
        ...(target === "all" && { allBytes: ALL_BYTES }),
        most: MOST,
        ...(grammar?.kind === "grammar" && { grammar: grammar.params }),
      };
      const seen = await this.#scoring.hold(() => this.#askTwice(params, signal));
      if (signal.aborted || text !== this.#text) throw new CancelledError();
      const under = grammar?.kind === "grammar" ? inText(seen.grammar, grammar.label, text) : grammar;
      const place = placeOf(seen, request, params.position, under, this.#words);
      const bytes = text.all.subarray(text.context);
      this.#place = {
        label: text.label,
        model: this.#core.model.name,
        before: bytes.slice(0, position),
        follows: position < bytes.length ? bytes[position]! : text.isEnd ? "stop" : undefined,
        place,
      };
      return { kind: "inspected", place };
    } catch (error) {
      if (error instanceof CancelledError || signal.aborted) throw new CancelledError();
      return { kind: "problem", notice: this.#problemOf(error, "place") };
    }
  }

  /// The document's grammar with what it has to read before the text; or why there is none to read.
  async #grammarOf(
    text: BytesOfText,
    signal: CancelSignal,
  ): Promise<{ kind: "grammar"; label: string; params: InspectGrammar } | PlaceGrammar | undefined> {
    try {
      const grammar = await this.#grammars.of(text.document);
      if (!grammar) return undefined;
      const { ref, label } = grammar;
      const before = await this.#prefix.before(text, signal);
      if (before === undefined) return { kind: "too-long", label };
      return { kind: "grammar", label, params: { ref, before } };
    } catch (error) {
      if (error instanceof InputError) return { kind: "broken", diagnostics: error.diagnostics };
      throw error instanceof StaleReadError ? new CancelledError() : error;
    }
  }

  /// The service may have died of something else: asking again starts it again.
  async #askTwice(
    params: Parameters<BytesCore["inspect"]>[0],
    signal: CancelSignal,
  ): Promise<InspectedBytes> {
    try {
      return await this.#core.inspect(params, signal);
    } catch (error) {
      if (error instanceof InputError || error instanceof CancelledError || signal.aborted) throw error;
      this.#log(error);
      return this.#core.inspect(params, signal);
    }
  }

  #problemOf(error: unknown, what: "text" | "scoring" | "place"): BytesNotice {
    if (error instanceof InputError) return this.#words.badInput(error.diagnostics, what);
    this.#log(error);
    return this.#words.fault(error instanceof Error ? error.message : String(error));
  }

  #tell(notice: BytesNotice | undefined): void {
    this.#peer?.notify("notice", notice ?? null);
  }

  #reveal(serial: number, position: number): void {
    const text = this.#text;
    if (text?.serial !== serial) return;
    const { from } = characterAt(text, position);
    this.#editor.select(text.document, { from, to: from }, true).catch((error: unknown) => this.#log(error));
  }

  #act(action: BytesAction): void {
    switch (action) {
      case "select-model":
        this.#core.selectModel();
        break;
      case "select-grammar":
        this.#grammars.select();
        break;
      case "retry":
        void this.#load();
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

  #log(error: unknown): void {
    this.#core.log(`byte probabilities: ${errorTrace(error)}`);
  }
}

/// The part planned is the one shown, but for where lines cut it.
function sameStart(
  { scope, from }: { readonly scope: string; readonly from: number },
  text: BytesOfText,
): boolean {
  return scope === text.part.scope && from === text.range.from;
}

/// The line that the text begins in, from the line of the cursor or of the selection.
function lineOf(
  { firstLine, selection }: { readonly firstLine: number; readonly selection: { readonly from: number } },
  { from, text }: { readonly from: number; readonly text: string },
): { readonly first: number; readonly last: number } {
  const lines = (part: string) => part.split("\n").length - 1;
  const first = firstLine - lines(text.slice(0, Math.max(0, selection.from - from)));
  return { first, last: first + lines(text.replace(/\n$/, "")) };
}

function placeOf(
  seen: InspectedBytes,
  { serial, position, target }: InspectRequest,
  /// The place, counted from where the context begins.
  asked: number,
  grammar: PlaceGrammar | undefined,
  words: BytesWords,
): InspectedPlace {
  const { bytes, stop, rawSum, unchecked, dropped, covers, naive, evaluations, milliseconds } = seen;
  return {
    serial,
    position,
    target,
    bytes,
    stop,
    rawSum,
    unchecked,
    droppedShare: dropped.share,
    droppedBound: dropped.bound,
    covered: asked - seen.coveredFrom,
    context: asked - seen.context,
    covers,
    naive,
    ...(grammar && { grammar }),
    evaluations,
    milliseconds,
    ...(seen.context > 0 && { note: words.leftOut(asked - seen.context) }),
  };
}

/// What the core says of a grammar, with places in the text.
function inText(seen: InspectedBytes["grammar"], label: string, text: BytesOfText): PlaceGrammar | undefined {
  if (seen?.kind !== "violated") return seen && { ...seen, label };
  const { byteOffset, offset, expected } = seen.violation;
  const { range } = text;
  const position = offset >= range.from ? byteAt(text, offset) : undefined;
  return { kind: "violated", label, byteOffset, expected, ...(position !== undefined && { position }) };
}
