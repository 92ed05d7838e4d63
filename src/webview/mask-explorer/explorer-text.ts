import { completeUtf8Length, toHex, utf8DecodeLossy } from "../../base/bytes.ts";
import type { ExploreAnswer, ExploreRequest, ExplorerInput } from "../../protocol/mask-explorer.ts";

export type Explore = (request: ExploreRequest, signal: AbortSignal) => Promise<ExploreAnswer>;

export interface ExplorerTextEvents {
  onAnswer(answer: ExploreAnswer): void;
  onBusy(busy: boolean): void;
  onFailure(error: unknown): void;
}

/// Asks about the text: one question at a time, a newer one takes an older one's place.
export class ExplorerText {
  readonly #explore: Explore;
  readonly #events: ExplorerTextEvents;
  #running: AbortController | undefined;
  #last: ExploreRequest = { input: { kind: "text", text: "" } };

  constructor(explore: Explore, events: ExplorerTextEvents) {
    this.#explore = explore;
    this.#events = events;
  }

  /// Asks what was asked last once more: the grammar changed, say.
  again(): void {
    this.ask(this.#last);
  }

  /// What `again` shall ask.
  remember(request: ExploreRequest): void {
    this.#last = request;
  }

  ask(request: ExploreRequest): void {
    this.#running?.abort();
    const controller = new AbortController();
    this.#running = controller;
    // What is forced is there when it is asked again.
    const { acceptForced: _, ...last } = request;
    this.#last = last;
    this.#events.onBusy(true);
    this.#explore(request, controller.signal)
      .then(
        (answer) => {
          if (controller !== this.#running) return;
          if (answer.kind === "explored") this.#keep(answer.text.ids, answer.text.position, request.input);
          this.#events.onAnswer(answer);
        },
        (error) => {
          if (controller === this.#running) this.#events.onFailure(error);
        },
      )
      .finally(() => {
        if (controller === this.#running) this.#events.onBusy(false);
      });
  }

  /// A text that is typed stays a text, so that another tokenizer cuts it its way.
  #keep(ids: Uint32Array, position: number, input: ExplorerInput): void {
    if (input.kind === "text" && this.#last.position === undefined) return;
    this.#last = { input: { kind: "tokens", ids }, position };
  }
}

/// The characters of a text that may end inside of one.
export function wholeText(bytes: Uint8Array): { readonly text: string; readonly half: string } {
  const length = completeUtf8Length(bytes);
  return { text: utf8DecodeLossy(bytes.subarray(0, length)), half: toHex(bytes.subarray(length)) };
}
