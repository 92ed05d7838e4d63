import { setBits } from "../base/bitset.ts";
import { utf8Encode } from "../base/bytes.ts";
import { InputError } from "../base/diagnostic.ts";
import type { Vocabulary } from "../tokenizer/vocabulary.ts";

/// More than so many bytes are not listed.
const LISTED = 8;

/// No token of the vocabulary continues the text as the grammar wants.
export function deadEnd(expected: Uint32Array, vocabulary: Vocabulary, text: string): InputError {
  const bytes = [...setBits(expected)];
  const listed = bytes.slice(0, LISTED).map(nameByte).join(", ");
  const more = bytes.length > LISTED ? ` or ${bytes.length - LISTED} more` : "";
  return new InputError({
    code: "no-token-continues",
    severity: "error",
    message: `the grammar wants ${listed}${more} next, and no token of ${vocabulary.name} begins so and may go on`,
    location: { kind: "byte", byteOffset: utf8Encode(text).length },
    hint: "The model's vocabulary cannot spell this text: choose a model with tokens for single bytes, or change the grammar.",
  });
}

function nameByte(byte: number): string {
  if (byte > 0x20 && byte < 0x7f) return JSON.stringify(String.fromCharCode(byte));
  return `0x${byte.toString(16).padStart(2, "0")}`;
}
