import { bitsetWords, countBits, setBits } from "../base/bitset.ts";
import { completeUtf8Length, displayBytes, utf8DecodeLossy, utf8Encode } from "../base/bytes.ts";
import { deadEnd } from "../decoding/index.ts";
import { type InspectableMatcher, isInspectable } from "../engine/index.ts";
import type { Vocabulary } from "../tokenizer/index.ts";
import type { MaskParams, MaskResult } from "./api.ts";
import type { CompiledGrammars } from "./compiled-grammars.ts";
import { takePrefix } from "./expected.ts";

const SAMPLE_SIZE = 20;

/// The tokens a grammar allows after a prefix. Throws `InputError`, also where no token of the vocabulary goes
/// on and the text is not complete: `no-token-continues`.
export async function runMask(
  grammars: CompiledGrammars,
  vocabulary: Vocabulary,
  params: MaskParams,
  signal?: AbortSignal,
): Promise<MaskResult> {
  const { grammar, diagnostics } = await grammars.get(params.grammar, vocabulary, signal);
  const matcher = grammar.createMatcher();
  try {
    takePrefix(matcher, utf8Encode(params.prefix));
    const mask = new Uint32Array(bitsetWords(vocabulary.size));
    const started = performance.now();
    matcher.fillTokenMask(mask);
    const maskMicros = Math.round((performance.now() - started) * 1000);
    const stop = new Set(vocabulary.stopTokens);
    const ids: number[] = [];
    for (const id of setBits(mask)) if (!stop.has(id)) ids.push(id);
    if (ids.length === 0 && !matcher.isAccepting())
      throw deadEnd(matcher.allowedBytes(), vocabulary, params.prefix);
    const forced = matcher.forcedBytes();
    return {
      allowed: ids.length,
      rejected: vocabulary.size - countBits(mask),
      stopAllowed: matcher.isAccepting(),
      sample: ids.slice(0, SAMPLE_SIZE).map((id) => ({ id, text: displayBytes(vocabulary.bytes(id)) })),
      forced: utf8DecodeLossy(forced.subarray(0, completeUtf8Length(forced))),
      ...(params.allIds && { ids }),
      ...(isInspectable(matcher) && countParts(matcher, vocabulary.size)),
      maskMicros,
      diagnostics,
    };
  } finally {
    matcher.dispose();
  }
}

function countParts(matcher: InspectableMatcher, size: number) {
  const { independent, dependent } = matcher.maskParts();
  return {
    contextIndependent: size - dependent,
    contextIndependentAllowed: countBits(independent),
    contextDependent: dependent,
  };
}
