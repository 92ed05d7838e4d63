// What the page tells the worker that plays the extension, and back.
import type { PanelServiceState } from "../../src/extension/token-panel/core.ts";
import type { TextRange } from "../../src/extension/token-panel/editor.ts";
import type { EditorState } from "./pretended-editor.ts";

export type PageToHost =
  | { readonly kind: "panel"; readonly message: unknown }
  /// Opens a document in the editor; `undefined` closes it.
  | { readonly kind: "open"; readonly name: string; readonly text: string | undefined }
  /// An edit as by typing: the cursor is after it.
  | { readonly kind: "edit"; readonly from: number; readonly to: number; readonly text: string }
  /// An edit that leaves the cursor at its text.
  | { readonly kind: "edit-elsewhere"; readonly from: number; readonly to: number; readonly text: string }
  | { readonly kind: "select"; readonly range: TextRange }
  | { readonly kind: "service"; readonly state: PanelServiceState }
  /// Makes a tokenizer fail, or not any more.
  | { readonly kind: "break"; readonly tokenizer: string; readonly how: "input" | "fault" | undefined }
  /// What the next file dialog answers.
  | { readonly kind: "file"; readonly file: string | undefined }
  /// The view is hidden.
  | { readonly kind: "hide" };

export type HostToPage =
  | { readonly kind: "panel"; readonly message: unknown }
  | ({ readonly kind: "editor" } & EditorState)
  /// Longest time the host's thread was busy without a break since the last report, in milliseconds.
  | { readonly kind: "busy"; readonly longest: number }
  | { readonly kind: "log"; readonly message: string };
