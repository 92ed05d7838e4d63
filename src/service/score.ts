import { completeUtf8Length, utf8Decode } from "../base/bytes.ts";
import type { Diagnostic } from "../base/diagnostic.ts";
import { type ByteModel, CoverStream, type CoverTarget, scoreBytes, takeBack } from "../bytes/index.ts";
import type { LanguageModel } from "../decoding/index.ts";
import type { Tokenizer } from "../tokenizer/index.ts";
import type { ScoreParams, ScoreResult, ScoreWindow } from "./bytes-api.ts";
import type { ModelHost } from "./model-host.ts";
import { movedBy, textStart } from "./text-start.ts";

/// Tokens of the context that a window leaves free: for a beginning that has more tokens than the whole
/// text has there, and for branches, which are kept in the same cache.
const SPARE = 96;
const SMALLEST_WINDOW = 16;

/// How well a model knows a text, byte by byte. A text longer than the context is read in windows, each
/// with half a context of what is before it.
///
/// Throws the `InputError`s `bytes-unreachable`, `bytes-not-utf8` and `text-no-start`.
export function runScore(
  models: ModelHost,
  params: ScoreParams,
  signal: AbortSignal | undefined,
): Promise<ScoreResult> {
  const { text, target } = params;
  return models.withByteModel(params.model, signal, async (model, byteModel) => {
    const asked = byteModel.evaluations.contexts;
    const room = Math.max(SMALLEST_WINDOW, model.info.contextLength - SPARE);
    const surprises = new Float64Array(text.length);
    const windows = cutWindows(model.tokenizer, text, target.kind, room);
    let leastRawSum: number | undefined;
    for (const window of windows) {
      const scores = await scoreWindow(model, byteModel, params, window, signal);
      for (const [i, log] of scores.logProbabilities.entries()) surprises[window.from + i] = -log / Math.LN2;
      const { leastRawSum: least = leastRawSum } = scores;
      if (least !== undefined) leastRawSum = Math.min(leastRawSum ?? least, least);
    }
    return {
      surprises,
      bits: surprises.reduce((sum, bits) => sum + bits, 0),
      ...(leastRawSum !== undefined && { leastRawSum }),
      windows,
      evaluations: byteModel.evaluations.contexts - asked,
      diagnostics: windows.length > 1 ? [windowed(model, windows.length)] : [],
    };
  });
}

async function scoreWindow(
  model: LanguageModel,
  byteModel: ByteModel,
  { text, target, raw = false }: ScoreParams,
  { context, from, to }: ScoreWindow,
  signal: AbortSignal | undefined,
): Promise<{ logProbabilities: Float64Array; leastRawSum?: number }> {
  const before = text.subarray(context, from);
  const { tokens, bytes } =
    target.kind === "canonical" ? takeBack(model.tokenizer, before, "exact") : { tokens: [], bytes: before };
  const stream = CoverStream.open(byteModel, [...textStart(model), ...tokens], target);
  return movedBy(from - bytes.length, async () => {
    await stream.advance(bytes, signal);
    const scored = text.subarray(from, to);
    return raw
      ? readBytes(stream, scored, signal)
      : scoreBytes(stream, scored, { ...(signal && { signal }) });
  });
}

/// Natural logarithms of W(text + byte) / W(text).
async function readBytes(stream: CoverStream, bytes: Uint8Array, signal: AbortSignal | undefined) {
  const logProbabilities = new Float64Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const before = stream.logProbability;
    await stream.expect(bytes.subarray(i), signal);
    await stream.advance(bytes.subarray(i, i + 1), signal);
    logProbabilities[i] = stream.logProbability - before;
  }
  return { logProbabilities };
}

/// Windows that hold at most `room` tokens each, their contexts included.
function cutWindows(
  tokenizer: Tokenizer,
  text: Uint8Array,
  target: CoverTarget["kind"],
  room: number,
): ScoreWindow[] {
  const windows: ScoreWindow[] = [];
  for (let context = 0, from = 0; from < text.length; ) {
    const ends = target === "canonical" ? tokenEnds(tokenizer, text.subarray(context), room) : undefined;
    // Covers of all kinds may have a token for each byte.
    const count = Math.min(room, ends?.length ?? text.length - context);
    const endOf = (token: number) => context + (ends?.[token] ?? token + 1);
    const to = endOf(count - 1);
    if (to <= from) throw new Error(`a window that ends at byte ${to}, where it begins`);
    windows.push({ context, from, to });
    let next = endOf(count - 1 - (room >> 1));
    while (next < to && (text[next]! & 0xc0) === 0x80) next++;
    context = next;
    from = to;
  }
  return windows;
}

/// Where the first tokens of a text end, about `most` of them; `undefined` for what is no text.
function tokenEnds(tokenizer: Tokenizer, bytes: Uint8Array, most: number): number[] | undefined {
  // More than enough for code: its tokens have four bytes or so.
  const beginning = bytes.subarray(0, most * 16);
  const text = utf8Decode(beginning.subarray(0, completeUtf8Length(beginning)));
  if (text === undefined) return undefined;
  let end = 0;
  return tokenizer.encode(text).map((token) => {
    end += tokenizer.vocabulary.bytes(token).length;
    return end;
  });
}

function windowed({ info }: LanguageModel, windows: number): Diagnostic {
  return {
    code: "text-windowed",
    severity: "warning",
    message: `the text is longer than the model's context of ${info.contextLength} tokens: it was read in ${windows} windows`,
    hint: "Each byte is told from half a context before it or more. For more, use a model with a longer context.",
  };
}
