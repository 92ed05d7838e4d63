import { CancelledError, type CancelSignal } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import { errorTrace } from "../base/error-trace.ts";
import type { MessagePortLike } from "./port.ts";
import { open, seal, WIRE_VERSION, type WireError, type WireMessage } from "./wire.ts";

/// What may be said in one direction.
export interface Contract {
  readonly requests: { readonly [name: string]: { readonly params: unknown; readonly result: unknown } };
  readonly notifications: { readonly [name: string]: unknown };
}

/// How one side answers a contract. A handler that throws `InputError` or `CancelledError` makes the
/// other side's request reject with an equal error; any other error arrives as a `RemoteError`.
export interface Handlers<C extends Contract> {
  readonly requests: {
    readonly [K in keyof C["requests"]]: (
      params: C["requests"][K]["params"],
      signal: CancelSignal,
    ) => C["requests"][K]["result"] | Promise<C["requests"][K]["result"]>;
  };
  readonly notifications: {
    readonly [K in keyof C["notifications"]]: (params: C["notifications"][K]) => void;
  };
}

/// The other side failed at something that is not the user's fault.
export class RemoteError extends Error {
  override readonly name = "RemoteError";
}

/// The channel was closed before an answer came.
export class PeerClosedError extends Error {
  override readonly name = "PeerClosedError";
  constructor() {
    super("the other side is gone");
  }
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

declare class AbortController {
  readonly signal: CancelSignal;
  abort(): void;
}

/// One end of a typed conversation: sends `Out`, answers `In`. The same class serves both ends.
export class Peer<Out extends Contract, In extends Contract> {
  readonly #port: MessagePortLike;
  readonly #handlers: Handlers<In>;
  readonly #onProblem: (problem: string) => void;
  readonly #stop: () => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #answering = new Map<number, AbortController>();
  #nextId = 1;
  #closed = false;

  /// `onProblem` hears of messages that could not be handled (for the log).
  constructor(port: MessagePortLike, handlers: Handlers<In>, onProblem: (problem: string) => void) {
    this.#port = port;
    this.#handlers = handlers;
    this.#onProblem = onProblem;
    this.#stop = port.listen((data) => this.#receive(data));
  }

  notify<K extends keyof Out["notifications"] & string>(name: K, params: Out["notifications"][K]): void {
    if (!this.#closed) this.#port.post(seal({ kind: "notification", name, params }));
  }

  /// Rejects with `InputError`, `CancelledError`, `RemoteError` or `PeerClosedError`.
  request<K extends keyof Out["requests"] & string>(
    name: K,
    params: Out["requests"][K]["params"],
    signal?: CancelSignal,
  ): Promise<Out["requests"][K]["result"]> {
    if (this.#closed) return Promise.reject(new PeerClosedError());
    if (signal?.aborted) return Promise.reject(new CancelledError());
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      // The answer decides: a request that is cancelled too late still resolves.
      const cancel = () => this.#port.post(seal({ kind: "cancel", id }));
      signal?.addEventListener("abort", cancel, { once: true });
      const settle = () => signal?.removeEventListener("abort", cancel);
      this.#waiting.set(id, {
        resolve: (result) => {
          settle();
          resolve(result);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      this.#port.post(seal({ kind: "request", id, name, params }));
    });
  }

  /// Stops listening; requests without an answer reject, requests being answered are cancelled.
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stop();
    for (const waiting of this.#waiting.values()) waiting.reject(new PeerClosedError());
    this.#waiting.clear();
    for (const controller of this.#answering.values()) controller.abort();
    this.#answering.clear();
  }

  #receive(data: unknown): void {
    const opened = open(data);
    switch (opened.kind) {
      case "foreign":
        break;
      case "other-version": {
        this.#onProblem(`message of version ${opened.version}; this side speaks ${WIRE_VERSION}`);
        const { requestId: id } = opened;
        if (id !== undefined) this.#port.post(seal({ kind: "error", id, error: otherVersion }));
        break;
      }
      case "message":
        this.#dispatch(opened.message);
        break;
      default:
        opened satisfies never;
    }
  }

  #dispatch(message: WireMessage): void {
    switch (message.kind) {
      case "request":
        void this.#answer(message.id, message.name, message.params);
        break;
      case "notification":
        this.#hear(message.name, message.params);
        break;
      case "reply":
        this.#take(message.id)?.resolve(message.result);
        break;
      case "error":
        this.#take(message.id)?.reject(fromWire(message.error));
        break;
      case "cancel":
        this.#answering.get(message.id)?.abort();
        break;
      default:
        message satisfies never;
    }
  }

  #hear(name: string, params: unknown): void {
    try {
      const handler = own(this.#handlers.notifications, name);
      if (handler) handler(params as never);
      else this.#onProblem(`unknown notification "${name}"`);
    } catch (error) {
      this.#onProblem(`notification "${name}" failed: ${errorTrace(error)}`);
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  async #answer(id: number, name: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    this.#answering.set(id, controller);
    try {
      const handler = own(this.#handlers.requests, name);
      if (!handler) throw new Error(`unknown request "${name}"`);
      const result = await handler(params as never, controller.signal);
      if (!this.#closed) this.#port.post(seal({ kind: "reply", id, result }));
    } catch (error) {
      const wire = toWire(error);
      if (wire.kind === "internal") this.#onProblem(`request "${name}" failed: ${errorTrace(error)}`);
      if (!this.#closed) this.#port.post(seal({ kind: "error", id, error: wire }));
    } finally {
      this.#answering.delete(id);
    }
  }
}

const otherVersion: WireError = {
  kind: "input",
  diagnostics: [
    {
      code: "protocol.version",
      severity: "error",
      message: "This view belongs to another version of Tokensieve.",
      hint: "Reload the window.",
    },
  ],
};

// A name comes from the other side: `toString` must not find Object.prototype's.
function own<T extends object>(table: T, name: string): T[keyof T] | undefined {
  return Object.hasOwn(table, name) ? table[name as keyof T] : undefined;
}

function toWire(error: unknown): WireError {
  if (error instanceof InputError) return { kind: "input", diagnostics: error.diagnostics };
  if (error instanceof CancelledError) return { kind: "cancelled" };
  return { kind: "internal", message: error instanceof Error ? error.message : String(error) };
}

function fromWire(error: WireError): Error {
  switch (error.kind) {
    case "input":
      return new InputError(error.diagnostics);
    case "cancelled":
      return new CancelledError();
    case "internal":
      return new RemoteError(error.message);
    default:
      return error satisfies never;
  }
}
