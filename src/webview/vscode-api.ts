import type { MessagePortLike } from "../protocol/port.ts";

interface VsCodeApi<State> {
  postMessage(message: unknown): void;
  getState(): State | undefined;
  setState(state: State): void;
}

declare function acquireVsCodeApi<State>(): VsCodeApi<State>;

export interface Host<State> {
  readonly port: MessagePortLike;
  /// What `save` was last called with, if the view lived before.
  readonly saved: State | undefined;
  save(state: State): void;
}

/// The editor around this webview. Call once.
export function connectHost<State>(): Host<State> {
  const api = acquireVsCodeApi<State>();
  return {
    port: {
      post: (message) => api.postMessage(message),
      listen(listener) {
        const receive = (event: MessageEvent) => listener(event.data);
        window.addEventListener("message", receive);
        return () => window.removeEventListener("message", receive);
      },
    },
    saved: api.getState(),
    save: (state) => api.setState(state),
  };
}
