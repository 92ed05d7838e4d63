import { InputError } from "../base/diagnostic.ts";
import { type ByteModel, CoverStream, type Dropped, scoreBytes, takeBack } from "../bytes/index.ts";
import type { LanguageModel } from "../decoding/index.ts";
import type { ScoreParams, ScoreResult, ScoreStep, ScoreWindow } from "./bytes-api.ts";
import type { ModelHost } from "./model-host.ts";
import { cutWindows, roomOf, toldOfWindows } from "./score-windows.ts";
import { textStart } from "./text-start.ts";
import { Turns } from "./turns.ts";

/// A step for each this often, and no more: each costs the editor a message.
const STEP_MS = 50;

/// How well a model knows a text, byte by byte. A text longer than the context is read in windows, each
/// with half a context of what is before it.
///
/// Throws the `InputError`s `bytes-unreachable`, `bytes-not-utf8`, `text-no-start` and `score-range`.
export async function runScore(
  models: ModelHost,
  params: ScoreParams,
  signal: AbortSignal | undefined,
  onStep: (step: ScoreStep) => void = () => {},
): Promise<ScoreResult> {
  const { text, target, from = 0 } = params;
  if (!Number.isInteger(from) || from < 0 || from > text.length) throw badRange(from, text.length);
  return models.withByteModel(params.model, signal, async (model, byteModel) => {
    const asked = byteModel.evaluations.contexts;
    const windows = cutWindows(model.tokenizer, text, from, target.kind, roomOf(model.info));
    const steps = new Steps(new Float64Array(text.length - from), from, onStep);
    let leastRawSum: number | undefined;
    let unchecked = 0;
    let dropped: Dropped = { share: 0, bound: 0 };
    for (const window of windows) {
      const { stream, least } = await scoreWindow(model, byteModel, params, window, steps, signal);
      if (least !== undefined) leastRawSum = Math.min(leastRawSum ?? least, least);
      unchecked = Math.max(unchecked, stream.mostUnchecked);
      if (stream.dropped.bound > dropped.bound) dropped = stream.dropped;
    }
    steps.flush();
    const { surprises } = steps;
    return {
      surprises,
      bits: surprises.reduce((sum, bits) => sum + bits, 0),
      ...(leastRawSum !== undefined && { leastRawSum }),
      unchecked,
      dropped,
      windows,
      evaluations: byteModel.evaluations.contexts - asked,
      diagnostics: toldOfWindows(model.info, windows),
    };
  });
}

/// Surprises as they are found, told a few at a time.
class Steps {
  readonly surprises: Float64Array;
  readonly #from: number;
  readonly #onStep: (step: ScoreStep) => void;
  #count = 0;
  #told = 0;
  #toldAt = performance.now();
  readonly #turns = new Turns();

  /// `from`: the text's byte that the first surprise is of.
  constructor(surprises: Float64Array, from: number, onStep: (step: ScoreStep) => void) {
    this.surprises = surprises;
    this.#from = from;
    this.#onStep = onStep;
  }

  /// Takes the next byte's. A promise to await where others have waited for long.
  push(logProbability: number): Promise<void> | undefined {
    this.surprises[this.#count++] = -logProbability / Math.LN2;
    const now = performance.now();
    if (now - this.#toldAt >= STEP_MS) {
      this.flush();
      this.#toldAt = now;
    }
    return this.#turns.pause();
  }

  flush(): void {
    if (this.#told === this.#count) return;
    this.#onStep({
      from: this.#from + this.#told,
      surprises: this.surprises.slice(this.#told, this.#count),
    });
    this.#told = this.#count;
  }
}

/// `least`: the least raw sum, if there is one.
async function scoreWindow(
  model: LanguageModel,
  byteModel: ByteModel,
  { text, target, raw = false }: ScoreParams,
  { context, from, to }: ScoreWindow,
  steps: Steps,
  signal: AbortSignal | undefined,
): Promise<{ stream: CoverStream; least?: number }> {
  const before = text.subarray(context, from);
  const { tokens, bytes } =
    target.kind === "canonical"
      ? takeBack(model.tokenizer, before, "exact", context)
      : { tokens: [], bytes: before };
  const start = from - bytes.length;
  const stream = CoverStream.open(byteModel, [...textStart(model), ...tokens], target, start);
  await stream.advance(bytes, signal);
  const scored = text.subarray(from, to);
  if (raw) {
    await readBytes(stream, scored, steps, signal);
    return { stream };
  }
  const { leastRawSum } = await scoreBytes(stream, scored, {
    ...(signal && { signal }),
    onScored: (_, log) => steps.push(log),
  });
  return { stream, least: leastRawSum };
}

/// Adds W(text + byte) / W(text) for each byte.
async function readBytes(
  stream: CoverStream,
  bytes: Uint8Array,
  steps: Steps,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let i = 0; i < bytes.length; i++) {
    const before = stream.logProbability;
    await stream.expect(bytes.subarray(i), signal);
    await stream.advance(bytes.subarray(i, i + 1), signal);
    await steps.push(stream.logProbability - before);
  }
}

function badRange(from: number, length: number): InputError {
  return new InputError({
    code: "score-range",
    severity: "error",
    message: `there is no byte ${from} to begin with in a text of ${length} bytes`,
    hint: "Give the number of a byte of the text.",
  });
}
