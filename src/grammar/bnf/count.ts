import { MAX_REPEAT } from "../limits.ts";
import type { DiagnosticSink } from "../parse-result.ts";
import type { Read } from "./characters.ts";

/// How often something is repeated; `max` absent: without end.
export interface Count {
  readonly min: number;
  readonly max?: number;
}

/// Past the } that closes the { at `from`, or past the { alone.
export function bracesEnd(text: string, from: number): number {
  const match = /^\{[^{}"\r\n]{0,60}\}/.exec(text.slice(from, from + 62));
  return from + (match === null ? 1 : match[0].length);
}

/// `{3}`, `{2,4}`, `{2,}` or `{2,-1}` (as XGrammar prints the latter); `from` is the place of the brace.
/// The value is undefined after an error.
export function readCount(
  text: string,
  from: number,
  dialect: string,
  sink: DiagnosticSink,
): Read<Count | undefined> {
  const to = bracesEnd(text, from);
  const fail = (message: string, hint: string): Read<undefined> => {
    sink.error(`${dialect}-bad-repeat`, { from, to }, message, hint);
    return { value: undefined, next: to };
  };
  const match = /^\{\s*(\d+)\s*(?:(,)\s*(\d*|-1)\s*)?\}$/.exec(text.slice(from, to));
  if (match === null)
    return fail("this repetition cannot be read", "write {3}, {2,4} or {2,}, with plain numbers");
  const [, low, comma, high = ""] = match;
  const min = Number(low);
  const max = comma === undefined ? min : high === "" || high === "-1" ? undefined : Number(high);
  if (min > MAX_REPEAT || (max ?? 0) > MAX_REPEAT)
    return fail(`a repetition counts to ${MAX_REPEAT} at most`, "leave the end open: {0,}");
  if (max === undefined) return { value: { min }, next: to };
  if (max < min) return fail(`${min} repetitions at least, but ${max} at most`, `write {${max},${min}}`);
  return { value: { min, max }, next: to };
}
