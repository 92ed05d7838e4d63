import { bitsetWords, setBit } from "../base/bitset.ts";
import type { Followers } from "../bytes/index.ts";
import type { TokenMask } from "../engine/engine.ts";
import type { LogitRequest, ModelSequence, NextTokenLogits } from "./language-model.ts";
import type { ReadRow } from "./remembered-rows.ts";

// A look at logits crosses to another thread and back, which takes a third of a small model's step.

/// Any request: tokens that spell no more than what is pending, and those of the mask.
export async function readEach(
  sequence: ModelSequence,
  request: LogitRequest,
  spelling: readonly number[],
  vocabularySize: number,
): Promise<ReadRow> {
  let inside: NextTokenLogits = {
    tokens: new Uint32Array(0),
    logits: new Float32Array(0),
    complete: true,
  };
  if (spelling.length > 0) {
    const mask = maskOf(spelling, vocabularySize);
    inside = await sequence.logits({ top: spelling.length, mask, back: request.back! });
  }
  return { inside, beyond: await sequence.logits(request) };
}

/// Both in one look, where it shows all that can matter for the most likely sequence: what it
/// leaves out is less likely than one that counts. `top` of the request: of those beyond.
export async function readBoth(
  sequence: ModelSequence,
  request: LogitRequest & { readonly mask: TokenMask },
  spelling: readonly number[],
  followers: Followers,
): Promise<ReadRow | undefined> {
  const mask = request.mask.slice();
  for (const token of spelling) setBit(mask, token);
  const both = await sequence.logits({ ...request, mask, top: request.top + spelling.length });
  const [within, further]: [number[], number[]] = [[], []];
  for (const [i, token] of both.tokens.entries()) (spelling.includes(token) ? within : further).push(i);
  const isEnough =
    within.length === spelling.length || further.some((i) => followers.allowsToken(both.tokens[i]!));
  const part = (indexes: readonly number[], complete: boolean): NextTokenLogits => ({
    ...both,
    tokens: Uint32Array.from(indexes, (i) => both.tokens[i]!),
    logits: Float32Array.from(indexes, (i) => both.logits[i]!),
    complete,
  });
  return isEnough ? { inside: part(within, true), beyond: part(further, both.complete) } : undefined;
}

function maskOf(tokens: readonly number[], vocabularySize: number): Uint32Array {
  const mask = new Uint32Array(bitsetWords(vocabularySize));
  for (const token of tokens) setBit(mask, token);
  return mask;
}
