import type { CancelSignal } from "../../base/cancellation.ts";
import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import type { EngineName } from "../../engine/index.ts";
import type { GrammarSource } from "../../grammar/index.ts";
import type {
  BytesOfTokens,
  ExplainedToken,
  ExploredText,
  ExploreRequest,
  VocabularyOrder,
} from "../../protocol/mask-explorer.ts";
import type { TokenizerChoice } from "../../protocol/token-panel.ts";
import type { Disposable, PanelServiceState } from "../token-panel/core.ts";

/// The grammar that is looked at.
export interface GrammarInUse {
  readonly source: GrammarSource;
  readonly engine: EngineName;
  /// For people: what it is called, and where it comes from.
  readonly label: string;
  readonly detail: string;
  /// Its rules can be shown in a document.
  readonly hasDocument: boolean;
}

/// What the Mask Explorer needs of the editor: a grammar, and ways to show it.
export interface ExplorerGrammars {
  /// Undefined if nothing has a grammar. Rejects with `InputError` if it cannot be had.
  current(): Promise<GrammarInUse | undefined>;
  /// `current` may answer differently now.
  onDidChange(listener: () => void): Disposable;
  /// Names the choice made, for `restore` to make it again in another life.
  readonly key: string | undefined;
  restore(key: string): void;
  /// Lets the user choose; `onDidChange` follows if they do.
  choose(): Promise<void>;
  /// Selects a span of the grammar's document, where that has the grammar's text.
  reveal(grammar: GrammarInUse, span: Span): Promise<void>;
  /// Where the engine is chosen.
  openEngineSetting(): void;
}

export interface WhatIsExplored {
  readonly tokenizer: string;
  readonly grammar: GrammarInUse;
  readonly signal: CancelSignal;
}

/// What the Mask Explorer needs of the core. Requests reject with `InputError`, `CancelledError`, or another
/// error if the service died.
export interface ExplorerCore {
  listTokenizers(): Promise<readonly TokenizerChoice[]>;
  onDidChangeTokenizers(listener: () => void): Disposable;
  explore(
    request: WhatIsExplored & ExploreRequest,
  ): Promise<{ readonly text: ExploredText; readonly diagnostics: readonly Diagnostic[] }>;
  explain(
    request: WhatIsExplored & { readonly before: Uint32Array; readonly token: number },
  ): Promise<ExplainedToken>;
  order(tokenizer: string, signal: CancelSignal): Promise<VocabularyOrder>;
  bytes(tokenizer: string, ids: Uint32Array, signal: CancelSignal): Promise<BytesOfTokens>;
  /// One bit an id.
  search(tokenizer: string, query: string, signal: CancelSignal): Promise<Uint32Array>;
  readonly serviceState: PanelServiceState;
  onDidChangeServiceState(listener: () => void): Disposable;
  restartService(): void;
  showLog(): void;
  log(message: string): void;
}
