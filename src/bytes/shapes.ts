/// What pre-tokenizers that are known to cut at words see of a text: two texts of one shape are cut at the
/// same places, wherever they stand (shapes.test.ts holds all patterns to it). Letters count by their case,
/// digits by their number, and other ASCII characters each for itself; of a long run, only that it is one.
///
/// `shapeOf("  total_Sum12")` is `"  x_Xx00"`.
export function shapeOf(text: string): string {
  // Behind an apostrophe some letters are a piece of their own.
  if (text.includes("'")) return text;
  let shape = "";
  let run = 0;
  let last = "";
  for (const character of text) {
    const kind = kindOf(character);
    if (kind !== last) {
      shape += countedRun(last, run);
      last = kind;
      run = 0;
    }
    run++;
  }
  return shape + countedRun(last, run);
}

/// Whether letters behind the text may count each for itself.
export function endsAtApostrophe(text: string): boolean {
  return /'.?$/su.test(text);
}

function countedRun(kind: string, run: number): string {
  switch (kind) {
    case "":
      return "";
    case "x":
    case "X":
      return kind;
    case "0":
      // Digits go in groups of three.
      return kind.repeat(run <= 3 ? run : ((run - 1) % 3) + 4);
    default:
      return kind.repeat(Math.min(run, 3));
  }
}

function kindOf(character: string): string {
  const code = character.codePointAt(0)!;
  if (code >= 0x61 && code <= 0x7a) return "x";
  if (code >= 0x41 && code <= 0x5a) return "X";
  if (code >= 0x30 && code <= 0x39) return "0";
  if (code < 0x80) return character;
  let kind = others.get(code);
  if (kind === undefined) {
    kind = otherKind(character, code);
    others.set(code, kind);
  }
  return kind;
}

const others = new Map<number, string>();

const CATEGORIES = [
  ...["Ll", "Lu", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No"],
  ...["Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp"],
].map((name) => [name, new RegExp(`^\\p{${name}}$`, "u")] as const);

// The ranges and characters that patterns name: see split-patterns.ts.
const RANGES: readonly (readonly [number, number])[] = [
  [0x4e00, 0x9fa5],
  [0x3040, 0x309f],
  [0x30a0, 0x30ff],
  [0x0800, 0x4e00],
  [0xac00, 0xd7ff],
];
const NAMED = "…。，、।۔،";

function otherKind(character: string, code: number): string {
  if (NAMED.includes(character)) return character;
  const category = CATEGORIES.find(([, pattern]) => pattern.test(character))?.[0] ?? "other";
  const space = /\p{White_Space}/u.test(character) ? "s" : "";
  const ranges = RANGES.map(([from, to], i) => (code >= from && code <= to ? i : "")).join("");
  return `<${category}${space}${ranges}>`;
}
