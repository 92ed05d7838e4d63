import { countBits, hasBit } from "../base/bitset.ts";
import { throwIfCancelled } from "../base/cancellation.ts";
import type { TokenMask } from "../engine/engine.ts";
import type { Vocabulary } from "../tokenizer/vocabulary.ts";
import { micros } from "./clock.ts";
import { CountedSequence } from "./counted-sequence.ts";
import { type ChosenToken, CoverSearch } from "./cover-search.ts";
import { deadEnd } from "./dead-end.ts";
import { Frontier } from "./frontier.ts";
import type {
  FinishReason,
  GenerateOptions,
  GenerationResult,
  GenerationStep,
  PromptFacts,
} from "./generation.ts";
import type { LanguageModel, ModelSequence } from "./language-model.ts";
import { Meanwhile } from "./meanwhile.ts";
import { openPrompt } from "./open-prompt.ts";
import { Output } from "./output.ts";
import { Random } from "./random.ts";
import { RememberedRows } from "./remembered-rows.ts";
import { firstTop, needsWeight, pickToken, resolveSampling, type Sampling } from "./sampling.ts";

/// Generates text: a step for every token, then the result.
///
/// Steps come as the caller asks for them; between two, `ownSequence` is idle and the caller may end
/// the stream. Throws a `CancelledError` within one step of a signal, an `EngineError` of the matcher,
/// and an `InputError`: `sampling-option`, `model-has-no-fim`, `prompt-empty`, `context-overflow`,
/// or `no-token-continues` where the vocabulary cannot spell what the grammar wants.
export async function* generate(
  model: LanguageModel,
  ownSequence: ModelSequence,
  options: GenerateOptions,
): AsyncGenerator<GenerationStep, GenerationResult> {
  const { matcher, signal, maxTokens = Number.POSITIVE_INFINITY } = options;
  const sequence = new CountedSequence(ownSequence);
  const { vocabulary } = model.tokenizer;
  const sampling = resolveSampling(options.sampling);
  const random = new Random(options.sampling?.seed ?? Math.random() * 2 ** 32);
  const frontier = new Frontier(model.tokenizer, matcher, options.jumpForward ?? true);
  const output = new Output(options.stop ?? []);
  const meanwhile = new Meanwhile(matcher);
  const reports = options.probabilities !== false;

  const { healing = "exact" } = options;
  const startedAt = micros();
  const opened = openPrompt(model, frontier, { ...options, healing });
  const { prompt, window: end, context } = opened;
  let { settled } = opened;
  const healedBytes = frontier.readBytes;
  output.push(options.prompt.partial ?? new Uint8Array(0));
  const start = context.length;
  let reusedTokens: number | undefined;
  let healingDropped = 0;
  let healingRival = 0;
  /// What healing has chosen and is still to come.
  const chosen: ChosenToken[] = [];
  let begun = false;

  const facts = (): PromptFacts => ({
    tokens: start,
    reusedTokens: reusedTokens ?? 0,
    healedBytes,
    healingEvaluations: sequence.evaluations,
    healingMicros: micros() - startedAt,
    healingDropped,
    healingRival,
    droppedPrefix: prompt.droppedPrefix,
    droppedSuffix: prompt.droppedSuffix,
  });
  let promptFacts: PromptFacts | undefined;
  /// The next token adds to the prompt, or none does.
  const begin = (): PromptFacts => {
    if (promptFacts) return promptFacts;
    promptFacts = facts();
    options.onPrompt?.(promptFacts);
    return promptFacts;
  };
  let finish: FinishReason | undefined;
  let written = 0;
  let replaces = 0;
  /// Completes a step: decides whether it is the last, and which text it releases.
  const step = (
    token: number,
    bytes: Uint8Array,
    facts: Omit<GenerationStep, "token" | "bytes" | "text" | "replaces">,
  ): GenerationStep => {
    if (bytes.length > 0) written++;
    let text = output.push(bytes);
    if (output.stopped) finish = "stop";
    else if (written >= maxTokens || context.length > model.info.contextLength) {
      finish = frontier.ended() ? "grammar" : "length";
    } else if (output.holds && frontier.ended()) finish = "grammar";
    if (finish) text += output.flush();
    const replaced = replaces;
    replaces = 0;
    return { token, bytes, text, replaces: replaced, ...facts };
  };
  const result = (reason: FinishReason): GenerationResult => {
    output.flush();
    return {
      text: output.text,
      tokens: context.slice(start),
      finish: reason,
      prompt: begin(),
    };
  };

  /// The next token, as the model and the mask have it; `undefined` where only the end is left.
  const choose = async (): Promise<ChosenToken | undefined> => {
    const started = micros();
    const evaluation = sequence.evaluate(context, signal);
    // The model computes in the meantime.
    const maskStarted = micros();
    let mask: TokenMask | undefined;
    try {
      mask = frontier.nextMask();
    } catch (error) {
      await evaluation.catch(() => undefined);
      throw error;
    }
    const maskMicros = micros() - maskStarted;
    await meanwhile.during(evaluation, started);
    reusedTokens ??= Math.min(start, sequence.reusedTokens);
    const allowedTokens = mask ? countBits(mask) : vocabulary.size;
    if (mask && allowedTokens === countStops(mask, vocabulary)) {
      if (allowedTokens > 0 || matcher?.isAccepting()) return undefined;
      throw deadEnd(frontier.expectedBytes(), vocabulary, output.text);
    }
    const { token, ...probabilities } = await draw(sequence, sampling, mask, random, reports);
    return { token, facts: { allowedTokens, ...probabilities, maskMicros, modelMicros: micros() - started } };
  };

  for (;;) {
    for (const token of settled.forced) {
      throwIfCancelled(signal);
      const bytes = frontier.take(token);
      context.push(token);
      yield step(token, bytes, { origin: "forced", allowedTokens: 1, maskMicros: 0, modelMicros: 0 });
      if (finish) return result(finish);
    }
    if (frontier.ended()) return result("grammar");

    if (!begun) {
      begun = true;
      if (healing === "exact" && frontier.pending.length > 0) {
        const search = new CoverSearch({
          sequence,
          tokenizer: model.tokenizer,
          contextLength: model.info.contextLength,
          parameters: model.info.parameters ?? Number.POSITIVE_INFINITY,
          remembered: RememberedRows.of(model),
          frontier,
          sampling,
          random,
          probabilities: reports,
          signal,
        });
        const text = [...end.slice(0, settled.kept), ...settled.forced];
        const found = await search.run(context, text);
        healingDropped = found.dropped;
        healingRival = found.rival;
        reusedTokens = Math.min(start, found.reusedTokens);
        chosen.push(...found.tokens);
      }
    }
    const next = chosen.shift() ?? (await choose());
    if (next === undefined) return result("grammar");
    throwIfCancelled(signal);
    const { token } = next;
    const facts = { origin: "sampled", ...next.facts } as const;

    if (vocabulary.kind(token) === "normal") {
      const bytes = frontier.take(token);
      if (bytes.length > 0) begin();
      context.push(token);
      yield step(token, bytes, facts);
    } else {
      begin();
      if (matcher) frontier.takeSpecial(token);
      // Without a grammar any marker means that the text is over: the model goes on to something else.
      if (!matcher || vocabulary.stopTokens.includes(token)) finish = "stop";
      else context.push(token);
      yield step(token, new Uint8Array(0), facts);
    }
    if (finish) return result(finish);
    if (chosen.length > 0) {
      settled = { kept: 0, forced: [] };
      continue;
    }

    const window = frontier.window(context, start);
    settled = frontier.settle(window);
    replaces += window.length - settled.kept;
    context.length -= window.length - settled.kept;
  }
}

type Choice = Pick<GenerationStep, "token" | "probability" | "maskedProbability">;

async function draw(
  sequence: ModelSequence,
  sampling: Sampling,
  mask: TokenMask | undefined,
  random: Random,
  totals: boolean,
): Promise<Choice> {
  const u = random.next();
  if (sampling.temperature === 0 && !totals) return { token: (await sequence.mostLikely(mask))! };
  const request = {
    totals,
    ...(mask && { mask }),
    ...(needsWeight(sampling) && { temperature: sampling.temperature }),
  };
  // The first few tokens, and all of them if those do not decide.
  for (const top of [firstTop(sampling), Number.POSITIVE_INFINITY]) {
    const { logTotal, logAllowed, ...logits } = await sequence.logits({ ...request, top });
    const index = pickToken(logits, sampling, u);
    if (index === undefined) continue;
    const share = (logWeight: number) => Math.min(1, Math.exp(logits.logits[index]! - logWeight));
    return {
      token: logits.tokens[index]!,
      ...(totals && { probability: share(logTotal!), maskedProbability: share(logAllowed!) }),
    };
  }
  throw new Error("all logits did not decide which token comes next");
}

function countStops(mask: TokenMask, { stopTokens }: Vocabulary): number {
  return stopTokens.reduce((count, token) => count + (hasBit(mask, token) ? 1 : 0), 0);
}
