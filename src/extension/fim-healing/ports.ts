import type { CancelSignal } from "../../base/cancellation.ts";
import type { GrammarRef } from "../../service/api.ts";
import type { HealingStep } from "../../service/inspect-healing-api.ts";
import type { Disposable, PanelServiceState } from "../token-panel/core.ts";

/// A cursor in a text, and the text around it.
export interface TextPlace {
  /// Names the document, its text and the place in it: equal keys are the same.
  readonly key: string;
  readonly document: string;
  readonly name: string;
  readonly line: number;
  readonly column: number;
  readonly prefix: string;
  readonly suffix: string;
  /// Characters of the document before `prefix` and after `suffix` that were left out.
  readonly leftOut: number;
  readonly hasSelection: boolean;
  readonly grammar?: { readonly label: string; readonly ref: GrammarRef };
}

/// What the view needs of the editor.
export interface HealingEditor {
  /// The cursor now; undefined if no text is open. Rejects with `InputError` if the document's grammar cannot
  /// be had.
  current(): Promise<TextPlace | undefined>;
  /// `current` may answer differently now.
  onDidChange(listener: () => void): Disposable;
  /// Puts text at a place, as one edit that can be undone, and the cursor behind it.
  insert(place: TextPlace, text: string): Promise<"inserted" | "changed" | "read-only">;
  focus(): void;
}

/// What the view needs of the core. Rejects with `InputError`, `CancelledError`, or another error if the service
/// died.
export interface HealingCore {
  inspect(place: TextPlace, signal: CancelSignal, onStep: (step: HealingStep) => void): Promise<void>;
  readonly serviceState: PanelServiceState;
  onDidChangeServiceState(listener: () => void): Disposable;
  /// The model or what a completion is like may be another now.
  onDidChangeSettings(listener: () => void): Disposable;
  restartService(): void;
  selectModel(): void;
  selectGrammar(): void;
  showLog(): void;
  log(message: string): void;
}
