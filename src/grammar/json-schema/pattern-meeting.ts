import type { Expression } from "../ir.ts";
import { patternTexts } from "./patterns.ts";

/// False if no text matches all patterns, as told by the first characters that anchored patterns ask
/// for. True if one may.
export function mayMeet(patterns: readonly string[]): boolean {
  if (patterns.length < 2) return true;
  const prefixes = patterns.map((pattern) => prefixOf(patternTexts(pattern).expression));
  return prefixes.every((a, i) =>
    prefixes.every((b, k) => {
      if (k <= i || a === undefined || b === undefined) return true;
      return a.text.startsWith(b.text)
        ? !(b.whole && a.text !== b.text)
        : b.text.startsWith(a.text) && !a.whole;
    }),
  );
}

interface FixedPrefix {
  readonly text: string;
  /// The text is all there is.
  readonly whole: boolean;
}

const known = new WeakMap<Expression, FixedPrefix>();

function prefixOf(e: Expression | undefined): FixedPrefix | undefined {
  if (e === undefined) return undefined;
  let prefix = known.get(e);
  if (prefix === undefined) {
    prefix = fixedPrefix(e)!;
    known.set(e, prefix);
  }
  return prefix;
}

function fixedPrefix(e: Expression | undefined): FixedPrefix | undefined {
  if (e === undefined) return undefined;
  const items = e.kind === "sequence" ? e.items : [e];
  let text = "";
  for (const item of items) {
    if (item.kind === "literal") text += Array.from(item.bytes, (b) => String.fromCharCode(b)).join("");
    else if (item.kind === "sequence") {
      const inner = fixedPrefix(item)!;
      text += inner.text;
      if (!inner.whole) return { text, whole: false };
    } else if (item.kind !== "empty") return { text, whole: false };
  }
  return { text, whole: true };
}
