import { completeUtf8Length, utf8Decode } from "../base/bytes.ts";
import {
  type ByteModel,
  type Cover,
  CoverStream,
  type CoverTarget,
  type TakenBack,
  takeBack,
} from "../bytes/index.ts";
import type { LanguageModel } from "../decoding/index.ts";
import type { Tokenizer } from "../tokenizer/index.ts";
import type { BytesParams, BytesResult } from "./bytes-api.ts";
import { toldOfCut } from "./score-windows.ts";
import { textStart } from "./text-start.ts";

export interface ReadCovers {
  /// What an answer tells of the prompt and of what comes after it.
  readonly facts: Omit<BytesResult, "covers" | "evaluations">;
  /// The heaviest first.
  readonly covers: readonly Cover[];
}

/// What comes after a prompt by its covers. `context`: the prompt's byte that the model begins to read at.
/// `allBytes`: with the target `all`, all token sequences count only of so many bytes at the end.
export async function readCovers(
  model: LanguageModel,
  byteModel: ByteModel,
  { prompt, target, covers: most }: Pick<BytesParams, "prompt" | "target" | "covers">,
  { context, allBytes }: { readonly context: number; readonly allBytes?: number },
  signal: AbortSignal | undefined,
): Promise<ReadCovers> {
  const { tokens, bytes } = beginning(model.tokenizer, prompt.subarray(context), target, context, allBytes);
  const coveredFrom = prompt.length - bytes.length;
  const stream = CoverStream.open(byteModel, [...textStart(model), ...tokens], target, coveredFrom);
  await stream.advance(bytes, signal);
  const next = await stream.next(signal);
  const covers = await stream.covers(most, signal);
  return {
    facts: {
      bytes: next.bytes,
      stop: next.stop,
      rawSum: next.rawSum,
      unchecked: next.unchecked,
      dropped: next.dropped,
      context,
      coveredFrom,
      diagnostics: toldOfCut(model.info, context),
    },
    covers,
  };
}

/// What the covers share, as tokens, and the bytes that they cover.
function beginning(
  tokenizer: Tokenizer,
  prompt: Uint8Array,
  target: CoverTarget,
  offset: number,
  allBytes = Number.POSITIVE_INFINITY,
): TakenBack {
  switch (target.kind) {
    case "canonical":
      return takeBack(tokenizer, prompt, "exact", offset);
    case "all": {
      const first = Math.max(0, prompt.length - allBytes);
      if (first === 0) return { tokens: [], bytes: prompt };
      // Bytes that are no text have no tokens of their own.
      const whole = completeUtf8Length(prompt.subarray(0, first));
      if (utf8Decode(prompt.subarray(0, whole)) === undefined) return { tokens: [], bytes: prompt };
      const { tokens, bytes } = takeBack(tokenizer, prompt.subarray(0, whole), "exact", offset);
      return { tokens, bytes: prompt.subarray(whole - bytes.length) };
    }
    default:
      return target satisfies never;
  }
}
