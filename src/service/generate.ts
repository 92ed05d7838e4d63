import { concatBytes, utf8Encode } from "../base/bytes.ts";
import type { Diagnostic } from "../base/diagnostic.ts";
import {
  CountedSequence,
  type GenerateOptions,
  type GenerationResult,
  type GenerationStep,
  generate,
  type LanguageModel,
  type ModelSequence,
  SuffixMatcher,
} from "../decoding/index.ts";
import { EngineError, type Matcher } from "../engine/index.ts";
import type { FillInParams, GenerateParams, GenerateResult, GrammarRef } from "./api.ts";
import type { CompiledGrammars } from "./compiled-grammars.ts";
import { takePrefix } from "./expected.ts";
import { drawFittingText } from "./fitting-text.ts";
import { healingOf } from "./healing.ts";
import type { ModelHost } from "./model-host.ts";
import { type MiddleOptions, rankMiddles, ranks } from "./rank-middles.ts";
import { unspelled } from "./unspelled.ts";

export type OnStep = (step: GenerationStep) => void;

const NOTHING = new Uint8Array(0);

/// Generates text, under a grammar if one is given; `onStep` sees every token as it comes.
export function runGenerate(
  models: ModelHost,
  grammars: CompiledGrammars,
  params: GenerateParams,
  signal: AbortSignal | undefined,
  onStep: OnStep,
): Promise<GenerateResult> {
  return models.withSequence(params.model, "generate", signal, (model, sequence) =>
    withMatcher(model, grammars, params.grammar, NOTHING, signal, async (matcher, diagnostics) => {
      const healing = healingOf(params.healing);
      const options: GenerateOptions = {
        ...healing.options,
        prompt: params.prompt,
        ...(matcher && { matcher }),
        ...(params.sampling && { sampling: params.sampling }),
        ...(params.maxTokens !== undefined && { maxTokens: params.maxTokens }),
        ...(signal && { signal }),
      };
      const counted = new CountedSequence(sequence);
      const result = await drain(model, counted, options, onStep);
      return { ...result, healing: healing.facts(), evaluations: counted.evaluations, diagnostics };
    }),
  );
}

/// Fills the hole between a prefix and a suffix. Under a grammar, prefix, middle and suffix together
/// are a sentence of it if the middle ends by itself.
export function runFillIn(
  models: ModelHost,
  grammars: CompiledGrammars,
  params: FillInParams,
  signal: AbortSignal | undefined,
  onStep: OnStep,
): Promise<GenerateResult> {
  const { partial = NOTHING } = params;
  const read = concatBytes([utf8Encode(params.prefix), partial]);
  return models.withSequence(params.model, "generate", signal, (model, sequence) =>
    withMatcher(model, grammars, params.grammar, read, signal, async (base, diagnostics) => {
      const healing = healingOf(params.healing);
      const matcher =
        base && new SuffixMatcher(base, utf8Encode(params.suffix), model.tokenizer.vocabulary.stopTokens);
      const options: MiddleOptions = {
        ...healing.options,
        prompt: { kind: "fim", prefix: params.prefix, partial, suffix: params.suffix },
        maxTokens: params.maxTokens,
        ...(matcher && { matcher }),
        ...(params.sampling && { sampling: params.sampling }),
        ...(signal && { signal }),
      };
      const started = performance.now();
      const counted = new CountedSequence(sequence);
      const drawn = await drawFittingText(generate(model, counted, options), matcher);
      const tokensPerSecond = rate(drawn.steps.length, started);
      const ranked = ranks(params)
        ? await rankMiddles({
            model,
            sequence: counted,
            generation: options,
            suffix: params.suffix,
            drawn,
            ending: () => undefined,
            offer: ({ text }) => text,
            rival: healing.facts().rival,
            mayBeEmpty: false,
            maxMillis: params.rankingMillis ?? Number.POSITIVE_INFINITY,
          })
        : undefined;
      const { text, tokens, steps, finish } = ranked ?? drawn;
      // Only now is it known which steps stay.
      for (const step of steps) onStep(step);
      return {
        text,
        tokens,
        finish,
        healing: healing.facts(),
        ...(ranked && { ranking: ranked.facts }),
        evaluations: counted.evaluations,
        diagnostics: [
          ...diagnostics,
          ...healing.diagnostics(model.info),
          ...unspelled(model.tokenizer, params.prefix),
        ],
        tokensPerSecond,
      };
    }),
  );
}

/// Compiles the grammar, gives `use` a matcher that has read `prefix`, and cleans up behind it.
async function withMatcher<T>(
  model: LanguageModel,
  grammars: CompiledGrammars,
  grammar: GrammarRef | undefined,
  prefix: Uint8Array,
  signal: AbortSignal | undefined,
  use: (matcher: Matcher | undefined, diagnostics: readonly Diagnostic[]) => Promise<T>,
): Promise<T> {
  if (!grammar) return use(undefined, []);
  const compiled = await grammars.get(grammar, model.tokenizer.vocabulary, signal);
  const matcher = compiled.grammar.createMatcher();
  try {
    takePrefix(matcher, prefix);
    return await use(matcher, compiled.diagnostics);
  } catch (error) {
    if (error instanceof EngineError) grammars.forget(compiled.grammar);
    throw error;
  } finally {
    matcher.dispose();
  }
}

async function drain(
  model: LanguageModel,
  sequence: ModelSequence,
  options: GenerateOptions,
  onStep: OnStep,
): Promise<Omit<GenerateResult, "healing" | "evaluations" | "diagnostics">> {
  const started = performance.now();
  const stream = generate(model, sequence, options);
  let next: IteratorResult<GenerationStep, GenerationResult> = await stream.next();
  while (!next.done) {
    onStep(next.value);
    next = await stream.next();
  }
  const { text, tokens, finish } = next.value;
  return { text, tokens, finish, tokensPerSecond: rate(tokens.length, started) };
}

/// Tokens a second since `started`, a `performance.now()`.
export function rate(tokens: number, started: number): number {
  const seconds = (performance.now() - started) / 1000;
  return seconds > 0 ? tokens / seconds : 0;
}
