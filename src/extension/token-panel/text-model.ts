import { CancelledError, type CancelSignal } from "../../base/cancellation.ts";
import { type Diagnostic, InputError } from "../../base/diagnostic.ts";
import { errorTrace } from "../../base/error-trace.ts";
import type { PanelLayout } from "../../protocol/token-panel.ts";
import type { PanelTokenizer, TokenPanelCore } from "./core.ts";
import type { TextEdit } from "./editor.ts";
import { inSlices } from "./slices.ts";
import { type Group, TokenText } from "./token-text.ts";

/// Requests under way at once: while the service works on one, the next is already there.
const PARALLEL = 2;
/// Pause in typing that starts tokenization.
const SETTLE_MS = 60;
/// The same for a tokenizer that must see the whole text: a millisecond for so many units, up to a limit.
const WHOLE_TEXT_UNITS_PER_MS = 5000;
const WHOLE_TEXT_SETTLE_MS = 600;
/// Failures in a row that are not the user's before we give up.
const MAX_FAULTS = 2;
const LONE_SURROGATE = /\p{Surrogate}/u;

export type TokenizeFailure =
  | { readonly kind: "input"; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: "fault"; readonly message: string };

export interface TextModelOptions {
  readonly core: TokenPanelCore;
  readonly tokenizer: PanelTokenizer;
  readonly layout: PanelLayout;
  /// Called after every change of the text, its tokens or the failure.
  readonly onChange: () => void;
}

/// A text that is kept tokenized: what is looked at first, the rest after it.
export class TextModel {
  readonly tokenizer: PanelTokenizer;
  readonly text: TokenText;
  readonly #core: TokenPanelCore;
  readonly #onChange: () => void;
  readonly #life = new AbortController();
  readonly #inFlight = new Map<Group, AbortController>();
  #loading = true;
  #paused = false;
  #failure: TokenizeFailure | undefined;
  #lossless = true;
  #faults = 0;
  #settle: ReturnType<typeof setTimeout> | undefined;
  #focus = 0;

  constructor({ core, tokenizer, layout, onChange }: TextModelOptions) {
    this.#core = core;
    this.tokenizer = tokenizer;
    this.text = new TokenText(tokenizer.cutsAtWords, layout);
    this.#onChange = onChange;
  }

  /// The text is not complete yet.
  get loading(): boolean {
    return this.#loading;
  }

  get failure(): TokenizeFailure | undefined {
    return this.#failure;
  }

  get lossless(): boolean {
    return this.#lossless;
  }

  get disposed(): boolean {
    return this.#life.signal.aborted;
  }

  /// Aborts when the model is disposed.
  get signal(): CancelSignal {
    return this.#life.signal;
  }

  /// Reads the text and starts to tokenize it. Call once. Rejects as `parts` does.
  async load(parts: AsyncIterable<string>): Promise<void> {
    try {
      for await (const part of parts) await inSlices(this.text.append(part), this.#life.signal);
      this.text.finish();
    } finally {
      this.#loading = false;
    }
    this.#onChange();
    this.#pump();
  }

  edit({ from, to, text }: TextEdit): void {
    this.text.edit(from, to, text);
    const chunks = new Set(this.text.chunks);
    for (const [group, controller] of this.#inFlight)
      if (group.chunks.some((chunk) => !chunks.has(chunk))) controller.abort();
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => {
      this.#settle = undefined;
      this.#pump();
    }, this.#settleTime());
    this.#onChange();
  }

  /// Tokenize from this offset outwards.
  focus(unit: number): void {
    this.#focus = unit;
  }

  pause(): void {
    this.#paused = true;
    for (const controller of this.#inFlight.values()) controller.abort();
  }

  resume(): void {
    this.#paused = false;
    this.#pump();
  }

  /// Tries again after a failure.
  retry(): void {
    this.#failure = undefined;
    this.#faults = 0;
    this.#onChange();
    this.#pump();
  }

  /// Lays the text out for another view. Resolves early if a later call took over.
  async relayout(layout: PanelLayout): Promise<void> {
    if (this.text.layout === layout) return;
    await inSlices(this.text.relayout(layout), this.#life.signal);
    if (this.text.layout === layout) this.#onChange();
  }

  dispose(): void {
    clearTimeout(this.#settle);
    this.#life.abort();
    for (const controller of this.#inFlight.values()) controller.abort();
  }

  #settleTime(): number {
    if (this.tokenizer.cutsAtWords) return SETTLE_MS;
    return Math.min(WHOLE_TEXT_SETTLE_MS, Math.max(SETTLE_MS, this.text.length / WHOLE_TEXT_UNITS_PER_MS));
  }

  #pump(): void {
    if (this.disposed || this.#paused || this.#loading || this.#failure || this.#settle !== undefined) return;
    if (this.#core.serviceState === "stopped") return;
    while (this.#inFlight.size < PARALLEL) {
      const group = this.#nextGroup();
      if (!group) return;
      void this.#tokenize(group);
    }
  }

  #nextGroup(): Group | undefined {
    const { chunks } = this.text;
    const busy = new Set([...this.#inFlight.keys()].flatMap((group) => group.chunks));
    const center = this.text.chunkAt(this.#focus);
    for (let distance = 0; distance < chunks.length; distance++) {
      for (const index of distance === 0 ? [center] : [center + distance, center - distance]) {
        const chunk = chunks[index];
        if (chunk && !chunk.tokenized && !busy.has(chunk)) return this.text.groupAt(index);
      }
    }
    return undefined;
  }

  async #tokenize(group: Group): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#inFlight.set(group, controller);
    try {
      const tokens = await this.#core.tokenize({ tokenizer: this.tokenizer.id, text: group.text, signal });
      await inSlices(this.text.accept(group, tokens), signal);
      this.#faults = 0;
      // Lone surrogates spoil the bytes, but the tokenizer is not to blame.
      if (!tokens.lossless && !LONE_SURROGATE.test(group.text)) this.#lossless = false;
      this.#onChange();
    } catch (error) {
      if (!(error instanceof CancelledError || signal.aborted)) this.#fail(error);
    } finally {
      this.#inFlight.delete(group);
      this.#pump();
    }
  }

  #fail(error: unknown): void {
    if (error instanceof InputError) this.#failure = { kind: "input", diagnostics: error.diagnostics };
    else {
      // The service may have died of something else: ask once more, which starts it again.
      const message = error instanceof Error ? error.message : String(error);
      this.#core.log(`token panel: ${errorTrace(error)}`);
      this.#faults++;
      if (this.#faults < MAX_FAULTS) return;
      this.#failure = { kind: "fault", message };
    }
    for (const controller of this.#inFlight.values()) controller.abort();
    this.#onChange();
  }
}
