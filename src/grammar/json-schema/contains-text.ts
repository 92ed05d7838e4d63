import { utf8Encode } from "../../base/bytes.ts";
import { rangesHave } from "../code-points.ts";
import type { Expression } from "../ir.ts";

// Steps before the question is left to an automaton.
const MAX_STEPS = 200_000;

const ASCII: readonly Uint8Array[] = Array.from({ length: 0x80 }, (_, code) => Uint8Array.of(code));

class TooManySteps extends Error {}

/// Whether `e`, which names no rules, matches the whole of `text`. Undefined if that costs too much.
/// Works on sets of positions, so no pattern is exponential.
export function containsText(e: Expression, text: string): boolean | undefined {
  const characters = [...text].map((c) => {
    const codePoint = c.codePointAt(0)!;
    return { codePoint, bytes: codePoint < 0x80 ? ASCII[codePoint]! : utf8Encode(c) };
  });
  let steps = 0;

  const step = (): void => {
    if (++steps > MAX_STEPS) throw new TooManySteps();
  };

  const afterLiteral = (bytes: Uint8Array, from: number): number | undefined => {
    let at = from;
    for (let i = 0; i < bytes.length; at++) {
      const here = characters[at]?.bytes;
      if (here === undefined) return undefined;
      for (const byte of here) if (byte !== bytes[i++]) return undefined;
    }
    return at;
  };

  const each = (e: Expression, from: ReadonlySet<number>): Set<number> => {
    const out = new Set<number>();
    for (const at of from) for (const end of ends(e, at)) out.add(end);
    return out;
  };

  /// The positions where a match that starts at `from` may end.
  const ends = (e: Expression, from: number): ReadonlySet<number> => {
    step();
    switch (e.kind) {
      case "empty":
        return new Set([from]);
      case "nothing":
        return new Set();
      case "literal": {
        const end = afterLiteral(e.bytes, from);
        return new Set(end === undefined ? [] : [end]);
      }
      case "characters": {
        const here = characters[from];
        return new Set(here !== undefined && rangesHave(e.ranges, here.codePoint) ? [from + 1] : []);
      }
      case "sequence": {
        let at: ReadonlySet<number> = new Set([from]);
        for (const item of e.items) {
          if (at.size === 0) break;
          at = each(item, at);
        }
        return at;
      }
      case "choice": {
        const out = new Set<number>();
        for (const item of e.items) for (const end of ends(item, from)) out.add(end);
        return out;
      }
      case "repeat":
        return repeated(e.item, e.min, e.max ?? Number.POSITIVE_INFINITY, from);
      case "intersection": {
        const [first, ...rest] = e.items.map((item) => ends(item, from));
        return new Set([...first!].filter((end) => rest.every((set) => set.has(end))));
      }
      case "complement": {
        const out = new Set<number>();
        const without = ends(e.item, from);
        for (let end = from; end <= characters.length; end++) if (!without.has(end)) out.add(end);
        return out;
      }
      case "bytes":
      case "rule":
      case "unordered":
      case "token":
        throw new Error(`a pattern holds no ${e.kind}`);
      default:
        return e satisfies never;
    }
  };

  const repeated = (item: Expression, min: number, max: number, from: number): ReadonlySet<number> => {
    let at: ReadonlySet<number> = new Set([from]);
    for (let round = 0; round < min && at.size > 0; round++) {
      const next = each(item, at);
      // A set that stays the same stays so for all further rounds.
      if (next.size === at.size && [...next].every((end) => at.has(end))) break;
      at = next;
    }
    const out = new Set(at);
    for (let round = min; round < max && at.size > 0; round++) {
      const fresh = new Set([...each(item, at)].filter((end) => !out.has(end)));
      for (const end of fresh) out.add(end);
      at = fresh;
    }
    return out;
  };

  try {
    return ends(e, 0).has(characters.length);
  } catch (error) {
    if (error instanceof TooManySteps) return undefined;
    throw error;
  }
}
