import { basename } from "node:path";
import { type Diagnostic, InputError } from "../base/diagnostic.ts";
import {
  ByteEnsemble,
  checkWeights,
  disagreement,
  type EnsembleMember,
  type EnsembleRule,
  type FittedWeights,
  fusionCandidates,
  type Silence,
  WindowedSource,
} from "../bytes/index.ts";
import type {
  EnsembleAnswer,
  EnsembleMethod,
  EnsembleModelFacts,
  EnsembleNextParams,
  EnsembleNextResult,
  EnsembleRef,
} from "./ensemble-api.ts";
import { fitWeights } from "./ensemble-fit.ts";
import type { HostedByteModel, ModelHost } from "./model-host.ts";
import { textStart } from "./text-start.ts";

/// Models of an ensemble at work on one text, each behind the prompt.
export interface OpenEnsemble {
  readonly weights: readonly number[];
  readonly members: readonly OpenMember[];
  /// All of them as one text. Under `fusion` it is the product that its score would be, if that were
  /// normalised.
  readonly source: ByteEnsemble;
  /// What to tell of the models once the work is done.
  answer(): EnsembleAnswer;
}

export interface OpenMember extends EnsembleMember {
  readonly source: WindowedSource;
}

/// Runs `use` with an ensemble that has read `prompt`.
///
/// Throws the `InputError`s `ensemble-too-few`, `ensemble-weights`, `ensemble-fit`, `bytes-not-utf8`,
/// `bytes-unreachable` where a model that has a veto cannot read the prompt, `text-no-start`, and those of
/// loading a model.
export async function withEnsemble<T>(
  models: ModelHost,
  ref: EnsembleRef,
  prompt: Uint8Array,
  signal: AbortSignal | undefined,
  use: (ensemble: OpenEnsemble) => Promise<T>,
): Promise<T> {
  checkRef(ref);
  return models.withByteModels(ref.models, signal, async (hosted) => {
    const names = namesOf(hosted);
    const asked = hosted.map(({ bytes }) => bytes.evaluations.contexts);
    const diagnostics: Diagnostic[] = [...sameModels(ref, names)];
    let fitted: FittedWeights | undefined;
    if (ref.fit !== undefined) {
      const fit = await fitWeights(await openMembers(hosted, names, ref), ref.method, ref.fit, signal);
      fitted = fit.weights;
      diagnostics.push(...silences(fit.silent, names, "the text to fit weights to"));
      if (fit.every > 1) diagnostics.push(sampled(fit.every, ref));
    }
    const weights = fitted?.weights ?? relative(ref);
    const rule = ruleOf(ref.method, weights);
    const { members, silent } = await openAll(hosted, names, ref, rule, prompt, signal);
    const source = new ByteEnsemble(members, rule, { silent, offset: prompt.length });
    const answer = (): EnsembleAnswer => ({
      models: hosted.map(
        ({ model, bytes }, i): EnsembleModelFacts => ({
          name: names[i]!,
          file: ref.models[i]!.file,
          weight: weights[i]!,
          vocabularySize: model.info.vocabularySize,
          contextLength: model.info.contextLength,
          windows: members[i]!.source.windows,
          evaluations: bytes.evaluations.contexts - asked[i]!,
          memoryBytes: model.memoryBytes,
        }),
      ),
      ...(fitted && { fitted }),
      diagnostics: [
        ...diagnostics,
        ...silences(source.silent, names, "the text"),
        ...members.flatMap(({ source: { windows } }, i) =>
          windows > 1 ? [windowed(names[i]!, hosted[i]!.model.info.contextLength, windows)] : [],
        ),
      ],
    });
    return use({ weights, members, source, answer });
  });
}

/// What comes after a prompt by several models together, and by each alone.
export function runEnsembleNext(
  models: ModelHost,
  { ensemble: ref, prompt, candidates }: EnsembleNextParams,
  signal: AbortSignal | undefined,
): Promise<EnsembleNextResult> {
  return withEnsemble(models, ref, prompt, signal, async ({ source, members, weights, answer }) => {
    const { bytes, stop, members: nexts } = await source.next(signal);
    const [first, ...others] = members;
    const proposed =
      ref.method === "fusion"
        ? await fusionCandidates(first!.source, others, undefined, { weights, candidates }, signal)
        : undefined;
    return {
      bytes,
      stop,
      members: nexts.map((next) => (next ? { bytes: next.bytes, stop: next.stop } : null)),
      disagreement: disagreement(nexts, weights),
      ...(proposed && { candidates: proposed }),
      ...answer(),
    };
  });
}

function ruleOf(method: EnsembleMethod, weights: readonly number[]): EnsembleRule {
  return { kind: method === "mixture" ? "mixture" : "product", weights };
}

/// Weights as they count: only a product's are more than shares.
function relative({ method, weights, models }: EnsembleRef): readonly number[] {
  if (weights === undefined) return models.map(() => 1 / models.length);
  if (method === "product") return weights;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function checkRef({ models, weights, fit }: EnsembleRef): void {
  const wrong = (code: string, message: string, hint: string) =>
    new InputError({ code, severity: "error", message, hint });
  if (models.length < 2) {
    const count = models.length === 0 ? "no model" : "one model only";
    throw wrong(
      "ensemble-too-few",
      `an ensemble needs two models or more, ${count} is given`,
      "Name another.",
    );
  }
  if (weights !== undefined) checkWeights(weights, models.length);
  if (fit === undefined) return;
  if (weights !== undefined) {
    throw wrong("ensemble-fit", "weights are both given and to be fitted", "Leave one of them out.");
  }
  if (fit.length === 0) {
    throw wrong(
      "ensemble-fit",
      "the text to fit weights to is empty",
      "Give a text like those to be written.",
    );
  }
}

/// What messages call the models: their names, and what tells them apart where those are equal.
function namesOf(hosted: readonly HostedByteModel[]): string[] {
  const names = hosted.map(({ model }) => model.info.name);
  const told = hosted.map(({ model: { info } }, i) =>
    names.indexOf(info.name) === names.lastIndexOf(info.name) || info.file === undefined
      ? names[i]!
      : `${info.name} (${basename(info.file)})`,
  );
  return told.map((name, i) =>
    told.indexOf(name) === told.lastIndexOf(name)
      ? name
      : `${name} #${told.slice(0, i + 1).filter((n) => n === name).length}`,
  );
}

async function openMember(
  { model, bytes }: HostedByteModel,
  { target }: EnsembleRef,
  prompt: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<WindowedSource> {
  const { contextLength } = model.info;
  return WindowedSource.open(
    { model: bytes, start: textStart(model), contextLength, target },
    prompt,
    signal,
  );
}

/// Members at the beginning of a text.
async function openMembers(
  hosted: readonly HostedByteModel[],
  names: readonly string[],
  ref: EnsembleRef,
): Promise<OpenMember[]> {
  const nothing = new Uint8Array(0);
  const sources = await Promise.all(hosted.map((model) => openMember(model, ref, nothing, undefined)));
  return sources.map((source, i) => ({ name: names[i]!, source }));
}

/// Members behind the prompt. In a mixture one that cannot read it is silent from the start.
async function openAll(
  hosted: readonly HostedByteModel[],
  names: readonly string[],
  ref: EnsembleRef,
  rule: EnsembleRule,
  prompt: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<{ members: OpenMember[]; silent: Silence[] }> {
  const silent: Silence[] = [];
  const nothing = new Uint8Array(0);
  const sources = await Promise.all(
    hosted.map(async (model, member) => {
      try {
        return await openMember(model, ref, prompt, signal);
      } catch (error) {
        const place = error instanceof InputError ? error.diagnostics[0]! : undefined;
        if (place?.code !== "bytes-unreachable" || place.location?.kind !== "byte") throw error;
        if (rule.kind !== "mixture" && rule.weights[member] !== 0) throw error;
        const { byteOffset } = place.location;
        silent.push({ member, byte: prompt[byteOffset]!, byteOffset });
        return openMember(model, ref, nothing, signal);
      }
    }),
  );
  return { members: sources.map((source, i) => ({ name: names[i]!, source })), silent };
}

function silences(silent: readonly Silence[], names: readonly string[], what: string): Diagnostic[] {
  return silent.map(({ member, byte, byteOffset }) => {
    const refused =
      byte === undefined
        ? `cannot go on at byte ${byteOffset}`
        : `gives byte 0x${byte.toString(16).padStart(2, "0")} no probability at byte ${byteOffset}`;
    return {
      code: "ensemble-silent",
      severity: "warning",
      message: `${names[member]} ${refused} of ${what}: from there on the other models count alone`,
      location: { kind: "byte", byteOffset },
      hint: "Its tokens cannot spell this text: use another model, if it is to have a say.",
    };
  });
}

function sampled(every: number, { method, fit }: EnsembleRef): Diagnostic {
  return {
    code: "ensemble-fit-sampled",
    severity: "info",
    message: `the weights of a ${method} are fitted to one in ${every} of the ${fit!.length} bytes of the text, in the context of all`,
    hint: "A shorter text like those to be written does as well, and takes less time.",
  };
}

function sameModels({ models }: EnsembleRef, names: readonly string[]): Diagnostic[] {
  const again = models.findIndex(({ file }, i) => models.findIndex((other) => other.file === file) < i);
  if (again < 0) return [];
  return [
    {
      code: "ensemble-same-model",
      severity: "warning",
      message: `${names[again]} is the same model as another one of the ensemble`,
      location: { kind: "file", file: models[again]!.file },
      hint: "An ensemble of a model with itself says what the model says.",
    },
  ];
}

function windowed(name: string, contextLength: number, windows: number): Diagnostic {
  return {
    code: "text-windowed",
    severity: "warning",
    message: `the text is longer than the context of ${name} (${contextLength} tokens): it read it in ${windows} windows`,
    hint: "Its say on each byte rests on half a context before it or more. For more, use a model with a longer context.",
  };
}
