import type { Diagnostic } from "../../base/diagnostic.ts";
import { type KernelInstance, memoryDiagnostic } from "./instance.ts";
import type { StateNames } from "./state-names.ts";

// Kinds of failures: wasm/assembly/grammar.ts, `Failure`.
const MEMORY = 1;
const AMBIGUITY = 2;
const BAD_BLOCK = 3;
/// A state was come to whose rule is not lowered yet.
export const WAITING = 4;

/// What the kernel's last failure was, naming the rule it happened in.
export function failureDiagnostic({ exports }: KernelInstance, names: StateNames): Diagnostic {
  const kind = exports.lastFailure();
  const state = exports.lastFailureState();
  const rule = names.ruleOf(state);
  const where = rule === undefined ? "" : ` in the rule "${rule.name}"`;
  const location = rule?.span === undefined ? {} : { location: { kind: "text" as const, span: rule.span } };
  if (kind === AMBIGUITY) {
    return {
      code: "engine-ambiguity",
      severity: "error",
      message: `more than 32,768 rules are open at one place of the text${where}`,
      hint: "make alternatives begin differently, and rules name each other first less deeply",
      ...location,
    };
  }
  if (kind === BAD_BLOCK || kind === WAITING) {
    return {
      code: "engine-bad-program",
      severity: "error",
      message: "the engine does not take the program that this grammar was turned into",
      hint: "compile the grammar again; if that does not help, report it",
    };
  }
  if (kind !== MEMORY) throw new Error(`the kernel failed with ${kind}`);
  const memory = memoryDiagnostic();
  return { ...memory, message: `${memory.message}${where}`, ...location };
}
