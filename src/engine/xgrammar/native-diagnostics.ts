import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import type { GrammarSource } from "../../grammar/source.ts";

/// Why XGrammar gave up, for people. It reports bad input as well as its own bugs by printing a line
/// and aborting. Without `source` it is a matcher that failed.
export function failureDiagnostic(
  isOutOfMemory: boolean,
  output: readonly string[],
  source?: GrammarSource,
): Diagnostic {
  const name = grammarName(source);
  if (isOutOfMemory) {
    return {
      code: source ? "compile-memory" : "engine-memory",
      severity: "error",
      message: `${name} needs more memory than its budget`,
      hint: "simplify the grammar, or raise the memory budget",
    };
  }
  const message = failureMessage(output);
  const invalid = /^Invalid structural tag error: (.*)$/s.exec(message);
  if (source?.kind === "structural-tag" && invalid) {
    return {
      code: "structural-tag-invalid",
      severity: "error",
      message: invalid[1]!,
      location: {
        kind: "text",
        ...(source.file === undefined ? {} : { file: source.file }),
        span: wholeOf(source),
      },
      hint: "see XGrammar's documentation of structural tags",
    };
  }
  return {
    code: "engine-aborted",
    severity: "error",
    message: `the engine gave up on ${name}: ${message}`,
    ...(source?.file === undefined ? {} : { location: { kind: "file", file: source.file } }),
    hint: "simplify the grammar; if it should be valid, this is a limit of the xgrammar engine",
  };
}

/// Warnings XGrammar printed while it compiled, each once.
export function warningDiagnostics(output: readonly string[], source: GrammarSource): Diagnostic[] {
  const messages = new Set<string>();
  for (const line of output) {
    const warning = /^\[WARNING\] \S+?:\d+: (.*)$/s.exec(line);
    if (warning) messages.add(warning[1]!);
  }
  return Array.from(messages, (message) => ({
    code: "engine-warning",
    severity: "warning",
    message: `the engine says of ${grammarName(source)}: ${message}`,
    ...(source.file === undefined ? {} : { location: { kind: "file", file: source.file } }),
  }));
}

function grammarName(source: GrammarSource | undefined): string {
  if (!source) return "the grammar";
  const kind = source.kind.replaceAll("-", " ");
  return source.file === undefined ? `the ${kind} grammar` : `the ${kind} grammar ${source.file}`;
}

// Either "[FATAL] /path/file.cc:123: message" was printed, possibly over several lines, and the
// engine aborted, or the last entry says what was thrown.
function failureMessage(output: readonly string[]): string {
  const from = output.findIndex((line) => line.startsWith("[FATAL] "));
  if (from < 0) return output.at(-1) ?? "no reason given";
  const lines = output.slice(from).filter((line) => !/^(Aborted\(|RuntimeError: Aborted\()/.test(line));
  return lines.join("\n").replace(/^\[FATAL\] \S+?:\d+: /, "");
}

function wholeOf(source: GrammarSource): Span {
  return { from: 0, to: source.text.length };
}
