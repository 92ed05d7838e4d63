import assert from "node:assert/strict";
import type { Diagnostic } from "../../src/base/diagnostic.ts";

/// What every answer to a text owes its reader: a code that does not depend on the text, words, what
/// to do about an error, and a place inside of the text.
export function checkDiagnostics(text: string, diagnostics: readonly Diagnostic[]): void {
  assert.ok(diagnostics.length <= 410, `${diagnostics.length} diagnostics`);
  for (const { code, severity, message, hint, location } of diagnostics) {
    assert.match(code, /^[a-z]+(-[a-z0-9]+)+$/, "a stable code");
    assert.notEqual(message, "", `${code} says nothing`);
    if (severity === "error") assert.ok(hint !== undefined && hint !== "", `${code} says not what to do`);
    const span = location?.kind === "text" || location?.kind === "json-pointer" ? location.span : undefined;
    if (span === undefined) continue;
    const { from, to } = span;
    assert.ok(
      Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= text.length,
      `${code} points outside of the text`,
    );
    if (location?.kind === "json-pointer")
      assert.match(location.pointer, /^(\/([^~/]|~[01])*)*$/, `${code} has no JSON pointer`);
  }
}
