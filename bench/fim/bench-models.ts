import type { LanguageModel, ModelSequence } from "../../src/decoding/index.ts";
import type { ModelRef } from "../../src/service/api.ts";
import { ModelHost, type SequencePurpose } from "../../src/service/model-host.ts";

/// What a prompt looks like: text before the cursor alone, or with FIM tokens. `auto`: as the model's file
/// says, which is what the editor does.
export type PromptFormat = "auto" | "plain" | "fim";

/// Model calls, and tokens evaluated in them.
export interface Work {
  readonly evaluations: number;
  readonly evaluatedTokens: number;
}

/// The service's models, with the work of their sequences counted and the prompt format chosen.
export class BenchModels extends ModelHost {
  readonly #format: PromptFormat;
  #evaluations = 0;
  #evaluatedTokens = 0;

  constructor(format: PromptFormat) {
    super(
      () => {},
      () => {},
    );
    this.#format = format;
  }

  get work(): Work {
    return { evaluations: this.#evaluations, evaluatedTokens: this.#evaluatedTokens };
  }

  override async get(ref: ModelRef, signal?: AbortSignal): Promise<LanguageModel> {
    return this.#inFormat(await super.get(ref, signal));
  }

  override withSequence<T>(
    ref: ModelRef,
    purpose: SequencePurpose,
    signal: AbortSignal | undefined,
    use: (model: LanguageModel, sequence: ModelSequence) => Promise<T>,
  ): Promise<T> {
    return super.withSequence(ref, purpose, signal, (model, sequence) =>
      use(this.#inFormat(model), this.#counted(sequence)),
    );
  }

  #inFormat(model: LanguageModel): LanguageModel {
    if (this.#format === "auto") return model;
    const info = { ...model.info, prefersFim: this.#format === "fim" };
    return overriding(model, { info });
  }

  #counted(sequence: ModelSequence): ModelSequence {
    const evaluate: ModelSequence["evaluate"] = async (tokens, ...rest) => {
      await sequence.evaluate(tokens, ...rest);
      const evaluated = tokens.length - sequence.reusedTokens;
      // None, if the logits were still there.
      if (evaluated > 0) this.#evaluations++;
      this.#evaluatedTokens += evaluated;
    };
    return overriding(sequence, { evaluate });
  }
}

/// `object` with other values of some properties. Its methods still run on itself: they may have private fields.
function overriding<T extends object>(object: T, values: Partial<T>): T {
  return new Proxy(object, {
    get(target, key) {
      if (Object.hasOwn(values, key)) return values[key as keyof T];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
