import { repeat } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import { ANY_ESCAPED_CHARACTER, anyString, escaped, quoted } from "./escapes.ts";
import { formatTexts } from "./formats.ts";
import { withLength } from "./lengths.ts";
import type { ValueResult } from "./numbers.ts";

export interface StringConstraints {
  /// Code points (JSON Schema validation, section 6.3).
  readonly minLength?: number;
  readonly maxLength?: number;
  /// Texts over the decoded characters; a string must be in all of them.
  readonly pattern?: readonly Expression[];
  readonly format?: string;
}

/// The JSON strings, quotes included, whose characters fulfil all constraints. An unknown format
/// constrains nothing, as the specification says; `isKnownFormat` tells.
export function stringValue(constraints: StringConstraints): ValueResult {
  const { minLength = 0, maxLength, pattern = [], format } = constraints;
  if (maxLength !== undefined && maxLength < minLength) return { expression: { kind: "nothing" } };
  const sets = [...pattern];
  const known = format === undefined ? undefined : formatTexts(format, minLength, maxLength);
  if (known) sets.push(known);
  const bounded = minLength > 0 || maxLength !== undefined;
  if (sets.length === 0) {
    return {
      expression: bounded ? quoted(repeat(ANY_ESCAPED_CHARACTER, minLength, maxLength)) : anyString(),
    };
  }
  const texts = sets.length === 1 ? sets[0]! : ({ kind: "intersection", items: sets } as const);
  return { expression: quoted(escaped(bounded ? withLength(texts, minLength, maxLength) : texts)) };
}
