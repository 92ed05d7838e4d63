import { choice, nothing } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import type { StringSet } from "../string-set.ts";
import type { Spelling } from "./spelling.ts";
import { textsOf } from "./string-texts.ts";

/// The JSON texts of the strings.
export function stringsExpression(set: StringSet, spelling: Spelling): Expression {
  const { values, formats, not, patterns, minLength, maxLength } = set;
  if (values !== undefined && formats.length === 0 && not.length === 0)
    return choice([...values].map(spelling.literal));
  const isPlain = values === undefined && not.length + formats.length + patterns.length === 0;
  if (!isPlain) return spelling.texts(textsOf(set));
  if (minLength === 0 && maxLength === undefined) return spelling.any;
  if (maxLength !== undefined && maxLength < minLength) return nothing();
  return spelling.counted(minLength, maxLength);
}
