import { InputError } from "../base/diagnostic.ts";
import type { LanguageModel } from "../decoding/index.ts";

/// The token that a text's first byte is told from: the model's own for that, or the end of another text.
export function textStart({ bosToken, tokenizer, info }: LanguageModel): readonly number[] {
  const start = bosToken ?? tokenizer.vocabulary.stopTokens[0];
  if (start !== undefined) return [start];
  throw new InputError({
    code: "text-no-start",
    severity: "error",
    message: `${info.name} has no token that a text starts or ends with, and so nothing tells its first byte`,
    hint: "Use another model.",
    ...(info.file !== undefined && { location: { kind: "file", file: info.file } }),
  });
}
