import * as vscode from "vscode";
import type { ModelInfo } from "../decoding/index.ts";
import type { ServiceStatus } from "../service/api.ts";

/// What the model is doing, as the status item shows it.
export type ModelState =
  | { readonly kind: "idle" }
  | { readonly kind: "loading"; readonly file: string; readonly fraction: number }
  | { readonly kind: "ready"; readonly file: string; readonly info: ModelInfo }
  | { readonly kind: "failed"; readonly file: string; readonly message: string }
  | { readonly kind: "stopped"; readonly reason: string };

/// Why a document gets no constrained completions, or what the last one was like.
export interface DocumentNote {
  readonly level: "info" | "warning" | "error";
  readonly text: string;
  /// Label of the grammar in use, if any.
  readonly grammar?: string;
}

/// The extension's observable state; views listen to `onDidChange`.
export class Activity {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #model: ModelState = { kind: "idle" };
  #generating = 0;
  readonly #notes = new Map<string, DocumentNote>();

  get model(): ModelState {
    return this.#model;
  }

  get generating(): boolean {
    return this.#generating > 0;
  }

  noteFor(document: vscode.TextDocument): DocumentNote | undefined {
    return this.#notes.get(document.uri.toString());
  }

  setNote(document: vscode.TextDocument, note: DocumentNote | undefined): void {
    const key = document.uri.toString();
    if (note) this.#notes.set(key, note);
    else this.#notes.delete(key);
    this.#changed.fire();
  }

  setModel(state: ModelState): void {
    this.#model = state;
    this.#changed.fire();
  }

  setStatus(status: ServiceStatus): void {
    this.setModel(modelState(status));
  }

  /// Marks the time of `work` as generating.
  async whileGenerating<T>(work: () => Promise<T>): Promise<T> {
    this.#generating++;
    this.#changed.fire();
    try {
      return await work();
    } finally {
      this.#generating--;
      this.#changed.fire();
    }
  }

  forget(document: vscode.TextDocument): void {
    this.#notes.delete(document.uri.toString());
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

function modelState(status: ServiceStatus): ModelState {
  switch (status.kind) {
    case "model-loading":
      return { kind: "loading", file: status.file, fraction: status.fraction };
    case "model-ready":
      return { kind: "ready", file: status.file, info: status.info };
    case "model-cancelled":
      return { kind: "idle" };
    case "model-failed":
      return { kind: "failed", file: status.file, message: status.message };
    default:
      return status satisfies never;
  }
}
