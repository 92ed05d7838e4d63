import type { Span } from "../../base/span.ts";
import { choice, empty, literal, sequence } from "../build.ts";
import type { Expression } from "../ir.ts";
import type { DiagnosticSink } from "../parse-result.ts";
import type { RuleTable } from "../rule-table.ts";

/// llguidance's `%regex { "substring_…": … }`: any run of neighbouring chunks, or nothing. `define`d rules
/// (named after `name`) each match a run that starts at one chunk.
export function substringOf(
  spec: unknown,
  name: string,
  span: Span,
  rules: RuleTable,
  sink: DiagnosticSink,
): Expression {
  const chunks = chunksOf(spec);
  if (chunks === undefined) {
    sink.error(
      "lark-unsupported-regex",
      span,
      "this %regex is not supported",
      'write {"substring_chunks": ["a", "b"]}, {"substring_words": "…"} or {"substring_chars": "…"}',
    );
    return empty(span);
  }
  const from = (i: number) => rules.reference(`${name}.${i}`, span, false);
  chunks.forEach((chunk, i) => {
    const rest = i + 1 < chunks.length ? [from(i + 1)] : [];
    rules.define(`${name}.${i}`, choice([empty(), sequence([literal(chunk), ...rest])]), span);
  });
  return chunks.length === 0
    ? empty(span)
    : choice(
        chunks.map((_, i) => from(i)),
        span,
      );
}

function chunksOf(spec: unknown): readonly string[] | undefined {
  if (typeof spec !== "object" || spec === null || Object.keys(spec).length !== 1) return undefined;
  const { substring_chunks, substring_words, substring_chars } = spec as Record<string, unknown>;
  if (typeof substring_chars === "string" && isText(substring_chars)) return Array.from(substring_chars);
  if (typeof substring_words === "string" && isText(substring_words))
    return substring_words.match(/[\p{L}\p{M}\p{N}_]+|[^\p{L}\p{M}\p{N}_]/gu) ?? [];
  if (Array.isArray(substring_chunks) && substring_chunks.every((c) => typeof c === "string" && isText(c)))
    return substring_chunks as string[];
  return undefined;
}

// JSON can spell lone surrogates, which no text holds.
function isText(value: string): boolean {
  return !/[\ud800-\udfff]/u.test(value);
}
