import { hasBit } from "../../base/bitset.ts";
import { byteLabel } from "../../protocol/byte-labels.ts";
import type { BytesLabels, Distribution, InspectedPlace } from "../../protocol/byte-probabilities.ts";

/// The end, among the bytes.
export const STOP = 256;
/// Bytes, and the end.
export const SYMBOLS = 257;

/// The next byte, or the end, and what is said of it.
export interface NextSymbol {
  /// 0–255, or `STOP`.
  readonly symbol: number;
  readonly exact: number;
  readonly naive: number | undefined;
  /// Under the grammar; 0 where that refuses it.
  readonly grammar: number | undefined;
  readonly isRefused: boolean;
  /// 1 for the likeliest.
  readonly rank: number;
}

export function probabilityOf({ bytes, stop }: Distribution, symbol: number): number {
  return symbol === STOP ? stop : bytes[symbol]!;
}

/// All symbols, the likeliest first.
export function rankedSymbols(place: InspectedPlace): NextSymbol[] {
  const { naive, grammar } = place;
  const order = Array.from({ length: SYMBOLS }, (_, symbol) => symbol).sort(
    (a, b) => probabilityOf(place, b) - probabilityOf(place, a) || a - b,
  );
  const restricted = grammar?.kind === "restricted" ? grammar : undefined;
  return order.map((symbol, i) => {
    const isAllowed =
      !restricted || (symbol === STOP ? restricted.mayStop : hasBit(restricted.allowed, symbol));
    return {
      symbol,
      exact: probabilityOf(place, symbol),
      naive: naive.kind === "naive" ? probabilityOf(naive, symbol) : undefined,
      grammar: restricted && probabilityOf(restricted, symbol),
      isRefused: !isAllowed,
      rank: i + 1,
    };
  });
}

/// Of those that only the naive answer, or only the grammar, finds likely: so many are shown.
const OTHERS = 3;
const LIKELY = 0.01;

/// The first `most`, and of the others those that must be seen: the one that follows, and the few that the naive
/// answer, or the grammar, finds likeliest.
export function shownSymbols(
  ranked: readonly NextSymbol[],
  most: number,
  follows: number | undefined,
): NextSymbol[] {
  const rest = ranked.slice(most);
  const likeliest = (of: (one: NextSymbol) => number | undefined) =>
    rest
      .filter((one) => (of(one) ?? 0) > LIKELY)
      .sort((a, b) => of(b)! - of(a)!)
      .slice(0, OTHERS);
  const extra = new Set([...likeliest(({ naive }) => naive), ...likeliest(({ grammar }) => grammar)]);
  return ranked.filter((one) => one.rank <= most || one.symbol === follows || extra.has(one));
}

/// A symbol as it is drawn, and in words.
export function symbolLabel(symbol: number, pending: Uint8Array, labels: BytesLabels) {
  if (symbol === STOP) return { kind: "stop", text: labels.stop, name: labels.stop } as const;
  return byteLabel(symbol, pending);
}
