/// One end of a channel that carries structured-clonable messages in order, each way: a webview, a
/// `MessagePort`, a worker.
export interface MessagePortLike {
  post(message: unknown): void;
  /// Calls `listener` for each message from the other end; returns how to stop.
  listen(listener: (message: unknown) => void): () => void;
}
