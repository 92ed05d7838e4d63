import type { Diagnostic, DiagnosticLocation } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import type { Grammar, Rule } from "../ir.ts";
import type { ParseResult } from "../parse-result.ts";
import type { FilePlace, TextOrigin } from "../source.ts";
import { OutOfWork, type Steps } from "../work.ts";
import { moveExpression } from "./move-expression.ts";

/// What `read` makes of a text, said of the places that the text comes from.
export function* saidOfOrigin(origin: TextOrigin, read: Steps<ParseResult>): Steps<ParseResult> {
  try {
    const { grammar, diagnostics, ...others } = yield* read;
    const moved = diagnostics.map((d) => movedDiagnostic(origin, d));
    return { ...others, ...(grammar && { grammar: movedGrammar(origin, grammar) }), diagnostics: moved };
  } catch (error) {
    if (error instanceof OutOfWork && error.location !== undefined)
      error.location = movedLocation(origin, error.location);
    throw error;
  }
}

function movedGrammar(origin: TextOrigin, { rules, rootRule }: Grammar): Grammar {
  const move = (span: Span | undefined) => span && placeOf(origin, span).span;
  return {
    rules: rules.map(({ span, ...rule }): Rule => {
      const expression = moveExpression(rule.expression, 0, move);
      return { ...rule, expression, ...(span && { span: move(span)! }) };
    }),
    rootRule,
  };
}

/// The same of the place that the text there comes from.
export function movedDiagnostic(
  origin: TextOrigin,
  { location, related, ...others }: Diagnostic,
): Diagnostic {
  return {
    ...others,
    ...(location && { location: movedLocation(origin, location) }),
    ...(related && {
      related: related.map((place) => ({ ...place, span: placeOf(origin, place.span).span })),
    }),
  };
}

function movedLocation(origin: TextOrigin, location: DiagnosticLocation): DiagnosticLocation {
  if ((location.kind !== "json-pointer" && location.kind !== "text") || location.span === undefined)
    return location;
  const pointer = location.kind === "json-pointer" ? location.pointer : undefined;
  return {
    kind: "json-pointer",
    ...(location.file !== undefined && { file: location.file }),
    ...placeOf(origin, location.span, pointer),
  };
}

/// The place that a span of the text comes from: what was copied to the character, the rest by its part.
function placeOf({ whole, parts }: TextOrigin, { from, to }: Span, pointer?: string): FilePlace {
  let [low, high] = [0, parts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (parts[middle]!.span.to <= from) low = middle + 1;
    else high = middle;
  }
  const part = parts[low];
  if (part === undefined || from < part.span.from || to > part.span.to) return whole;
  const { copied } = part;
  if (copied === undefined || from < copied.span.from || to > copied.span.to) return part.from;
  const shift = copied.from.span.from - copied.span.from;
  const inside = pointer?.startsWith(copied.pointer) ? pointer.slice(copied.pointer.length) : "";
  return { pointer: copied.from.pointer + inside, span: { from: from + shift, to: to + shift } };
}
