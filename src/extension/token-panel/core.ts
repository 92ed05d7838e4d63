import type { CancelSignal } from "../../base/cancellation.ts";
import type { TokenizerChoice } from "../../protocol/token-panel.ts";
import type { TokenPieces } from "../../tokenizer/index.ts";

/// A tokenizer the panel can offer.
export interface PanelTokenizer extends TokenizerChoice {
  /// `Tokenizer.cutsAtWords`: a text may be tokenized in parts (see cuts.ts). If false, the panel sends
  /// the whole text whenever some of it changed.
  readonly cutsAtWords: boolean;
}

/// A text's tokens as `tokenizePieces` gives them.
export type TokenizedText = Omit<TokenPieces, "textEnds">;

export type PanelServiceState = "ready" | "starting" | "restarting" | "stopped";

export interface Disposable {
  dispose(): void;
}

/// What the token panel needs from the core. `vscode.EventEmitter`'s events fit the two `onDid…`.
export interface TokenPanelCore {
  /// In the order to offer them: the first that has no problem is the default.
  listTokenizers(): Promise<readonly PanelTokenizer[]>;
  /// `listTokenizers` would answer differently now (a model was chosen, a tokenizer was loaded).
  onDidChangeTokenizers(listener: () => void): Disposable;
  /// Makes a tokenizer.json file one of the tokenizers. Rejects with `InputError` if it cannot be read.
  addTokenizerFile(file: string): Promise<PanelTokenizer>;
  /// Rejects with `InputError` (bad tokenizer), `CancelledError`, or another error if the service died.
  tokenize(request: {
    readonly tokenizer: string;
    readonly text: string;
    readonly signal: CancelSignal;
  }): Promise<TokenizedText>;
  readonly serviceState: PanelServiceState;
  onDidChangeServiceState(listener: () => void): Disposable;
  /// Starts the service again although it was given up.
  restartService(): void;
  showLog(): void;
  log(message: string): void;
}
