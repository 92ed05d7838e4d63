import type { Expression } from "../ir.ts";
import type { DiagnosticSink } from "../parse-result.ts";
import type { Read } from "./characters.ts";

const HINT = "write <[128010]> for an id, or <name> for the token that is spelled <name>";

/// GBNF's `<[123]>` (a token by id) and `<think>` (by its text, the angle brackets belong to it), each
/// with `!` before it for any token but that one. `from` is the place of `!` or `<`.
export function readTokenLiteral(
  text: string,
  from: number,
  sink: DiagnosticSink,
): Read<Expression | undefined> {
  const negated = text[from] === "!";
  const open = negated ? from + 1 : from;
  const isId = text[open + 1] === "[";
  const pattern = isId ? /<\[([0-9]+)\]>/y : /<[^>\s]+>/y;
  pattern.lastIndex = open;
  const match = pattern.exec(text);
  if (match === null) {
    // One error for all of it, if it is closed on its line.
    const close = /^[^>\r\n]{0,60}>/.exec(text.slice(open, open + 62));
    const to = close === null ? open + 1 : open + close[0].length;
    sink.error("gbnf-bad-token", { from, to }, "this token literal cannot be read", HINT);
    return { value: undefined, next: to };
  }
  const span = { from, to: open + match[0].length };
  const id = isId ? Number(match[1]) : 0;
  if (id > 0x7fffffff) {
    sink.error("gbnf-bad-token", span, `no vocabulary has a token ${match[1]}`, HINT);
    return { value: undefined, next: span.to };
  }
  return { value: { kind: "token", tokens: [isId ? id : match[0]], negated, span }, next: span.to };
}
