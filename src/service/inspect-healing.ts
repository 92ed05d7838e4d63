import { utf8Encode } from "../base/bytes.ts";
import { InputError } from "../base/diagnostic.ts";
import { type ByteModel, CoverStream, identifierRemainder } from "../bytes/index.ts";
import {
  type LanguageModel,
  type ModelSequence,
  type PromptStart,
  promptStart,
  RememberedRows,
  suffixJoin,
  TextScorer,
} from "../decoding/index.ts";
import { tokensToBytes } from "../tokenizer/index.ts";
import type { CompleteResult } from "./api.ts";
import { type Completer, completionPrompt } from "./complete.ts";
import {
  HEALING_ARMS,
  type HealedCompletion,
  type HealingArm,
  type HealingEdges,
  type HealingStep,
  type InspectedHealing,
  type InspectedToken,
  type InspectHealingParams,
} from "./inspect-healing-api.ts";
import type { ModelHost } from "./model-host.ts";
import { joinedPrompt } from "./rank-middles.ts";

/// Tokens shown on each side of the cursor.
const SHOWN_TOKENS = 14;
/// UTF-16 units of text that are tokenized for them.
const SHOWN_TEXT = 400;
/// As completions are told exact: more of the mass is not looked at.
const MAX_UNCHECKED = 1e-6;

type OnStep = (step: HealingStep) => void;

/// Completes at a cursor with every way to treat the edges, one after the other, and tells how likely each
/// completion is in bytes, which compares them whatever their tokens are.
export async function inspectHealing(
  models: ModelHost,
  completer: Completer,
  params: InspectHealingParams,
  signal: AbortSignal | undefined,
  onStep: OnStep,
): Promise<InspectedHealing> {
  const steps: HealingStep[] = [];
  const tell = (step: HealingStep) => {
    steps.push(step);
    onStep(step);
  };
  const { mostCovers: _, progressToken: __, ...request } = params;
  const edges = await models.withByteModel(params.model, signal, (model, bytes) =>
    tellEdges(model, bytes, params, signal),
  );
  tell({ kind: "edges", edges });
  // So that the first way does not pay for the prompt.
  const warm = await completer.complete(
    { ...request, healing: "exact", suffixRanking: false, maxTokens: 1 },
    signal,
  );
  if (warm.kind === "violation") {
    tell(warm);
    return { steps };
  }
  for (const arm of HEALING_ARMS) {
    // Each way as if it were the only one.
    await models.withSequence(params.model, "complete", signal, async (model) =>
      RememberedRows.forget(model),
    );
    const started = performance.now();
    const healing = arm === "ranked" ? "exact" : arm;
    const result = await completer.complete({ ...request, healing, suffixRanking: arm === "ranked" }, signal);
    const millis = performance.now() - started;
    if (result.kind === "violation") break;
    const bits = await models.withByteModel(params.model, signal, (model, bytes) =>
      bitsOf(model, bytes, params, result.text, signal),
    );
    const joinBits = await models.withSequence(params.model, "complete", signal, (model, sequence) =>
      joinBitsOf(model, sequence, params, result.text, signal),
    );
    tell({
      ...completionOf(arm, result, millis),
      ...(bits !== undefined && { bits }),
      ...(joinBits !== undefined && { joinBits }),
    });
  }
  return { steps };
}

function completionOf(
  arm: HealingArm,
  result: Extract<CompleteResult, { kind: "completion" }>,
  millis: number,
): HealedCompletion {
  const { text, healing, ranking, tokens, evaluations, diagnostics } = result;
  return {
    kind: "completion",
    arm,
    text,
    healing,
    ...(ranking && { ranking }),
    tokens,
    evaluations,
    millis,
    diagnostics,
  };
}

async function tellEdges(
  model: LanguageModel,
  byteModel: ByteModel,
  params: InspectHealingParams,
  signal: AbortSignal | undefined,
): Promise<HealingEdges> {
  const { prefix, suffix } = params;
  const { vocabulary } = model.tokenizer;
  const prompt = completionPrompt(model, params);
  const fillsIn = prompt.kind === "fim";
  const start = promptStart(model, { prompt, maxTokens: params.maxTokens });
  const asked = byteModel.evaluations.contexts;
  const told = (tokens: readonly number[]): InspectedToken[] =>
    tokens.map((id) => ({ id, bytes: tokensToBytes(vocabulary, [id]) }));
  const join = suffixJoin(fillsIn, suffix);
  const edges = {
    model: {
      name: model.info.name,
      device: model.info.device,
      hasFim: model.info.hasFim,
      prefersFim: model.info.prefersFim,
    },
    fillsIn,
    before: told(model.tokenizer.encode(lastText(prefix)).slice(-SHOWN_TOKENS)),
    after: told(model.tokenizer.encode(firstText(suffix)).slice(0, SHOWN_TOKENS)),
    takenBack: start.takenBack,
    remainder: identifierRemainder(suffix),
    joinsWith: join?.text ?? "",
    joinEnds: join?.end ?? false,
  };
  try {
    const stream = await openStream(byteModel, start, signal);
    const covers = await stream.covers(params.mostCovers, signal);
    return {
      ...edges,
      covers: covers.map(({ tokens, weight, beyond }) => ({ tokens: told(tokens), weight, beyond })),
      otherCovers: Math.max(0, 1 - covers.reduce((sum, { weight }) => sum + weight, 0)),
      coverEvaluations: byteModel.evaluations.contexts - asked,
      diagnostics: [],
    };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const coverEvaluations = byteModel.evaluations.contexts - asked;
    return { ...edges, covers: [], otherCovers: 1, coverEvaluations, diagnostics: error.diagnostics };
  }
}

/// `undefined` for text that the model cannot read.
async function bitsOf(
  model: LanguageModel,
  byteModel: ByteModel,
  params: InspectHealingParams,
  text: string,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const { maxTokens } = params;
  try {
    const start = promptStart(model, { prompt: completionPrompt(model, params), maxTokens });
    const stream = await openStream(byteModel, start, signal);
    const before = stream.logProbability;
    await stream.advance(utf8Encode(text), signal);
    return (before - stream.logProbability) / Math.LN2;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/// `undefined` if nothing joins, or the model cannot read it.
async function joinBitsOf(
  model: LanguageModel,
  sequence: ModelSequence,
  params: InspectHealingParams,
  text: string,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const { prefix, suffix, maxTokens } = params;
  const join = suffixJoin(completionPrompt(model, params).kind === "fim", suffix);
  if (join === undefined) return undefined;
  const prompt = joinedPrompt(completionPrompt(model, { prefix, suffix }), join);
  const scorer = new TextScorer(model, sequence, { prompt, maxTokens, ...(signal && { signal }) });
  const score = await scorer.score(text + join.text, join);
  return score === undefined ? undefined : -score / Math.LN2;
}

async function openStream(
  byteModel: ByteModel,
  { context, takenBack }: PromptStart,
  signal: AbortSignal | undefined,
): Promise<CoverStream> {
  const stream = CoverStream.open(byteModel, context, { kind: "canonical", maxUnchecked: MAX_UNCHECKED });
  await stream.advance(takenBack, signal);
  return stream;
}

/// From the start of a line on, or of a word, so that tokens are cut as in the whole.
function lastText(prefix: string): string {
  if (prefix.length <= SHOWN_TEXT) return prefix;
  const tail = prefix.slice(-SHOWN_TEXT);
  const at = tail.search(/(?<=\n)|(?<=\w)(?=\s)/);
  return at > 0 && at < SHOWN_TEXT / 2 ? tail.slice(at) : tail;
}

function firstText(suffix: string): string {
  return suffix.slice(0, SHOWN_TEXT);
}
