import type { Random } from "../../src/decoding/random.ts";
import { below, chance, pick, times } from "./pick.ts";

/// Longest text that is made: what a front end makes of more is for the hostile suite.
const MAX_LENGTH = 4000;

/// What texts of one notation are made from.
export interface TextMaterial {
  /// Texts that are right.
  readonly texts: readonly string[];
  /// What has a meaning in the notation.
  readonly pieces: readonly string[];
}

/// A text somewhere between right and noise: a right one with some edits, two of them spliced, a
/// soup of the notation's pieces, or bytes read as text.
export function someText(random: Random, material: TextMaterial): string {
  const { texts, pieces } = material;
  const kind = random.next();
  if (kind < 0.6) return mutated(random, pick(random, texts), pieces);
  if (kind < 0.7) return mutated(random, spliced(random, pick(random, texts), pick(random, texts)), pieces);
  if (kind < 0.92) return soup(random, pieces);
  return noise(random);
}

function mutated(random: Random, text: string, pieces: readonly string[]): string {
  let out = text;
  const edits = 1 + below(random, chance(random, 0.8) ? 4 : 30);
  for (let i = 0; i < edits; i++) out = edited(random, out, pieces).slice(0, MAX_LENGTH);
  return out;
}

function edited(random: Random, text: string, pieces: readonly string[]): string {
  const at = below(random, text.length + 1);
  const length = below(random, chance(random, 0.7) ? 4 : 60);
  const [before, cut, after] = [text.slice(0, at), text.slice(at, at + length), text.slice(at + length)];
  switch (below(random, 7)) {
    case 0:
      return before + after;
    case 1:
      return before + pick(random, pieces) + text.slice(at);
    case 2:
      return before + pick(random, pieces) + after;
    case 3:
      return before + cut.repeat(1 + below(random, 20)) + after;
    case 4: {
      const to = below(random, text.length + 1);
      return before + text.slice(to, to + length) + text.slice(at);
    }
    case 5:
      // A number in the text becomes another.
      return text.replace(/\d+/g, (digits) => (chance(random, 0.3) ? someNumber(random) : digits));
    default:
      return before + String.fromCharCode(below(random, chance(random, 0.7) ? 128 : 65536)) + text.slice(at);
  }
}

function someNumber(random: Random): string {
  return pick(random, [
    "0",
    "1",
    "2",
    "7",
    "31",
    "255",
    "1000",
    "65536",
    "2147483647",
    "4294967296",
    "1e400",
  ]);
}

function spliced(random: Random, a: string, b: string): string {
  return a.slice(0, below(random, a.length + 1)) + b.slice(below(random, b.length + 1));
}

function soup(random: Random, pieces: readonly string[]): string {
  return times(1 + below(random, 60), () => pick(random, pieces)).join("");
}

function noise(random: Random): string {
  const length = below(random, 200);
  const text = times(length, () => String.fromCharCode(below(random, 256))).join("");
  return chance(random, 0.5) ? text : Buffer.from(text, "latin1").toString("utf8");
}
