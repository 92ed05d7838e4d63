import { characters, repeat } from "../../build.ts";
import { ALL_CHARACTERS } from "../../code-points.ts";
import type { Expression } from "../../ir.ts";
import { ANY_ESCAPED_CHARACTER, anyString, escaped, quoted } from "./escapes.ts";
import { formatTexts } from "./formats.ts";
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
  const texts = format === undefined ? undefined : formatTexts(format);
  if (texts) sets.push(texts);
  const bounded = minLength > 0 || maxLength !== undefined;
  if (sets.length === 0) {
    return {
      expression: bounded ? quoted(repeat(ANY_ESCAPED_CHARACTER, minLength, maxLength)) : anyString(),
    };
  }
  if (bounded) sets.push(repeat(characters(ALL_CHARACTERS), minLength, maxLength));
  const content = escaped(sets.length === 1 ? sets[0]! : { kind: "intersection", items: sets });
  return { expression: quoted(content) };
}
