// First bytes of remainders, in kinds. A caller can go on only with some of them: what follows a name is
// white space or punctuation, and `oo(` behind the f of `foo(` is never asked for. So a precheck keeps the
// remainders of those kinds that some caller asked for.

import { Config } from "./configuration";
import { byteGroup, CHARACTERS, OTHERS } from "./trie";

const enum Kind {
  Lower = 1,
  Upper = 2,
  Digit = 4,
  /// With the controls but for line ends.
  Space = 8,
  /// But for quotes.
  Punctuation = 16,
  /// Not ASCII.
  High = 32,
  /// Many texts end at nothing but a quote, or a line's end.
  Quote = 64,
  Line = 128,
}

/// What follows most rules.
export const USUAL_KINDS: u32 = Kind.Space | Kind.Punctuation | Kind.Quote | Kind.Line;

const LETTERS: u32 = 0x07fffffe;
const DIGITS: u32 = 0x03ff0000;
const QUOTE: u32 = 4;
const LINES: u32 = 0x2400;

const kinds = memory.data(256);
/// Kind → the groups (trie.ts) of its bytes, as bits.
const groupsOfKind = memory.data(32, 16);

/// Once `trieSummaries` is done.
export function firstBytesInit(): void {
  memory.fill(groupsOfKind, 0, 32);
  for (let byte: u32 = 0; byte < 256; byte++) {
    const kind = kindFor(byte);
    store<u8>(<u32>kinds + byte, kind);
    let groups: u32 = 1 << byteGroup(byte);
    if (groups & (1 << OTHERS)) groups |= 1 << CHARACTERS;
    const at = <u32>groupsOfKind + ctz(kind) * 4;
    store<u32>(at, load<u32>(at) | groups);
  }
}

function kindFor(byte: u32): u32 {
  if (byte >= 0x80) return Kind.High;
  if (byte === 0x22) return Kind.Quote;
  if (byte === 0x0a || byte === 0x0d) return Kind.Line;
  const word = byte >>> 5;
  if (word === 0 || byte === 0x20 || byte === 0x7f) return Kind.Space;
  const bit: u32 = 1 << (byte & 31);
  if (word === 1) return bit & DIGITS ? Kind.Digit : Kind.Punctuation;
  if ((bit & LETTERS) === 0) return Kind.Punctuation;
  return word === 2 ? Kind.Upper : Kind.Lower;
}

export function kindOf(byte: u32): u32 {
  return load<u8>(<u32>kinds + byte);
}

/// The groups of bytes that have bytes of some of these kinds, as bits.
export function groupsOf(someKinds: u32): u32 {
  let all: u32 = 0;
  for (let left = someKinds; left !== 0; left &= left - 1) {
    all |= load<u32>(<u32>groupsOfKind + ctz(left) * 4);
  }
  return all;
}

/// The kinds of the bytes that `config` takes. White space comes with punctuation: what one caller
/// forbids, the next one does not.
export function kindsTaken(config: u32): u32 {
  const live = config + Config.Live;
  const ascii0 = load<u32>(live);
  const ascii1 = load<u32>(live, 4);
  const ascii2 = load<u32>(live, 8);
  const ascii3 = load<u32>(live, 12);
  let all: u32 = 0;
  if (ascii3 & LETTERS) all |= Kind.Lower;
  if (ascii2 & LETTERS) all |= Kind.Upper;
  if (ascii1 & DIGITS) all |= Kind.Digit;
  if (ascii1 & QUOTE) all |= Kind.Quote;
  if (ascii0 & LINES) all |= Kind.Line;
  if ((ascii1 & ~(DIGITS | QUOTE | 1)) | (ascii2 & ~LETTERS) | (ascii3 & 0x78000001)) all |= USUAL_KINDS;
  if ((ascii0 & ~LINES) | (ascii1 & 1) | (ascii3 & 0x80000000)) all |= Kind.Space | Kind.Line;
  if (load<u64>(live, 16) | load<u64>(live, 24)) all |= Kind.High;
  return all;
}
