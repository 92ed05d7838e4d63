import { CoverStream, takeBack } from "../bytes/index.ts";
import { tokensToBytes } from "../tokenizer/index.ts";
import type { BytesParams, BytesResult } from "./bytes-api.ts";
import type { ModelHost } from "./model-host.ts";
import { textStart } from "./text-start.ts";

/// What comes after a prompt. With the target `canonical`, all covers share what the tokenizer makes of
/// the prompt's beginning whatever follows, and only the rest is covered; with `all`, the whole prompt.
///
/// Throws the `InputError`s `bytes-not-utf8`, `bytes-unreachable`, `bytes-dead-end`, `context-overflow`,
/// and `text-no-start`.
export function runBytes(
  models: ModelHost,
  { model: ref, prompt, target, covers }: BytesParams,
  signal: AbortSignal | undefined,
): Promise<BytesResult> {
  return models.withByteModel(ref, signal, async (model, byteModel) => {
    const { vocabulary } = model.tokenizer;
    const asked = byteModel.evaluations.contexts;
    const { tokens, bytes } =
      target.kind === "canonical"
        ? takeBack(model.tokenizer, prompt, "exact")
        : { tokens: [], bytes: prompt };
    const coveredFrom = prompt.length - bytes.length;
    const stream = CoverStream.open(byteModel, [...textStart(model), ...tokens], target, coveredFrom);
    await stream.advance(bytes, signal);
    const next = await stream.next(signal);
    const heaviest = await stream.covers(covers, signal);
    return {
      bytes: next.bytes,
      stop: next.stop,
      rawSum: next.rawSum,
      unchecked: next.unchecked,
      dropped: next.dropped,
      coveredFrom,
      covers: heaviest.map((cover) => ({
        tokens: cover.tokens,
        bytes: tokensToBytes(vocabulary, cover.tokens),
        weight: cover.weight,
        beyond: cover.beyond,
      })),
      evaluations: byteModel.evaluations.contexts - asked,
    };
  });
}
