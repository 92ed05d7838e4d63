import type { Read } from "../bnf/characters.ts";
import type { Expression } from "../ir.ts";
import type { DiagnosticSink } from "../parse-result.ts";

// Ids that the ranges of one token literal may list.
const MAX_LISTED = 1 << 18;
const HINT = "write <|name|>, <[128010]>, <[1-3,7]>, <[^5]> or <[*]>";

/// llguidance's special tokens: `<|name|>` by name (the angle brackets belong to it), `<[1-3,7]>` by id,
/// `<[^5]>` any but those, `<[*]>` any at all. `from` is the place of the opening bracket.
export function readSpecialToken(
  text: string,
  from: number,
  sink: DiagnosticSink,
): Read<Expression | undefined> {
  const pattern = /<(?:\[([^\]\r\n]*)\]|[^<>[\r\n][^<>\r\n]*)>/y;
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  const to = match === null ? from + 1 : from + match[0].length;
  const span = { from, to };
  const fail = (message: string): Read<undefined> => {
    sink.error("lark-bad-token", span, message, HINT);
    return { value: undefined, next: to };
  };
  if (match === null) return fail("this token cannot be read");
  if (match[1] === undefined)
    return { value: { kind: "token", tokens: [match[0]], negated: false, span }, next: to };
  const ids = match[1].trim();
  if (ids === "*") return { value: { kind: "token", tokens: [], negated: true, span }, next: to };
  const negated = ids.startsWith("^");
  const tokens: number[] = [];
  for (const part of ids.slice(negated ? 1 : 0).split(",")) {
    const range = /^\s*(\d{1,10})\s*(?:-\s*(\d{1,10})\s*)?$/.exec(part);
    if (range === null) return fail(`${JSON.stringify(part)} is no token id and no range of them`);
    const low = Number(range[1]);
    const high = Number(range[2] ?? range[1]);
    if (high < low) return fail(`the range ${part.trim()} ends before it starts`);
    if (tokens.length + high - low >= MAX_LISTED) return fail(`this lists more than ${MAX_LISTED} tokens`);
    for (let id = low; id <= high; id++) tokens.push(id);
  }
  return { value: { kind: "token", tokens, negated, span }, next: to };
}
