import type { CancelSignal } from "../../base/cancellation.ts";
import type { TokenizerChoice } from "../../protocol/token-panel.ts";

/// A tokenizer the panel can offer.
export interface PanelTokenizer extends TokenizerChoice {
  /// `Tokenizer.cutsAtWords`: a text may be tokenized in parts (see cuts.ts). If false, the panel sends
  /// the whole text whenever some of it changed.
  readonly cutsAtWords: boolean;
}

/// Tokens of a text, one entry a token in each array.
export interface TokenizedText {
  readonly ids: Uint32Array;
  /// Offset in the text's UTF-8 bytes where each token starts; ascending.
  readonly byteStarts: Uint32Array;
  /// Indices of the tokens that are special; none if absent.
  readonly special?: Uint32Array;
  /// False if the tokenizer normalises, so that its tokens do not spell the text exactly.
  readonly lossless: boolean;
}

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
