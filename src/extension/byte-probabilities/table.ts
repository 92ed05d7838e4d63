// The view's numbers for other programs: CSV (RFC 4180, with a header) and JSON.
import { displayBytes } from "../../base/bytes.ts";
import { byteLabel, pendingBytes } from "../../protocol/byte-labels.ts";
import type { InspectedPlace } from "../../protocol/byte-probabilities.ts";

/// A place that was asked about, with what says which it is.
export interface PlaceRecord {
  /// `main.ts:3–40`.
  readonly label: string;
  readonly model: string;
  /// The text before the place, as far as it is shown.
  readonly before: Uint8Array;
  /// The byte that follows there; `stop` at the document's end.
  readonly follows: number | "stop" | undefined;
  readonly place: InspectedPlace;
}

/// A text with its surprises, as far as they are known.
export interface TextRecord {
  readonly label: string;
  readonly model: string;
  readonly bytes: Uint8Array;
  readonly surprises: Float64Array;
  readonly tokenIds: ArrayLike<number>;
  /// See `ShownTokens.starts`.
  readonly tokenStarts: ArrayLike<number>;
}

/// The likeliest first. `naive` and `grammar` are absent where there are none.
function symbolsOf({ place, before, follows }: PlaceRecord) {
  const { naive, grammar } = place;
  const pending = pendingBytes(before);
  const symbol = (byte: number | "stop") => {
    const of = (from: { readonly bytes: Float64Array; readonly stop: number }) =>
      byte === "stop" ? from.stop : from.bytes[byte]!;
    const p = of(place);
    return {
      symbol: byte === "stop" ? "stop" : byteLabel(byte, pending).name,
      byte: byte === "stop" ? null : byte,
      p,
      bits: p > 0 ? -Math.log2(p) : null,
      ...(naive.kind === "naive" && { naive: of(naive) }),
      ...(grammar?.kind === "restricted" && { grammar: of(grammar) }),
      follows: byte === follows,
    };
  };
  return [...Array.from({ length: 256 }, (_, byte) => symbol(byte)), symbol("stop")].sort(
    (a, b) => b.p - a.p,
  );
}

export function placeCsv(record: PlaceRecord): string {
  const rows = symbolsOf(record).map(({ symbol, byte, p, bits, naive, grammar, follows }) => [
    symbol,
    byte,
    byte === null ? "" : `0x${byte.toString(16).padStart(2, "0")}`,
    p,
    bits,
    naive,
    grammar,
    follows ? 1 : 0,
  ]);
  return csv([["symbol", "byte", "hex", "p", "bits", "naive_p", "grammar_p", "follows"], ...rows]);
}

export function placeJson(record: PlaceRecord): string {
  const { place, label, model, before } = record;
  const { naive, grammar, covers } = place;
  const tokens = (list: readonly { readonly id: number; readonly bytes: Uint8Array }[]) =>
    list.map(({ id, bytes }) => ({ id, text: displayBytes(bytes) }));
  return JSON.stringify(
    {
      text: label,
      model,
      position: place.position,
      before: displayBytes(before.subarray(Math.max(0, before.length - 64))),
      target: place.target,
      symbols: symbolsOf(record),
      rawSum: place.rawSum,
      unchecked: place.unchecked,
      dropped: { share: place.droppedShare, bound: place.droppedBound },
      covers: covers.map(({ weight, beyond, tokens: list }) => ({ weight, beyond, tokens: tokens(list) })),
      naive:
        naive.kind === "naive"
          ? {
              variation: naive.variation,
              tokens: tokens(naive.tokens),
              tokenCount: naive.tokenCount,
              next: naive.next.map(({ id, bytes, p }) => ({ id, text: displayBytes(bytes), p })),
            }
          : null,
      grammar:
        grammar === undefined
          ? null
          : grammar.kind === "restricted"
            ? {
                label: grammar.label,
                allowedMass: grammar.allowedMass,
                mayStop: grammar.mayStop,
                expected: grammar.expected,
              }
            : { label: grammar.label ?? null, problem: grammar.kind },
      evaluations: place.evaluations,
      milliseconds: place.milliseconds,
    },
    null,
    2,
  );
}

export function textCsv({ bytes, surprises, tokenIds, tokenStarts }: TextRecord): string {
  let token = 0;
  const rows = Array.from(bytes, (byte, at) => {
    while (token + 1 < tokenIds.length && tokenStarts[token + 1]! <= at) token++;
    const pending = pendingBytes(bytes.subarray(0, at));
    return [
      at,
      `0x${byte.toString(16).padStart(2, "0")}`,
      byteLabel(byte, pending).name,
      surprises[at],
      tokenIds[token],
    ];
  });
  return csv([["offset", "byte", "symbol", "bits", "token_id"], ...rows]);
}

export function textJson({ label, model, bytes, surprises, tokenIds, tokenStarts }: TextRecord): string {
  const known = Array.from(surprises);
  return JSON.stringify(
    {
      text: label,
      model,
      bytes: bytes.length,
      bits: known.reduce((sum, bits) => sum + bits, 0),
      surprises: known,
      tokens: Array.from(tokenIds, (id, i) => ({
        id,
        from: tokenStarts[i],
        text: displayBytes(bytes.subarray(Math.max(0, tokenStarts[i]!), Math.max(0, tokenStarts[i + 1]!))),
      })),
    },
    null,
    2,
  );
}

function csv(rows: readonly (readonly (string | number | null | undefined)[])[]): string {
  const field = (value: string | number | null | undefined) => {
    const text = value === null || value === undefined ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}
