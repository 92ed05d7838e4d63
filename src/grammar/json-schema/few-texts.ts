import { utf8Decode } from "../../base/bytes.ts";
import type { Expression } from "../ir.ts";

/// The texts that `e`, which names no rules, matches, if they are surely at most `most`.
/// Those of `(foo|ba[rz])` are `foo`, `bar` and `baz`.
export function fewTexts(e: Expression, most: number): ReadonlySet<string> | undefined {
  switch (e.kind) {
    case "empty":
      return new Set([""]);
    case "nothing":
      return new Set();
    case "literal": {
      const text = utf8Decode(e.bytes);
      return text === undefined ? undefined : new Set([text]);
    }
    case "characters": {
      const out = new Set<string>();
      for (const [from, to] of e.ranges) {
        if (out.size + to - from >= most) return undefined;
        for (let c = from; c <= to; c++) out.add(String.fromCodePoint(c));
      }
      return out;
    }
    case "sequence":
      return e.items.reduce<ReadonlySet<string> | undefined>(
        (texts, item) => texts && followed(texts, fewTexts(item, most), most),
        new Set([""]),
      );
    case "choice": {
      const out = new Set<string>();
      for (const item of e.items) {
        const texts = fewTexts(item, most);
        if (texts === undefined) return undefined;
        for (const text of texts) out.add(text);
        if (out.size > most) return undefined;
      }
      return out;
    }
    case "repeat": {
      const item = e.max !== undefined && e.max <= most ? fewTexts(e.item, most) : undefined;
      if (item === undefined) return undefined;
      let texts: ReadonlySet<string> = new Set([""]);
      const out = new Set<string>();
      for (let round = 0; ; round++) {
        if (round >= e.min) for (const text of texts) out.add(text);
        if (out.size > most) return undefined;
        if (round === e.max) return out;
        const longer = followed(texts, item, most);
        if (longer === undefined) return undefined;
        texts = longer;
      }
    }
    case "intersection":
    case "complement":
    case "bytes":
    case "rule":
    case "unordered":
    case "token":
      return undefined;
    default:
      return e satisfies never;
  }
}

function followed(
  heads: ReadonlySet<string>,
  tails: ReadonlySet<string> | undefined,
  most: number,
): ReadonlySet<string> | undefined {
  if (tails === undefined || heads.size * tails.size > most) return undefined;
  const out = new Set<string>();
  for (const head of heads) for (const tail of tails) out.add(head + tail);
  return out;
}
