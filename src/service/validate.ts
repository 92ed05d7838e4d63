import { utf8Encode } from "../base/bytes.ts";
import type { ValidateParams, ValidateResult } from "./api.ts";
import { byteVocabulary } from "./byte-vocabulary.ts";
import type { CompiledGrammars } from "./compiled-grammars.ts";
import { findViolation, violationAt } from "./expected.ts";

/// Checks a whole text against a grammar, byte by byte: no model and no vocabulary is involved.
export async function runValidate(
  grammars: CompiledGrammars,
  params: ValidateParams,
  signal?: AbortSignal,
): Promise<ValidateResult> {
  const { grammar, diagnostics } = await grammars.get(params.grammar, byteVocabulary(), signal);
  const matcher = grammar.createMatcher();
  try {
    const bytes = utf8Encode(params.text);
    const violation = findViolation(matcher, bytes);
    if (violation) return { ok: false, violation, incomplete: false, diagnostics };
    if (matcher.isAccepting()) return { ok: true, incomplete: false, diagnostics };
    return { ok: false, violation: violationAt(matcher, bytes, bytes.length), incomplete: true, diagnostics };
  } finally {
    matcher.dispose();
  }
}
