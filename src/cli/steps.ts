import { toHex } from "../base/bytes.ts";
import type { GenerationStep } from "../decoding/index.ts";

/// A step as `--json` prints it.
export function stepJson(step: GenerationStep) {
  return {
    token: step.token,
    bytes: toHex(step.bytes),
    text: step.text,
    origin: step.origin,
    allowed: step.allowedTokens,
    probability: step.probability ?? null,
    maskedProbability: step.maskedProbability ?? null,
    maskMicros: Math.round(step.maskMicros),
    modelMicros: Math.round(step.modelMicros),
  };
}
