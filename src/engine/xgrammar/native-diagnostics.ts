import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import type { GrammarSource } from "../../grammar/source.ts";

/// XGrammar gave up. It reports bad input as well as its own bugs by printing a line and aborting.
export interface NativeFailure {
  readonly kind: "failed";
  readonly reason: "aborted" | "memory";
  readonly output: readonly string[];
}

/// What went wrong, for people. Without `source` it is a matcher that failed.
export function failureDiagnostic(failure: NativeFailure, source?: GrammarSource): Diagnostic {
  const name = grammarName(source);
  if (failure.reason === "memory") {
    return {
      code: source ? "compile-memory" : "engine-memory",
      severity: "error",
      message: `${name} needs more memory than its budget`,
      hint: "simplify the grammar, or raise the memory budget",
    };
  }
  const message = fatalMessage(failure.output);
  if (source && (source.kind === "ebnf" || source.kind === "gbnf" || source.kind === "lark")) {
    const positioned = /^EBNF (?:lexer|parser) error at line (\d+), column (\d+): (.*)$/s.exec(message ?? "");
    if (positioned) {
      const span = spanAt(source.text, Number(positioned[1]), Number(positioned[2]));
      return {
        code: "grammar-syntax",
        severity: "error",
        message: positioned[3]!.trim(),
        location: { kind: "text", ...(source.file === undefined ? {} : { file: source.file }), span },
      };
    }
  }
  return {
    code: "engine-aborted",
    severity: "error",
    message: `the engine gave up on ${name}: ${message ?? failure.output.at(-1) ?? "no reason given"}`,
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

// "[FATAL] /path/grammar_parser.cc:123: message", possibly over several lines.
function fatalMessage(output: readonly string[]): string | undefined {
  const from = output.findIndex((line) => line.startsWith("[FATAL] "));
  if (from < 0) return undefined;
  const lines = output.slice(from).filter((line) => !/^(Aborted\(|RuntimeError: Aborted\()/.test(line));
  return lines.join("\n").replace(/^\[FATAL\] \S+?:\d+: /, "");
}

// XGrammar counts lines and columns from 1, columns in UTF-8 bytes.
function spanAt(text: string, line: number, column: number): Span {
  let from = 0;
  for (let n = 1; n < line; n++) {
    const end = /\r\n|\r|\n/g;
    end.lastIndex = from;
    const found = end.exec(text);
    if (!found) break;
    from = end.lastIndex;
  }
  for (let bytes = column - 1; bytes > 0 && from < text.length; ) {
    const codePoint = text.codePointAt(from)!;
    bytes -= codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    from += codePoint > 0xffff ? 2 : 1;
  }
  return { from, to: Math.min(text.length, from + 1) };
}
