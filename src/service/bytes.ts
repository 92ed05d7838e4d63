import { type ByteModel, type Cover, type CoverDistribution, CoverStream, takeBack } from "../bytes/index.ts";
import type { LanguageModel } from "../decoding/index.ts";
import { tokensToBytes } from "../tokenizer/index.ts";
import type { BytesParams, BytesResult } from "./bytes-api.ts";
import { diagnosticsOf } from "./failure.ts";
import type { ModelHost } from "./model-host.ts";
import { contextBefore, roomOf, windowedText } from "./score-windows.ts";
import { textStart } from "./text-start.ts";

/// What comes after a prompt. With the target `canonical`, all covers share what the tokenizer makes of
/// the prompt's beginning whatever follows, and only the rest is covered; with `all`, the whole prompt. Of a prompt
/// that is longer than the model's context the end is read, and that is told.
///
/// Throws the `InputError`s `bytes-not-utf8`, `bytes-unreachable`, `bytes-dead-end` and `text-no-start`.
export function runBytes(
  models: ModelHost,
  params: BytesParams,
  signal: AbortSignal | undefined,
): Promise<BytesResult> {
  return models.withByteModel(params.model, signal, async (model, byteModel) => {
    const { vocabulary } = model.tokenizer;
    const asked = byteModel.evaluations.contexts;
    const { context, coveredFrom, next, heaviest } = await readEnd(model, byteModel, params, signal);
    return {
      bytes: next.bytes,
      stop: next.stop,
      rawSum: next.rawSum,
      unchecked: next.unchecked,
      dropped: next.dropped,
      context,
      coveredFrom,
      covers: heaviest.map((cover) => ({
        tokens: cover.tokens,
        bytes: tokensToBytes(vocabulary, cover.tokens),
        weight: cover.weight,
        beyond: cover.beyond,
      })),
      evaluations: byteModel.evaluations.contexts - asked,
      diagnostics: context > 0 ? [windowedText(model.info, { from: context })] : [],
    };
  });
}

interface ReadEnd {
  readonly context: number;
  readonly coveredFrom: number;
  readonly next: CoverDistribution;
  readonly heaviest: readonly Cover[];
}

/// Reads as much of the prompt's end as the model's context has room for. How many tokens the covers of `all` have
/// is known once they are there: if too many, as much is read as fits with a token for each byte.
async function readEnd(
  model: LanguageModel,
  byteModel: ByteModel,
  params: BytesParams,
  signal: AbortSignal | undefined,
): Promise<ReadEnd> {
  const { prompt, target } = params;
  const from = (kind: typeof target.kind) =>
    contextBefore(model.tokenizer, prompt, prompt.length, kind, roomOf(model.info));
  try {
    return await readFrom(model, byteModel, params, from("canonical"), signal);
  } catch (error) {
    const isTooLong = diagnosticsOf(error)?.some(({ code }) => code === "context-overflow");
    if (target.kind === "canonical" || !isTooLong) throw error;
    return readFrom(model, byteModel, params, from("all"), signal);
  }
}

async function readFrom(
  model: LanguageModel,
  byteModel: ByteModel,
  { prompt, target, covers }: BytesParams,
  context: number,
  signal: AbortSignal | undefined,
): Promise<ReadEnd> {
  const read = prompt.subarray(context);
  const { tokens, bytes } =
    target.kind === "canonical"
      ? takeBack(model.tokenizer, read, "exact", context)
      : { tokens: [], bytes: read };
  const coveredFrom = prompt.length - bytes.length;
  const stream = CoverStream.open(byteModel, [...textStart(model), ...tokens], target, coveredFrom);
  await stream.advance(bytes, signal);
  const next = await stream.next(signal);
  return { context, coveredFrom, next, heaviest: await stream.covers(covers, signal) };
}
