import { bytesEqual, utf8Encode } from "../base/bytes.ts";
import type { Diagnostic } from "../base/diagnostic.ts";
import { type Tokenizer, tokensToBytes } from "../tokenizer/index.ts";

/// UTF-16 units before the cursor that are looked at.
const LOOKED_AT = 200;

/// A warning if the tokenizer has no tokens for a character near the end of `prefix`, which names its bytes: the model
/// then does not see it.
export function unspelled(tokenizer: Tokenizer, prefix: string): readonly Diagnostic[] {
  const text = prefix.slice(-LOOKED_AT);
  if (spells(tokenizer, text)) return [];
  const lost = [...new Set(text)].find((character) => !spells(tokenizer, character));
  if (lost === undefined) return [];
  const bytes = [...utf8Encode(lost)].map((byte) => `0x${byte.toString(16).padStart(2, "0")}`).join(" ");
  return [
    {
      code: "prompt-unspelled",
      severity: "warning",
      message: `${tokenizer.vocabulary.name} has no tokens for ${JSON.stringify(lost)} (${bytes}): the model does not see it`,
      hint: "Choose a model with tokens for single bytes.",
    },
  ];
}

/// SentencePiece may put a space before a text.
function spells(tokenizer: Tokenizer, text: string): boolean {
  const bytes = utf8Encode(text);
  const spelled = tokensToBytes(tokenizer.vocabulary, tokenizer.encode(text));
  return spelled.length >= bytes.length && bytesEqual(spelled.subarray(spelled.length - bytes.length), bytes);
}
