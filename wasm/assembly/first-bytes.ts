// First bytes of remainders, in kinds. A caller can go on only with some of them: what follows a name is
// white space or punctuation, and `oo(` behind the f of `foo(` is never asked for. So a precheck keeps the
// remainders of those kinds that some caller asked for.

import { Config } from "./configuration";

const enum Kind {
  Lower = 1,
  Upper = 2,
  Digit = 4,
  /// With the controls.
  Space = 8,
  Punctuation = 16,
  /// Not ASCII.
  High = 32,
}

/// What follows most rules.
export const USUAL_KINDS: u32 = Kind.Space | Kind.Punctuation;

const LETTERS: u32 = 0x07fffffe;
const DIGITS: u32 = 0x03ff0000;

const kinds = memory.data(256);

export function firstBytesInit(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    const bit: u32 = 1 << (byte & 31);
    let kind: u32 = Kind.High;
    if (byte < 0x80) {
      const word = byte >>> 5;
      if (word === 0 || byte === 0x20 || byte === 0x7f) kind = Kind.Space;
      else if (word === 1) kind = bit & DIGITS ? Kind.Digit : Kind.Punctuation;
      else if ((bit & LETTERS) === 0) kind = Kind.Punctuation;
      else kind = word === 2 ? Kind.Upper : Kind.Lower;
    }
    store<u8>(<u32>kinds + byte, kind);
  }
}

export function kindOf(byte: u32): u32 {
  return load<u8>(<u32>kinds + byte);
}

/// The kinds of the bytes that `config` takes. White space comes with punctuation: what one caller
/// forbids, the next one does not.
export function kindsTaken(config: u32): u32 {
  const live = config + Config.Live;
  const ascii1 = load<u32>(live, 4);
  const ascii2 = load<u32>(live, 8);
  const ascii3 = load<u32>(live, 12);
  let all: u32 = 0;
  if (ascii3 & LETTERS) all |= Kind.Lower;
  if (ascii2 & LETTERS) all |= Kind.Upper;
  if (ascii1 & DIGITS) all |= Kind.Digit;
  if ((ascii1 & ~(DIGITS | 1)) | (ascii2 & ~LETTERS) | (ascii3 & 0x78000001)) all |= USUAL_KINDS;
  if (load<u32>(live) | (ascii1 & 1) | (ascii3 & 0x80000000)) all |= Kind.Space;
  if (load<u64>(live, 16) | load<u64>(live, 24)) all |= Kind.High;
  return all;
}
