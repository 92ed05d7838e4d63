import { micros } from "./clock.ts";
import type { GenerationStep } from "./generation.ts";

/// Sums over the steps of a generation.
export class StepStatistics {
  /// Steps so far, and those of them that the grammar forced.
  tokens = 0;
  forcedTokens = 0;
  #maskMicros = 0;
  #modelMicros = 0;
  readonly #started = micros();

  add(step: GenerationStep): void {
    this.tokens++;
    if (step.origin === "forced") this.forcedTokens++;
    this.#maskMicros += step.maskMicros;
    this.#modelMicros += step.modelMicros;
  }

  /// Since this object was made; 0 before the first step.
  get tokensPerSecond(): number {
    return this.tokens === 0 ? 0 : (this.tokens * 1e6) / (micros() - this.#started);
  }

  /// A sampled step's mean; 0 if there is none.
  get meanMaskMicros(): number {
    return this.#mean(this.#maskMicros);
  }

  get meanModelMicros(): number {
    return this.#mean(this.#modelMicros);
  }

  #mean(sum: number): number {
    const sampled = this.tokens - this.forcedTokens;
    return sampled === 0 ? 0 : sum / sampled;
  }
}
