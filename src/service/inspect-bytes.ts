import { completeUtf8Length, concatBytes, utf8Decode } from "../base/bytes.ts";
import { InputError } from "../base/diagnostic.ts";
import { type ByteModel, firstBytes, restrict, TokenContext, totalVariation } from "../bytes/index.ts";
import type { LanguageModel } from "../decoding/index.ts";
import { EngineError } from "../engine/index.ts";
import type { Vocabulary } from "../tokenizer/index.ts";
import type { CompiledGrammars } from "./compiled-grammars.ts";
import { describeExpected } from "./expected.ts";
import { diagnosticsOf } from "./failure.ts";
import type {
  GrammarBytes,
  InspectBytesParams,
  InspectedBytes,
  InspectedToken,
  InspectGrammar,
  NaiveBytes,
  NoNaiveBytes,
} from "./inspect-bytes-api.ts";
import type { ModelHost } from "./model-host.ts";
import { LastPrefixMatcher, type PrefixMatcher } from "./prefix-matcher.ts";
import { readCovers } from "./read-covers.ts";
import { contextBefore, roomOf } from "./score-windows.ts";
import { textStart } from "./text-start.ts";

/// Tokens before the position that are told.
const LAST_TOKENS = 8;

/// Answers what may come at places of a text. Keeps the matcher of the document it was last asked about; no
/// request depends on that.
export class ByteInspector {
  readonly #models: ModelHost;
  readonly #grammars: CompiledGrammars;
  readonly #last = new LastPrefixMatcher();

  constructor(models: ModelHost, grammars: CompiledGrammars) {
    this.#models = models;
    this.#grammars = grammars;
  }

  /// Throws the `InputError`s of `runBytes`, and `bytes-range`. What is wrong with the grammar is part of the
  /// answer: the rest of that needs none.
  async inspect(params: InspectBytesParams, signal: AbortSignal | undefined): Promise<InspectedBytes> {
    const { text, position } = params;
    if (!Number.isInteger(position) || position < 0 || position > text.length) throw badRange(params);
    return this.#models.withByteModel(params.model, signal, async (model, byteModel) => {
      const started = performance.now();
      const asked = byteModel.evaluations.contexts;
      const { vocabulary } = model.tokenizer;
      const prompt = text.subarray(0, position);
      const { allBytes, target, most } = params;
      const { facts, covers } = await readCovers(
        model,
        byteModel,
        { prompt, target, covers: most },
        { context: contextOf(model, params), ...(allBytes !== undefined && { allBytes }) },
        signal,
      );
      const naive = await naiveBytes(model, byteModel, prompt.subarray(facts.context), most, signal);
      const grammar =
        params.grammar && (await this.#under(params.grammar, vocabulary, prompt, facts, signal));
      return {
        ...facts,
        covers: covers.map((cover) => ({
          tokens: cover.tokens.map((id) => token(id, vocabulary)),
          weight: cover.weight,
          beyond: cover.beyond,
        })),
        naive: naive.kind === "none" ? naive : { ...naive, variation: totalVariation(naive, facts) },
        ...(grammar && { grammar }),
        evaluations: byteModel.evaluations.contexts - asked,
        milliseconds: performance.now() - started,
      };
    });
  }

  async #under(
    { ref, before }: InspectGrammar,
    vocabulary: Vocabulary,
    prompt: Uint8Array,
    exact: Parameters<typeof restrict>[0],
    signal: AbortSignal | undefined,
  ): Promise<GrammarBytes> {
    let follower: PrefixMatcher | undefined;
    try {
      const { grammar, diagnostics } = await this.#grammars.get(ref, vocabulary, signal);
      follower = this.#last.of(grammar);
      const { matcher } = follower;
      const violation = follower.moveTo(concatBytes([before, prompt]));
      if (violation) return { kind: "violated", violation };
      const allowed = matcher.allowedBytes();
      const mayStop = matcher.isAccepting();
      const { bytes, stop, rawSum } = restrict(exact, allowed, mayStop);
      const expected = describeExpected(matcher);
      return {
        kind: "restricted",
        bytes,
        stop,
        allowedMass: rawSum,
        allowed,
        mayStop,
        expected,
        diagnostics,
      };
    } catch (error) {
      if (error instanceof EngineError && follower) {
        this.#grammars.forget(follower.grammar);
        this.#last.drop();
      }
      const diagnostics = diagnosticsOf(error);
      if (!diagnostics) throw error;
      return { kind: "broken", diagnostics };
    }
  }
}

/// Where the model begins to read: as far before the position as its context reaches.
function contextOf(model: LanguageModel, { text, position, target, allBytes }: InspectBytesParams): number {
  const room = roomOf(model.info);
  if (target.kind === "all" && allBytes === undefined)
    return contextBefore(model.tokenizer, text, position, "all", room);
  // Of the bytes whose sequences all count, each may be a token.
  const most = target.kind === "all" ? room - allBytes! : room;
  return contextBefore(model.tokenizer, text, position, "canonical", Math.max(1, most));
}

async function naiveBytes(
  model: LanguageModel,
  byteModel: ByteModel,
  prompt: Uint8Array,
  most: number,
  signal: AbortSignal | undefined,
): Promise<Omit<NaiveBytes, "variation"> | NoNaiveBytes> {
  if (completeUtf8Length(prompt) < prompt.length) return { kind: "none", reason: "half-character" };
  const text = utf8Decode(prompt);
  if (text === undefined) return { kind: "none", reason: "not-utf8" };
  const { tokenizer } = model;
  const { vocabulary } = tokenizer;
  const tokens = tokenizer.encode(text);
  const [next] = await byteModel.evaluate([TokenContext.of([...textStart(model), ...tokens])], signal);
  const { order } = byteModel;
  const { probabilities } = next!;
  return {
    kind: "naive",
    ...firstBytes(order, next!),
    tokens: tokens.slice(-LAST_TOKENS).map((id) => token(id, vocabulary)),
    tokenCount: tokens.length,
    next: likeliest(probabilities, most).map((place) => ({
      ...token(order.ids[place]!, vocabulary),
      p: probabilities[place]!,
    })),
  };
}

/// Places of the `most` largest numbers, the largest first.
function likeliest(probabilities: Float64Array, most: number): number[] {
  const places: number[] = [];
  for (let place = 0; place < probabilities.length; place++) {
    const p = probabilities[place]!;
    if (places.length === most && !(p > probabilities[places[most - 1]!]!)) continue;
    let at = places.length;
    while (at > 0 && p > probabilities[places[at - 1]!]!) at--;
    places.splice(at, 0, place);
    if (places.length > most) places.pop();
  }
  return places;
}

function token(id: number, vocabulary: Vocabulary): InspectedToken {
  return { id, bytes: vocabulary.bytes(id).slice() };
}

function badRange({ position, text }: InspectBytesParams): InputError {
  return new InputError({
    code: "bytes-range",
    severity: "error",
    message: `there is no byte ${position} in a text of ${text.length} bytes`,
    hint: "Give the number of a byte of the text, or its length.",
  });
}
