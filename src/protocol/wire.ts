import type { Diagnostic } from "../base/diagnostic.ts";

/// Version of the messages and their contents. Both ends stamp it on every message: an editor may
/// restore a webview whose script is older than the extension.
export const WIRE_VERSION = 1;

/// A failure as it crosses the channel.
export type WireError =
  | { readonly kind: "input"; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: "cancelled" }
  /// A fault of ours. `message` is for the log.
  | { readonly kind: "internal"; readonly message: string };

/// `id` is unique among the sender's requests; replies, errors and cancels repeat it.
export type WireMessage =
  | { readonly kind: "request"; readonly id: number; readonly name: string; readonly params: unknown }
  | { readonly kind: "reply"; readonly id: number; readonly result: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: WireError }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "notification"; readonly name: string; readonly params: unknown };

/// A message in its envelope. `tokensieve` tells our messages from others on a shared channel.
export interface Envelope {
  readonly tokensieve: number;
  readonly message: WireMessage;
}

export type Opened =
  | { readonly kind: "message"; readonly message: WireMessage }
  /// Not one of ours: to be ignored.
  | { readonly kind: "foreign" }
  /// Ours, of another version. `requestId` is set if the sender waits for an answer.
  | { readonly kind: "other-version"; readonly version: number; readonly requestId?: number };

export function seal(message: WireMessage): Envelope {
  return { tokensieve: WIRE_VERSION, message };
}

export function open(data: unknown): Opened {
  if (!isRecord(data) || typeof data.tokensieve !== "number") return { kind: "foreign" };
  const message = data.message;
  if (data.tokensieve !== WIRE_VERSION) {
    // The envelope and the request's id are the part of the format that never changes.
    const waiting = isRecord(message) && message.kind === "request" && typeof message.id === "number";
    return {
      kind: "other-version",
      version: data.tokensieve,
      ...(waiting && { requestId: message.id as number }),
    };
  }
  if (!isWireMessage(message)) return { kind: "foreign" };
  return { kind: "message", message };
}

function isWireMessage(message: unknown): message is WireMessage {
  if (!isRecord(message)) return false;
  switch (message.kind) {
    case "request":
      return typeof message.id === "number" && typeof message.name === "string";
    case "notification":
      return typeof message.name === "string";
    case "error":
      return typeof message.id === "number" && isRecord(message.error);
    case "reply":
    case "cancel":
      return typeof message.id === "number";
    default:
      return false;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
