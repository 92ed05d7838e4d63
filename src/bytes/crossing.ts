import type { Canonical, Followers } from "./canonical.ts";
import { Endings } from "./endings.ts";
import { exactTokens } from "./lookahead.ts";
import type { TokenContext } from "./token-context.ts";

/// More places than this in a token range are not all asked whether the tokenizer makes them: one of
/// them is, then.
const MOST_ASKED = 512;

const answers = new Endings<boolean>(4096);

/// Whether one of `followers` spells `bytes`, alone or with more behind them in the same token.
export function spellsAtOnce(canonical: Canonical, followers: Followers, bytes: Uint8Array): boolean {
  if (bytes.length === 0) return true;
  const { from, to } = canonical.order.beginningWith(bytes);
  if (to - from > MOST_ASKED) return true;
  for (let place = from; place < to; place++) if (followers.allows(place)) return true;
  return false;
}

/// Whether some token sequence that the tokenizer makes behind `context` spells `bytes`, alone or with more behind
/// them: what is known before a model is asked about the context. Where very many tokens begin with the bytes,
/// the answer is yes.
export function leadsAcross(canonical: Canonical, context: TokenContext, bytes: Uint8Array): boolean {
  if (bytes.length === 0) return true;
  return answers.get(canonical, context, bytes, () => {
    const followers = canonical.after(context);
    const { order } = canonical;
    return (
      spellsAtOnce(canonical, followers, bytes) ||
      exactTokens(bytes, 0, order).some(
        ({ place, end }) =>
          followers.allows(place) &&
          leadsAcross(canonical, context.append(order.ids[place]!), bytes.subarray(end)),
      )
    );
  });
}
