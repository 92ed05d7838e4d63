import type { ByteModel, CoverTarget } from "../bytes/index.ts";
import type { LanguageModel } from "../decoding/index.ts";
import { tokensToBytes } from "../tokenizer/index.ts";
import type { BytesParams, BytesResult } from "./bytes-api.ts";
import { diagnosticsOf } from "./failure.ts";
import type { ModelHost } from "./model-host.ts";
import { type ReadCovers, readCovers } from "./read-covers.ts";
import { contextBefore, roomOf } from "./score-windows.ts";

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
    const { facts, covers } = await readEnd(model, byteModel, params, signal);
    return {
      ...facts,
      covers: covers.map((cover) => ({
        tokens: cover.tokens,
        bytes: tokensToBytes(vocabulary, cover.tokens),
        weight: cover.weight,
        beyond: cover.beyond,
      })),
      evaluations: byteModel.evaluations.contexts - asked,
    };
  });
}

/// Reads as much of the prompt's end as the model's context has room for. How many tokens the covers of `all` have
/// is known once they are there: if too many, as much is read as fits with a token for each byte.
async function readEnd(
  model: LanguageModel,
  byteModel: ByteModel,
  params: BytesParams,
  signal: AbortSignal | undefined,
): Promise<ReadCovers> {
  const { prompt, target } = params;
  const read = (kind: CoverTarget["kind"]) => {
    const context = contextBefore(model.tokenizer, prompt, prompt.length, kind, roomOf(model.info));
    return readCovers(model, byteModel, params, { context }, signal);
  };
  try {
    return await read("canonical");
  } catch (error) {
    const isTooLong = diagnosticsOf(error)?.some(({ code }) => code === "context-overflow");
    if (target.kind === "canonical" || !isTooLong) throw error;
    return read("all");
  }
}
