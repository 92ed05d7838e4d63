import { Utf8Stream } from "../base/bytes.ts";
import { throwIfCancelled } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import {
  type ByteSource,
  ConstrainedSource,
  chooseSymbol,
  disagreement,
  STOP,
  searchBytes,
  writeFused,
} from "../bytes/index.ts";
import { Random } from "../decoding/index.ts";
import { EngineError, type Matcher } from "../engine/index.ts";
import { byteVocabulary } from "./byte-vocabulary.ts";
import type { CompiledGrammars, CompiledWithWarnings } from "./compiled-grammars.ts";
import { type OpenEnsemble, withEnsemble } from "./ensemble.ts";
import type { EnsembleStep, EnsembleWriteParams, EnsembleWriteResult } from "./ensemble-api.ts";
import { takePrefix } from "./expected.ts";
import { rate } from "./generate.ts";
import type { ModelHost } from "./model-host.ts";
import { Turns } from "./turns.ts";

export type OnEnsembleStep = (step: EnsembleStep) => void;

type Written = Pick<EnsembleWriteResult, "bytes" | "finish" | "logProbability" | "memberLogProbabilities">;

/// Writes text with several models as one, under a grammar if one is given; `onStep` sees every byte as
/// it comes.
///
/// Throws what `withEnsemble` and compiling a grammar do, and the `InputError`s `ensemble-temperature`,
/// `ensemble-disagreement`, `bytes-no-continuation`, `bytes-dead-end` and `fusion-no-candidate`.
export async function runEnsembleWrite(
  models: ModelHost,
  grammars: CompiledGrammars,
  params: EnsembleWriteParams,
  signal: AbortSignal | undefined,
  onStep: OnEnsembleStep,
): Promise<EnsembleWriteResult> {
  const { ensemble: ref, prompt } = params;
  if (params.temperature !== 0 && (ref.method === "fusion" || params.beam > 1)) {
    throw new InputError({
      code: "ensemble-temperature",
      severity: "error",
      message: `${ref.method === "fusion" ? "fusion" : "a beam"} takes the best text: it has no temperature`,
      hint: "Use the temperature 0, or a mixture or product without a beam.",
    });
  }
  // Before the models are loaded: a bad grammar is told at once.
  const grammar = params.grammar && (await grammars.get(params.grammar, byteVocabulary(), signal));
  try {
    return await withEnsemble(models, ref, prompt, signal, async (ensemble) => {
      const started = performance.now();
      const written = await write(ensemble, grammar, params, signal, onStep);
      const answer = ensemble.answer();
      return {
        ...written,
        text: new Utf8Stream().push(written.bytes),
        bytesPerSecond: rate(written.bytes.length, started),
        ...answer,
        diagnostics: [...(grammar?.diagnostics ?? []), ...answer.diagnostics],
      };
    });
  } catch (error) {
    if (grammar && error instanceof EngineError) grammars.forget(grammar.grammar);
    throw error;
  }
}

async function write(
  ensemble: OpenEnsemble,
  grammar: CompiledWithWarnings | undefined,
  params: EnsembleWriteParams,
  signal: AbortSignal | undefined,
  onStep: OnEnsembleStep,
): Promise<Written> {
  const matcher = grammar && matcherBehind(grammar, params.grammarRead);
  const { members, weights, source: together } = ensemble;
  const { beam: width, candidates, maxBytes } = params;
  const text = new Utf8Stream();
  const told = (bytes: Uint8Array) => onStep({ bytes, text: text.push(bytes) });
  if (params.ensemble.method === "fusion") {
    try {
      const [first, ...others] = members;
      const options = { weights, candidates, width, maxBytes, onBytes: told, ...(signal && { signal }) };
      const fused = await writeFused(first!.source, others, matcher, options);
      const { bytes, finish, score, logProbabilities } = fused;
      return { bytes, finish, logProbability: score, memberLogProbabilities: logProbabilities };
    } finally {
      matcher?.dispose();
    }
  }
  const source: ByteSource = matcher ? new ConstrainedSource(together, matcher) : together;
  try {
    if (width === 1) return await writeBytewise(ensemble, source, params, signal, onStep);
    const [best] = await searchBytes(source, { width, maxBytes, ...(signal && { signal }) });
    const { bytes, finish, logProbability } = best!;
    told(bytes);
    return { bytes, finish, logProbability };
  } finally {
    source.dispose();
  }
}

/// A matcher that has read `text`. Throws the `InputError` `prefix-violates-grammar` where it cannot.
function matcherBehind({ grammar }: CompiledWithWarnings, text: Uint8Array | undefined): Matcher {
  const matcher = grammar.createMatcher();
  try {
    if (text) takePrefix(matcher, text);
    return matcher;
  } catch (error) {
    matcher.dispose();
    throw error;
  }
}

async function writeBytewise(
  { source: together, weights }: OpenEnsemble,
  source: ByteSource,
  { maxBytes, temperature, seed }: EnsembleWriteParams,
  signal: AbortSignal | undefined,
  onStep: OnEnsembleStep,
): Promise<Written> {
  const random = new Random(seed ?? Math.random() * 2 ** 32);
  const text = new Utf8Stream();
  const bytes: number[] = [];
  let logProbability = 0;
  const turns = new Turns();
  while (bytes.length < maxBytes) {
    await turns.pause();
    throwIfCancelled(signal);
    const next = await source.next(signal);
    const symbol = chooseSymbol(next, temperature, () => random.next());
    const { members } = await together.next(signal);
    const of = ({ bytes: list, stop }: { bytes: Float64Array; stop: number }) =>
      symbol === STOP ? stop : list[symbol]!;
    const written = symbol === STOP ? new Uint8Array(0) : Uint8Array.of(symbol);
    logProbability += Math.log(of(next));
    onStep({
      bytes: written,
      text: text.push(written),
      choice: {
        probability: of(next),
        members: members.map((member) => (member ? of(member) : null)),
        disagreement: disagreement(members, weights),
      },
    });
    if (symbol === STOP) return { bytes: Uint8Array.from(bytes), finish: "stop", logProbability };
    bytes.push(symbol);
    await source.advance(written, signal);
  }
  return { bytes: Uint8Array.from(bytes), finish: "length", logProbability };
}
