import { utf8Encode } from "../base/bytes.ts";
import type { Diagnostic } from "../base/diagnostic.ts";
import {
  CountedSequence,
  generate,
  type LanguageModel,
  type ModelSequence,
  type Prompt,
  SuffixMatcher,
  trimOverlap,
} from "../decoding/index.ts";
import { EngineError } from "../engine/index.ts";
import type { CompleteParams, CompleteResult, GrammarRef, Violation } from "./api.ts";
import type { CompiledGrammars } from "./compiled-grammars.ts";
import { completionEnd, wholeLines } from "./completion-end.ts";
import { drawFittingText, type FittingText } from "./fitting-text.ts";
import { rate } from "./generate.ts";
import { healingOf } from "./healing.ts";
import type { ModelHost } from "./model-host.ts";
import { LastPrefixMatcher } from "./prefix-matcher.ts";
import { type MiddleOptions, rankMiddles, ranks } from "./rank-middles.ts";
import { unspelled } from "./unspelled.ts";

/// Completes documents at a cursor. Keeps the matcher of the document it was last asked about.
export class Completer {
  readonly #models: ModelHost;
  readonly #grammars: CompiledGrammars;
  readonly #last = new LastPrefixMatcher();

  constructor(models: ModelHost, grammars: CompiledGrammars) {
    this.#models = models;
    this.#grammars = grammars;
  }

  complete(params: CompleteParams, signal?: AbortSignal): Promise<CompleteResult> {
    return this.#models.withSequence(params.model, "complete", signal, (model, sequence) =>
      params.grammar
        ? this.#sieved(model, sequence, params, params.grammar, signal)
        : run(model, sequence, params, { diagnostics: [] }, signal),
    );
  }

  async #sieved(
    model: LanguageModel,
    sequence: ModelSequence,
    params: CompleteParams,
    ref: GrammarRef,
    signal: AbortSignal | undefined,
  ): Promise<CompleteResult> {
    const { vocabulary } = model.tokenizer;
    const { grammar, diagnostics } = await this.#grammars.get(ref, vocabulary, signal);
    const follower = this.#last.of(grammar);
    try {
      const violation = follower.moveTo(utf8Encode(params.prefix));
      if (violation) {
        if (params.onViolation === "refuse") return { kind: "violation", violation };
        return await run(model, sequence, params, { diagnostics, violation }, signal);
      }
      const suffix = utf8Encode(params.suffix);
      const matcher = new SuffixMatcher(follower.matcher, suffix, vocabulary.stopTokens);
      return await run(model, sequence, params, { diagnostics, matcher }, signal);
    } catch (error) {
      if (error instanceof EngineError) {
        this.#last.drop();
        this.#grammars.forget(grammar);
      }
      throw error;
    }
  }
}

interface Sieve {
  readonly diagnostics: readonly Diagnostic[];
  readonly matcher?: SuffixMatcher;
  readonly violation?: Violation;
}

async function run(
  model: LanguageModel,
  ownSequence: ModelSequence,
  params: CompleteParams,
  { matcher, diagnostics, violation }: Sieve,
  signal: AbortSignal | undefined,
): Promise<CompleteResult> {
  const sequence = new CountedSequence(ownSequence);
  const healing = healingOf(params.healing);
  const options: MiddleOptions = {
    ...healing.options,
    prompt: completionPrompt(model, params),
    sampling: params.sampling ?? { temperature: 0 },
    maxTokens: params.maxTokens,
    probabilities: false,
    ...(matcher && { matcher }),
    ...(signal && { signal }),
  };
  const started = performance.now();
  const constrained = matcher !== undefined;
  const ending = (text: string) => completionEnd(params, text, { constrained, ended: false });
  const drawn = await drawFittingText(
    generate(model, sequence, options),
    matcher,
    (soFar) => ending(soFar) !== undefined,
  );
  const tokensPerSecond = rate(drawn.steps.length, started);
  const ranked = ranks(params)
    ? await rankMiddles({
        model,
        sequence,
        generation: options,
        suffix: params.suffix,
        drawn,
        ending,
        offer: (other) => offered(params, matcher, other),
        rival: healing.facts().rival,
        mayBeEmpty: true,
        maxMillis: params.rankingMillis ?? Number.POSITIVE_INFINITY,
      })
    : undefined;
  const { steps, finish } = ranked ?? drawn;
  return {
    kind: "completion",
    text: ranked?.text ?? offered(params, matcher, drawn),
    finish,
    constrained,
    tokens: steps.length,
    forcedTokens: steps.filter(({ origin }) => origin === "forced").length,
    tokensPerSecond,
    healing: healing.facts(),
    ...(ranked && { ranking: ranked.facts }),
    evaluations: sequence.evaluations,
    ...(violation && { violation }),
    diagnostics: [
      ...diagnostics,
      ...healing.diagnostics(model.info),
      ...unspelled(model.tokenizer, params.prefix),
    ],
  };
}

/// A model that has not learnt to fill in, or not well, can still continue the text before the cursor, and
/// where nothing follows there is no hole to fill.
export function completionPrompt(
  { info }: LanguageModel,
  { prefix, suffix }: Pick<CompleteParams, "prefix" | "suffix">,
): Prompt {
  return info.prefersFim && suffix.trim() !== ""
    ? { kind: "fim", prefix, suffix }
    : { kind: "text", text: prefix, cut: true };
}

/// What a completion shows of what was drawn.
function offered(params: CompleteParams, matcher: SuffixMatcher | undefined, drawn: FittingText): string {
  const { text, fits, joins, finish } = drawn;
  let end = completionEnd(params, text, { constrained: matcher !== undefined, ended: true }) ?? text.length;
  // What stands after the cursor must go on from the completion, if it can from any part of it.
  const fit =
    params.suffix.trim() === "" ? undefined : fits.findLast((length) => length > 0 && length <= end);
  // Where the text is not complete yet, at least the rest of the line must.
  end = fit ?? joins.findLast((length) => length <= end) ?? end;
  const cut = finish === "length" && !matcher ? wholeLines(text.slice(0, end)) : text.slice(0, end);
  const kept = trimBlanks(cut, params.suffix);
  // A bracket that looks like the suffix's is the grammar's where it made sure that both fit.
  return fit === undefined && joins.length === 0 ? trimOverlap(kept, params.suffix) : kept;
}

/// Drops white space at the end, except where it keeps the completion and the text after it apart.
function trimBlanks(text: string, suffix: string): string {
  return /^[\p{L}\p{N}_]/u.test(suffix) ? text : text.trimEnd();
}
