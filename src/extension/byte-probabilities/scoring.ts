import { CancelledError } from "../../base/cancellation.ts";
import { InputError } from "../../base/diagnostic.ts";
import type { ScoreResult } from "../../service/bytes-api.ts";
import type { BytesCore } from "./ports.ts";
import type { BytesOfText } from "./shown-text.ts";
import { CANONICAL } from "./targets.ts";

export interface ScoringEvents {
  onSurprises(text: BytesOfText, from: number): void;
  onScored(text: BytesOfText, totals: ScoringTotals): void;
  onFailure(text: BytesOfText, error: unknown): void;
}

export interface ScoringTotals {
  readonly evaluations: number;
  readonly milliseconds: number;
  readonly leastRawSum?: number;
  readonly diagnostics: ScoreResult["diagnostics"];
}

/// Has a text scored. The model does one thing at a time: questions about a place go first, and the scoring goes
/// on from where it was.
export class Scoring {
  readonly #core: BytesCore;
  readonly #events: ScoringEvents;
  #text: BytesOfText | undefined;
  #running: AbortController | undefined;
  #holds = 0;
  /// Of the runs before the one that ends.
  #milliseconds = 0;
  #retried = false;

  constructor(core: BytesCore, events: ScoringEvents) {
    this.#core = core;
    this.#events = events;
  }

  /// Scores `text`, in place of the one before.
  start(text: BytesOfText | undefined): void {
    this.#stop();
    this.#text = text;
    this.#milliseconds = 0;
    this.#retried = false;
    this.#go();
  }

  /// Lets `work` go first.
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.#holds++;
    this.#stop();
    try {
      return await work();
    } finally {
      this.#holds--;
      this.#go();
    }
  }

  #stop(): void {
    this.#running?.abort();
    this.#running = undefined;
  }

  #go(): void {
    const text = this.#text;
    if (!text || this.#running || this.#holds > 0 || text.known === text.surprises.length) return;
    const controller = new AbortController();
    this.#running = controller;
    void this.#run(text, controller);
  }

  async #run(text: BytesOfText, controller: AbortController): Promise<void> {
    const started = performance.now();
    const isCurrent = () => this.#running === controller;
    try {
      const { evaluations, leastRawSum, diagnostics } = await this.#core.score(
        { text: text.all, target: CANONICAL, from: text.context + text.known },
        ({ from, surprises }) => {
          // Steps that were on their way when the run was stopped: what goes on meanwhile tells the same.
          const at = from - text.context;
          if (!isCurrent() || at !== text.known) return;
          text.surprises.set(surprises, at);
          text.known += surprises.length;
          this.#events.onSurprises(text, at);
        },
        controller.signal,
      );
      if (!isCurrent()) return;
      this.#running = undefined;
      this.#text = undefined;
      const milliseconds = this.#milliseconds + performance.now() - started;
      this.#events.onScored(text, {
        evaluations,
        milliseconds,
        ...(leastRawSum !== undefined && { leastRawSum }),
        diagnostics,
      });
    } catch (error) {
      this.#milliseconds += performance.now() - started;
      if (!isCurrent()) return;
      this.#running = undefined;
      if (error instanceof CancelledError) return;
      // The service may have died of something else: asking again starts it again.
      if (!(error instanceof InputError) && !this.#retried) {
        this.#retried = true;
        this.#core.log(`byte probabilities: ${error instanceof Error ? error.message : String(error)}`);
        this.#go();
        return;
      }
      this.#text = undefined;
      this.#events.onFailure(text, error);
    }
  }
}
