import type { CancelSignal } from "../../base/cancellation.ts";
import type { ModelState } from "../../protocol/byte-probabilities.ts";
import type { GrammarRef, TokenizeResult } from "../../service/api.ts";
import type { ScoreParams, ScoreResult, ScoreStep } from "../../service/bytes-api.ts";
import type { InspectBytesParams, InspectedBytes } from "../../service/inspect-bytes-api.ts";
import type { Disposable, PanelServiceState } from "../token-panel/core.ts";
import type { PanelEditor } from "../token-panel/editor.ts";

/// What the view needs of the text editors. `active` is the last text editor that was, while it is in sight: the
/// view itself takes that place.
export type BytesEditor = Omit<PanelEditor, "mark" | "pickTokenizerFile">;

/// What the view needs of the core. Requests reject with `InputError`, `CancelledError`, or another error if the
/// service died.
export interface BytesCore {
  readonly model: ModelState;
  /// Changes with the model.
  readonly modelKey: string;
  /// Another model was chosen, or it goes on loading.
  onDidChangeModel(listener: () => void): Disposable;
  selectModel(): void;
  inspect(params: Omit<InspectBytesParams, "model">, signal: CancelSignal): Promise<InspectedBytes>;
  score(
    params: Omit<ScoreParams, "model" | "progressToken">,
    onStep: (step: ScoreStep) => void,
    signal: CancelSignal,
  ): Promise<ScoreResult>;
  /// With the model's tokenizer.
  tokenize(text: string, signal: CancelSignal): Promise<TokenizeResult>;
  readonly serviceState: PanelServiceState;
  onDidChangeServiceState(listener: () => void): Disposable;
  restartService(): void;
  showLog(): void;
  log(message: string): void;
}

export interface BytesGrammar {
  readonly ref: GrammarRef;
  readonly label: string;
}

/// The grammars that sieve documents' completions.
export interface BytesGrammars {
  /// Undefined if the document has none. Rejects with `InputError` if it cannot be had.
  of(document: string): Promise<BytesGrammar | undefined>;
  /// `of` may answer differently now.
  onDidChange(listener: () => void): Disposable;
  /// Lets the user choose one for the document in the editor.
  select(): void;
}

export interface Clipboard {
  write(text: string): Promise<void>;
}
