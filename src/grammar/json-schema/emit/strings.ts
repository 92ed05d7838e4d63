import { choice } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import type { StringSet } from "../string-set.ts";
import { literalString, stringValue } from "../values/index.ts";
import { spelledString } from "./spelling.ts";
import { textsOf } from "./string-texts.ts";

/// The JSON texts of the strings.
export function stringsExpression(set: StringSet): Expression {
  if (set.values !== undefined && set.formats.length === 0 && set.not.length === 0)
    return choice([...set.values].map(literalString));
  const isPlain = set.values === undefined && set.not.length + set.formats.length + set.patterns.length === 0;
  if (!isPlain) return spelledString(textsOf(set));
  const value = stringValue({
    ...(set.minLength > 0 ? { minLength: set.minLength } : {}),
    ...(set.maxLength === undefined ? {} : { maxLength: set.maxLength }),
  });
  if ("problem" in value) throw new Error(value.problem);
  return value.expression;
}
