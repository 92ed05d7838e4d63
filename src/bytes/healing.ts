import { completeUtf8Length, concatBytes, utf8Decode, utf8Encode } from "../base/bytes.ts";
import { InputError } from "../base/diagnostic.ts";
import { type Tokenizer, tokensToBytes } from "../tokenizer/vocabulary.ts";
import { Canonical, encodeMiddle } from "./canonical.ts";
import { spellsAtOnce } from "./crossing.ts";
import { Endings } from "./endings.ts";
import { exactTokens } from "./lookahead.ts";
import { TokenContext } from "./token-context.ts";

/// How much of the text before the cursor is taken back, to be covered anew together with what comes.
export type HealingMode =
  /// Nothing: the tokens of the text as it is.
  | "none"
  /// The last token.
  | "token"
  /// All that some continuation would have other tokens for.
  | "exact";

/// A text cut where its tokens no longer depend on what follows.
export interface TakenBack {
  /// Tokens of the text before `bytes`: what a prompt ends with.
  readonly tokens: readonly number[];
  /// The rest: read it with a `CoverStream` before anything else.
  readonly bytes: Uint8Array;
}

/// Where nothing says that the text is cut for sure: bytes of the longest token that is expected to
/// cross its end, and as many before it. Vocabularies have longer ones, of one character over and over.
const LONGEST = 32;

/// Takes back the end of `prefix`, the text or bytes before the cursor; half a character at the end
/// whatever the mode, unless it is sure to have tokens of its own.
///
/// With "exact", as many tokens stay as all token sequences have in common that the tokenizer makes of
/// texts that begin with `prefix`: "http:" is taken back whole to `http` where `://` is a token, and
/// so is a word that could become a longer token.
///
/// Throws the `InputError` `bytes-not-utf8` for bytes that are no text before their last character.
/// `offset`: bytes before `prefix` in the text that the error tells a place of.
export function takeBack(
  tokenizer: Tokenizer,
  prefix: string | Uint8Array,
  mode: HealingMode,
  offset = 0,
): TakenBack {
  const bytes = typeof prefix === "string" ? utf8Encode(prefix) : prefix;
  const whole = bytes.subarray(0, completeUtf8Length(bytes));
  const text = utf8Decode(whole);
  if (text === undefined) throw notUtf8(whole, offset);
  // A tokenizer that changes the text has no bytes to take back: what it has stays.
  const tokens = encodeMiddle(tokenizer, text);
  if (tokens === undefined) return { tokens: tokenizer.encode(text), bytes: bytes.slice(whole.length) };
  return takeBackTokens(tokenizer, tokens, bytes.subarray(whole.length), mode);
}

/// `takeBack` of a text whose tokens are known: those of its last 160 bytes will do. `rest`: half a
/// character behind them.
export function takeBackTokens(
  tokenizer: Tokenizer,
  tokens: readonly number[],
  rest: Uint8Array,
  mode: HealingMode,
): TakenBack {
  // Only the end is turned into bytes: this runs at every keystroke.
  const kept =
    mode === "none" ? tokens.length : mode === "token" ? Math.max(0, tokens.length - 1) : undefined;
  if (kept === undefined) return takeBackOpen(tokenizer, tokens, rest);
  const bytes = concatBytes([tokensToBytes(tokenizer.vocabulary, tokens.slice(kept)), rest]);
  return { tokens: tokens.slice(0, kept), bytes };
}

/// Takes back what some continuation has other tokens for: what stays is what all token sequences begin with
/// whose last token reaches or crosses the end of the text.
function takeBackOpen(tokenizer: Tokenizer, tokens: readonly number[], rest: Uint8Array): TakenBack {
  const canonical = Canonical.of(tokenizer);
  const { vocabulary } = tokenizer;
  let first = tokens.length;
  let length = rest.length;
  while (first > 0 && length < 2 * LONGEST) {
    if (first < tokens.length && canonical.isCut(tokens[first - 1]!, tokens[first]!)) break;
    length += vocabulary.bytes(tokens[--first]!).length;
  }
  const bytes = concatBytes([tokensToBytes(vocabulary, tokens.slice(first)), rest]);
  const root = TokenContext.of(tokens.slice(0, first));
  const stable = answers.get(canonical, root, bytes, () => commonTokens(canonical, root, bytes));
  return {
    tokens: [...tokens.slice(0, first), ...stable],
    bytes: bytes.slice(tokensToBytes(vocabulary, stable).length),
  };
}

const answers = new Endings<readonly number[]>(1024);

/// What all token sequences behind `root` have in common from which a token leads across the end of `bytes`.
function commonTokens(canonical: Canonical, root: TokenContext, bytes: Uint8Array): readonly number[] {
  const { order } = canonical;
  let common: readonly number[] | undefined;
  const visit = (context: TokenContext, at: number): void => {
    const followers = canonical.after(context);
    if (spellsAtOnce(canonical, followers, bytes.subarray(at))) {
      const sequence = context.tokens(root.length);
      const limit = common?.length ?? sequence.length;
      let n = 0;
      while (n < limit && n < sequence.length && (common === undefined || common[n] === sequence[n])) n++;
      common = sequence.slice(0, n);
    }
    for (const { place, end } of exactTokens(bytes, at, order)) {
      // Nothing in common is all that there can be left to find.
      if (common?.length === 0) return;
      if (followers.allows(place)) visit(context.append(order.ids[place]!), end);
    }
  };
  visit(root, 0);
  return common ?? [];
}

function notUtf8(bytes: Uint8Array, offset: number): InputError {
  let good = bytes.length;
  while (good > 0 && utf8Decode(bytes.subarray(0, good)) === undefined) good--;
  return new InputError({
    code: "bytes-not-utf8",
    severity: "error",
    message: `the text is not UTF-8 at byte ${offset + good}`,
    location: { kind: "byte", byteOffset: offset + good },
    hint: "Save the file as UTF-8, or give the text behind that byte only.",
  });
}
