import { concatBytes } from "../base/bytes.ts";
import { type CancelSignal, throwIfCancelled } from "../base/cancellation.ts";
import { tokensToBytes } from "../tokenizer/vocabulary.ts";
import type { ByteModel } from "./byte-model.ts";
import type { CoverStream } from "./cover-stream.ts";
import type { TokenContext } from "./token-context.ts";

/// Tokens written behind a byte prefix.
export interface WrittenTokens {
  /// Behind the stream's start: those that cover the prefix, and those that follow.
  readonly tokens: readonly number[];
  /// What they spell beyond the bytes read.
  readonly bytes: Uint8Array;
  readonly finish: "stop" | "length";
}

/// Samples whole tokens, given that their text begins with the bytes `stream` has read: draws a cover,
/// then a token at a time, one evaluation each. What is written is distributed as all texts of the
/// model's that begin with those bytes; with the target `canonical`, as those of tokens that the
/// tokenizer makes, at each token.
///
/// `maxTokens` counts those behind the cover.
export async function writeTokens(
  model: ByteModel,
  stream: CoverStream,
  {
    maxTokens,
    random,
    signal,
  }: { readonly maxTokens: number; readonly random: () => number; readonly signal?: CancelSignal },
): Promise<WrittenTokens> {
  const { vocabulary } = model.model.tokenizer;
  const cover = await stream.drawCover(random(), signal);
  const tokens = [...cover.tokens];
  const spelled: Uint8Array[] = [tokensToBytes(vocabulary, tokens).subarray(stream.length)];
  let { context } = cover;
  let finish: WrittenTokens["finish"] = "length";
  for (let n = 0; n < maxTokens; n++) {
    throwIfCancelled(signal);
    const place = await drawToken(model, context, stream.target.kind === "canonical", random(), signal);
    if (place === undefined) {
      finish = "stop";
      break;
    }
    const token = model.order.ids[place]!;
    tokens.push(token);
    spelled.push(model.order.bytesAt(place));
    context = context.append(token);
  }
  return { tokens, bytes: concatBytes(spelled), finish };
}

/// The place of the next token; `undefined` for the end.
async function drawToken(
  model: ByteModel,
  context: TokenContext,
  canonical: boolean,
  u: number,
  signal: CancelSignal | undefined,
): Promise<number | undefined> {
  const [next] = await model.evaluate([context], signal);
  const { probabilities, stop } = next!;
  const followers = canonical ? model.canonical.after(context) : undefined;
  // Tokens that turn out not to count leave the draw, and it is made again among the rest: with the
  // share of `u` in the interval it fell into, which is as uniform as `u` is.
  const refused = new Set<number>();
  const end = followers === undefined || followers.mayEnd() ? stop : 0;
  let total = end;
  for (const p of probabilities) total += p;
  let share = u;
  for (;;) {
    let left = share * total;
    let chosen: number | undefined;
    for (let place = 0; place < probabilities.length; place++) {
      const p = probabilities[place]!;
      if (p === 0 || refused.has(place)) continue;
      chosen = place;
      if (left < p) break;
      left -= p;
      chosen = undefined;
    }
    if (chosen === undefined || followers === undefined || followers.allows(chosen)) return chosen;
    refused.add(chosen);
    total -= probabilities[chosen]!;
    share = Math.min(left / probabilities[chosen]!, 1 - Number.EPSILON);
    if (total <= 0) return undefined;
  }
}
