import type { DiagnosticSink } from "../parse-result.ts";
import type { Scanner } from "./scanner.ts";

/// What stands between a name and its body. False after an error.
export function readHead(scanner: Scanner, sink: DiagnosticSink, name: string): boolean {
  scanner.skip(false);
  const at = scanner.at;
  if (scanner.take(/\{[^}\r\n]*\}/y) !== null) {
    sink.error(
      "lark-unsupported-template",
      { from: at, to: scanner.at },
      "templates are not supported",
      "write one rule for each use",
    );
    return false;
  }
  if (scanner.take(/::(?!=)[^\r\n:]*/y) !== null) {
    sink.error(
      "lark-unsupported-template",
      { from: at, to: scanner.at },
      "parametric rules are not supported",
      "write one rule for each value",
    );
    return false;
  }
  if (scanner.take(/\.\s*-?\d+/y) !== null) {
    sink.warning(
      "lark-ignored-priority",
      { from: at, to: scanner.at },
      "priorities are ignored: a text matches if it can be read in any way",
      "remove it, or make the alternatives exclude each other",
    );
    scanner.skip(false);
  }
  if (scanner.next === "[") readAttributes(scanner, sink);
  scanner.skip(false);
  const found = scanner.peek(/::=|:=|=|->/y)?.[0];
  if (found !== undefined || scanner.next !== ":") {
    const hint =
      found === undefined ? "a rule is written name: body" : `write ${name}: instead of ${name} ${found}`;
    sink.error("lark-syntax", scanner.restOfLine(), `expected : after ${name}`, hint);
    return false;
  }
  scanner.at++;
  return true;
}

/// `[capture, lazy, max_tokens=10]`.
function readAttributes(scanner: Scanner, sink: DiagnosticSink): void {
  const from = scanner.at;
  const list = scanner.take(/\[((?:[^\]"\r\n]|"(?:[^"\\\r\n]|\\.)*")*)\]/y);
  if (list === null) return;
  const span = { from, to: scanner.at };
  for (const match of list[1]!.matchAll(/([a-z_]+)\s*(?:=\s*(?:"(?:[^"\\]|\\.)*"|[^,"]+))?/g)) {
    const key = match[1]!;
    if (["capture", "temperature", "stop_capture"].includes(key))
      sink.warning(
        "lark-ignored-attribute",
        span,
        `the attribute ${key} is ignored: it does not change what matches`,
        "remove it",
      );
    else
      sink.error(
        "lark-unsupported-attribute",
        span,
        `the attribute ${key} is not supported`,
        "say in the body what ends the text",
      );
  }
}
