import { CancelledError, type CancelSignal } from "../../base/cancellation.ts";
import { InputError } from "../../base/diagnostic.ts";
import { errorTrace } from "../../base/error-trace.ts";
import type { Span } from "../../base/span.ts";
import type {
  ExplainedToken,
  ExploreAnswer,
  ExploreRequest,
  ExplorerAction,
  ExplorerNotice,
  ExplorerStack,
  SavedExplorer,
  ToHost,
  ToView,
} from "../../protocol/mask-explorer.ts";
import { Peer } from "../../protocol/peer.ts";
import type { MessagePortLike } from "../../protocol/port.ts";
import type { TokenizerChoice } from "../../protocol/token-panel.ts";
import type { Disposable } from "../token-panel/core.ts";
import type { ExplorerCore, ExplorerGrammars, GrammarInUse, WhatIsExplored } from "./ports.ts";
import type { ExplorerWords } from "./words.ts";

/// Pause in the editing of a grammar after which it is read again.
const SETTLE_MS = 120;

/// The Mask Explorer without editor and webview: knows which grammar and tokenizer are meant, and hands the
/// view's questions on to the core.
export class MaskExplorer implements Disposable {
  readonly #core: ExplorerCore;
  readonly #grammars: ExplorerGrammars;
  readonly #words: ExplorerWords;
  readonly #listeners: readonly Disposable[];
  #peer: Peer<ToView, ToHost> | undefined;
  /// The view has said hello.
  #greeted = false;
  #tokenizers: readonly TokenizerChoice[] = [];
  #choice: string | undefined;
  #grammar: GrammarInUse | undefined;
  #revision = 0;
  /// What is wrong before anything is explored.
  #problem: ExplorerNotice | undefined;
  /// Where in the grammar the problem shown last is.
  #problemSpan: Span | undefined;
  #settle: ReturnType<typeof setTimeout> | undefined;

  constructor(core: ExplorerCore, grammars: ExplorerGrammars, words: ExplorerWords) {
    this.#core = core;
    this.#grammars = grammars;
    this.#words = words;
    this.#listeners = [
      core.onDidChangeTokenizers(() => void this.#tokenizersChanged()),
      core.onDidChangeServiceState(() => void this.#readGrammar(true)),
      grammars.onDidChange(() => this.#grammarChanged()),
    ];
  }

  /// Connects a view, in place of the one before. It will say hello, each time its page is loaded.
  attach(port: MessagePortLike): void {
    this.detach();
    this.#peer = new Peer<ToView, ToHost>(
      port,
      {
        requests: {
          hello: (saved) => this.#hello(saved),
          explore: (request, signal) => this.#explore(request, signal),
          explain: (request, signal) => this.#explain(request, signal),
          order: (_, signal) => this.#core.order(this.#explored(signal).tokenizer, signal),
          bytes: (ids, signal) => this.#core.bytes(this.#explored(signal).tokenizer, ids, signal),
          search: (query, signal) => this.#core.search(this.#explored(signal).tokenizer, query, signal),
          chooseTokenizer: (id) => this.#chooseTokenizer(id),
        },
        notifications: {
          chooseGrammar: () => void this.#grammars.choose(),
          reveal: (span) => this.#reveal(span),
          act: (action) => this.#act(action),
        },
      },
      (problem) => this.#core.log(`mask explorer: ${problem}`),
    );
  }

  /// The view is gone, or its page is.
  detach(): void {
    this.#greeted = false;
    clearTimeout(this.#settle);
    this.#peer?.close();
    this.#peer = undefined;
  }

  dispose(): void {
    this.detach();
    for (const listener of this.#listeners) listener.dispose();
  }

  async #hello(saved: SavedExplorer): Promise<null> {
    this.#greeted = true;
    this.#choice ??= saved.tokenizer;
    if (saved.grammar !== undefined && this.#grammars.key === undefined)
      this.#grammars.restore(saved.grammar);
    await this.#loadTokenizers();
    await this.#readGrammar(true);
    return null;
  }

  get #tokenizer(): TokenizerChoice | undefined {
    return (
      this.#tokenizers.find(({ id }) => id === this.#choice) ??
      this.#tokenizers.find(({ problem }) => problem === undefined) ??
      this.#tokenizers[0]
    );
  }

  async #loadTokenizers(): Promise<void> {
    if (!this.#greeted) return;
    try {
      this.#tokenizers = await this.#core.listTokenizers();
    } catch (error) {
      this.#log(error);
    }
    const choices = this.#tokenizers.map(({ id, name, detail, loaded, problem }) => ({
      id,
      name,
      loaded,
      ...(detail !== undefined && { detail }),
      ...(problem && { problem }),
    }));
    this.#peer?.notify("tokenizers", { choices, selected: this.#tokenizer?.id });
  }

  async #tokenizersChanged(): Promise<void> {
    const before = this.#tokenizer?.id;
    await this.#loadTokenizers();
    if (this.#tokenizer?.id !== before) await this.#readGrammar(true);
  }

  async #chooseTokenizer(id: string): Promise<null> {
    this.#choice = id;
    await this.#loadTokenizers();
    await this.#readGrammar(true);
    return null;
  }

  #grammarChanged(): void {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => void this.#readGrammar(false), SETTLE_MS);
  }

  /// Finds out which grammar is meant and tells the view, if it is another one or `always`.
  async #readGrammar(always: boolean): Promise<void> {
    if (!this.#greeted) return;
    const before = this.#grammar;
    const problemBefore = this.#problem;
    this.#problem = undefined;
    try {
      this.#grammar = await this.#grammars.current();
      if (!this.#grammar) this.#problem = this.#words.noGrammar();
      else if (this.#grammar.engine !== "tokensieve") this.#problem = this.#words.otherEngine();
    } catch (error) {
      this.#grammar = undefined;
      this.#problem = this.#problemOf(error);
    }
    const tokenizer = this.#tokenizer;
    if (!tokenizer) this.#problem ??= this.#words.noTokenizer();
    else if (tokenizer.problem) this.#problem ??= this.#words.badTokenizer(tokenizer.name, tokenizer.problem);
    if (this.#core.serviceState === "stopped") this.#problem = this.#words.stopped();
    if (!always && !this.#problem && !problemBefore && sameGrammar(before, this.#grammar)) return;
    this.#revision++;
    this.#peer?.notify("notice", this.#problem ?? null);
    const grammar = this.#grammar;
    this.#peer?.notify(
      "grammar",
      grammar
        ? {
            label: grammar.label,
            detail: grammar.detail,
            revision: this.#revision,
            ...(this.#grammars.key !== undefined && { key: this.#grammars.key }),
          }
        : null,
    );
  }

  /// What a question is about. Throws `CancelledError` while there is nothing to ask about.
  #explored(signal: CancelSignal): WhatIsExplored {
    const tokenizer = this.#tokenizer;
    const grammar = this.#grammar;
    if (!tokenizer || !grammar || this.#problem) throw new CancelledError();
    return { tokenizer: tokenizer.id, grammar, signal };
  }

  async #explore(request: ExploreRequest, signal: CancelSignal): Promise<ExploreAnswer> {
    if (this.#problem) return { kind: "problem", notice: this.#problem };
    const explored = { ...this.#explored(signal), ...request };
    try {
      const { text, diagnostics } = await this.#exploreTwice(explored);
      const warnings = diagnostics.filter(({ severity }) => severity === "warning");
      return {
        kind: "explored",
        text: { ...text, stacks: linked(text.stacks, explored.grammar) },
        ...(warnings.length > 0 && { warning: this.#words.warnings(warnings) }),
      };
    } catch (error) {
      if (error instanceof CancelledError || signal.aborted) throw new CancelledError();
      return { kind: "problem", notice: this.#problemOf(error) };
    }
  }

  async #explain(
    request: { readonly before: Uint32Array; readonly token: number },
    signal: CancelSignal,
  ): Promise<ExplainedToken> {
    const explored = { ...this.#explored(signal), ...request };
    const answer = await this.#core.explain(explored);
    return { ...answer, stacks: linked(answer.stacks, explored.grammar) };
  }

  /// The service may have died of something else: asking again starts it again.
  async #exploreTwice(request: WhatIsExplored & ExploreRequest): ReturnType<ExplorerCore["explore"]> {
    try {
      return await this.#core.explore(request);
    } catch (error) {
      if (error instanceof InputError || error instanceof CancelledError || request.signal.aborted)
        throw error;
      this.#log(error);
      return this.#core.explore(request);
    }
  }

  #problemOf(error: unknown): ExplorerNotice {
    if (!(error instanceof InputError)) {
      this.#log(error);
      return this.#words.fault(error instanceof Error ? error.message : String(error));
    }
    const { diagnostics } = error;
    const location = diagnostics.find(({ severity }) => severity === "error")?.location;
    const span = location?.kind === "text" || location?.kind === "json-pointer" ? location.span : undefined;
    this.#problemSpan = this.#grammar?.hasDocument ? span : undefined;
    return this.#words.badInput(diagnostics, this.#grammar?.source.text, this.#problemSpan !== undefined);
  }

  #reveal(span: Span): void {
    if (this.#grammar) this.#grammars.reveal(this.#grammar, span).catch((error) => this.#log(error));
  }

  #act(action: ExplorerAction): void {
    switch (action) {
      case "select-grammar":
        void this.#grammars.choose();
        break;
      case "choose-engine":
        this.#grammars.openEngineSetting();
        break;
      case "show-problem":
        if (this.#problemSpan) this.#reveal(this.#problemSpan);
        break;
      case "retry":
        void this.#loadTokenizers().then(() => this.#readGrammar(true));
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
    this.#core.log(`mask explorer: ${errorTrace(error)}`);
  }
}

/// Rules of a grammar that is in no document have no places to go to.
function linked(stacks: readonly ExplorerStack[], { hasDocument }: GrammarInUse): readonly ExplorerStack[] {
  if (hasDocument) return stacks;
  return stacks.map((stack) => ({ ...stack, rules: stack.rules.map(({ span: _, ...rule }) => rule) }));
}

function sameGrammar(a: GrammarInUse | undefined, b: GrammarInUse | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
