import type { Span } from "../../base/span.ts";
import { repeat } from "../build.ts";
import type { Expression } from "../ir.ts";
import { MAX_REPEAT, MAX_STACKED_REPEATS } from "../limits.ts";
import type { DiagnosticSink } from "../parse-result.ts";
import type { Scanner } from "./scanner.ts";

const SIGN = /[ \t]*([?*+])/y;
/// `~2`, `~2..4`, `{2}`, `{2,4}`, `{2,}` or `{,4}`.
const COUNT =
  /[ \t]*(?:~[ \t]*(\d+)(?:[ \t]*\.\.[ \t]*(\d+))?|\{[ \t]*(\d*)[ \t]*(?:(,)[ \t]*(\d*)[ \t]*)?\})/y;

/// Applies the repetitions that follow `item`, which starts at `from`. Undefined if there are too many.
export function readRepetitions(
  scanner: Scanner,
  sink: DiagnosticSink,
  item: Expression,
  from: number,
): Expression | undefined {
  let out = item;
  let counts = 0;
  for (;;) {
    const sign = scanner.take(SIGN)?.[1];
    if (sign !== undefined) {
      out = repeat(out, sign === "+" ? 1 : 0, sign === "?" ? 1 : undefined, { from, to: scanner.at });
      continue;
    }
    const at = scanner.at;
    const match = scanner.take(COUNT);
    if (match === null) return out;
    if (++counts > MAX_STACKED_REPEATS) return undefined;
    out = counted(sink, out, match, { from: at, to: scanner.at }, from);
  }
}

function counted(
  sink: DiagnosticSink,
  item: Expression,
  match: RegExpExecArray,
  sign: Span,
  from: number,
): Expression {
  const [, low, high, least, comma, most] = match;
  const [first, last] = low === undefined ? [least, comma === undefined ? least : most] : [low, high ?? low];
  const min = Number(first);
  const max = last === "" ? undefined : Number(last);
  const fail = (message: string, hint: string): Expression => {
    sink.error("lark-bad-repeat", sign, message, hint);
    return item;
  };
  if (least === "" && !most) return fail("this repetition has no number", "write {3}, {2,4} or {2,}");
  if (Math.max(min, max ?? 0) > MAX_REPEAT)
    return fail(`a repetition counts to ${MAX_REPEAT} at most`, "leave the end open: {0,}");
  if (max !== undefined && max < min)
    return fail(`${min} repetitions at least, but ${max} at most`, "swap the bounds");
  return repeat(item, min, max, { from, to: sign.to });
}
