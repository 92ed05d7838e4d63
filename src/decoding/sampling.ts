import { InputError } from "../base/diagnostic.ts";
import type { SamplingOptions } from "./generation.ts";
import type { NextTokenLogits } from "./language-model.ts";

/// Sampling with its defaults filled in: a `topK` of Infinity, `topP` of 1 and `minP` of 0 drop nothing.
export interface Sampling {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
}

/// Tokens to ask for where top-k does not say how many: most draws fall within so many.
const USUAL_TOP = 128;

/// Fills in defaults. Throws the `InputError` `sampling-option` for values out of range.
export function resolveSampling(options: SamplingOptions = {}): Sampling {
  const { temperature = 0, topK = 0, topP = 1, minP = 0 } = options;
  const check = (name: string, value: number, ok: boolean, range: string) => {
    if (ok) return;
    throw new InputError({
      code: "sampling-option",
      severity: "error",
      message: `${name} is ${value}`,
      hint: `Choose ${range}.`,
    });
  };
  check("temperature", temperature, temperature >= 0 && temperature < 1e3, "a number from 0 (greedy)");
  check("topK", topK, Number.isInteger(topK) && topK >= 0, "a whole number; 0 is off");
  check("topP", topP, topP >= 0 && topP <= 1, "a number from 0 to 1 (off)");
  check("minP", minP, minP >= 0 && minP <= 1, "a number from 0 (off) to 1");
  return { temperature, topK: topK === 0 ? Number.POSITIVE_INFINITY : topK, topP, minP };
}

/// How many of the most likely tokens to ask for first.
export function firstTop({ temperature, topK }: Sampling): number {
  if (temperature === 0) return 1;
  return topK === Number.POSITIVE_INFINITY ? USUAL_TOP : topK;
}

/// Whether `pickToken` may have to know the weight of tokens that are not at hand.
export function needsWeight({ temperature, topK, topP, minP }: Sampling): boolean {
  return temperature > 0 && topK === Number.POSITIVE_INFINITY && (topP < 1 || minP === 0);
}

/// The index in `logits.tokens` of the token that `u`, uniform in [0, 1), chooses: the inverse of
/// the distribution's cumulative sum, tokens in descending order.
///
/// `undefined` if the tokens at hand do not decide it: ask again for all of them, with the same `u`.
/// What is decided is what all of them would decide, so that sampling from the first few tokens is
/// exact: temperature keeps the order of tokens, and top-k, top-p and min-p each keep a beginning of
/// that order, whose end the first few show or do not. `logits.logTempered` is read if `needsWeight`.
export function pickToken(logits: NextTokenLogits, sampling: Sampling, u: number): number | undefined {
  const { temperature, topK, topP, minP } = sampling;
  const count = Math.min(logits.tokens.length, topK);
  if (temperature === 0) return count > 0 ? 0 : undefined;

  // Weights and their sums are relative to the most likely token's.
  const cumulative = new Float64Array(count);
  const top = logits.logits[0]! / temperature;
  let sum = 0;
  let minPCut = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const weight = Math.exp(logits.logits[i]! / temperature - top);
    if (weight < minP && i < minPCut) minPCut = i;
    sum += weight;
    cumulative[i] = sum;
  }
  // Whether nothing that top-k keeps is missing. If something is, only the weight of all is known.
  const all = logits.complete || topK <= logits.tokens.length;
  if (!all && topK < Number.POSITIVE_INFINITY) return undefined;
  const total = all ? sum : Math.max(sum, Math.exp((logits.logTempered ?? Number.POSITIVE_INFINITY) - top));

  let topPCut = Number.POSITIVE_INFINITY;
  if (topP < 1) {
    const at = firstAtLeast(cumulative, topP * total);
    if (at < count) topPCut = at + 1;
    else if (all) topPCut = count;
  }
  const cut = Math.min(minPCut, topPCut, all ? count : Number.POSITIVE_INFINITY);
  if (cut <= count) return firstAbove(cumulative, u * cumulative[cut - 1]!);
  // Tokens not at hand survive. How many is known only if nothing drops any.
  if (topP < 1 || minP > 0) return undefined;
  const index = firstAbove(cumulative, u * total);
  return index < count ? index : undefined;
}

function firstAtLeast(ascending: Float64Array, value: number): number {
  let i = 0;
  while (i < ascending.length && ascending[i]! < value) i++;
  return i;
}

function firstAbove(ascending: Float64Array, value: number): number {
  let i = 0;
  while (i < ascending.length && ascending[i]! <= value) i++;
  return i;
}
