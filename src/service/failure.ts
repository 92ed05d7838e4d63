import { type Diagnostic, InputError } from "../base/diagnostic.ts";
import { EngineError } from "../engine/index.ts";

/// What to tell the user of an error that is theirs to mend; `undefined` if it is a fault of ours.
export function diagnosticsOf(error: unknown): readonly Diagnostic[] | undefined {
  if (error instanceof InputError) return error.diagnostics;
  return error instanceof EngineError ? [error.diagnostic] : undefined;
}
