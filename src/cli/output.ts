import { type Diagnostic, renderDiagnostic } from "../base/diagnostic.ts";
import { sourceTextOf } from "./source-texts.ts";

/// Prints one JSON value on stdout; bytes as lower-case hex.
export function printJson(value: unknown): void {
  process.stdout.write(
    `${JSON.stringify(value, (_, v) => (v instanceof Uint8Array ? Buffer.from(v).toString("hex") : v))}\n`,
  );
}

/// Prints diagnostics on stderr, with the source line and a caret where the source is at hand.
export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) {
    const location = diagnostic.location;
    const source =
      location?.kind === "text" || location?.kind === "json-pointer"
        ? sourceTextOf(location.file)
        : undefined;
    process.stderr.write(`${renderDiagnostic(diagnostic, source)}\n`);
  }
}

/// A byte as a list shows it: `0x61  a`.
export function byteName(byte: number): string {
  const hex = `0x${byte.toString(16).padStart(2, "0")}`;
  return byte > 0x20 && byte < 0x7f ? `${hex}  ${String.fromCharCode(byte)}` : hex;
}
