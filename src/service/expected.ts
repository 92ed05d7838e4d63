import { describeByteSet } from "../base/byte-set.ts";
import { completeUtf8Length, utf8DecodeLossy } from "../base/bytes.ts";
import { type Diagnostic, InputError } from "../base/diagnostic.ts";
import type { Matcher } from "../engine/index.ts";
import type { Violation } from "./api.ts";

/// What `matcher` would take next, for a message. A forced string is named whole.
export function describeExpected(matcher: Matcher): string[] {
  const forced = matcher.forcedBytes();
  const text = utf8DecodeLossy(forced.subarray(0, completeUtf8Length(forced)));
  const expected = text.length > 1 ? [JSON.stringify(text)] : describeByteSet(matcher.allowedBytes());
  if (matcher.isAccepting()) expected.push("end of text");
  return expected;
}

/// Feeds `bytes` and says where they leave the grammar, or `undefined` if they do not.
/// The matcher keeps what it took.
export function findViolation(matcher: Matcher, bytes: Uint8Array): Violation | undefined {
  const taken = matcher.acceptBytes(bytes);
  if (taken === bytes.length) return undefined;
  return violationAt(matcher, bytes, taken);
}

export function violationAt(matcher: Matcher, bytes: Uint8Array, byteOffset: number): Violation {
  const whole = completeUtf8Length(bytes.subarray(0, byteOffset));
  return {
    byteOffset,
    offset: utf8DecodeLossy(bytes.subarray(0, whole)).length,
    expected: describeExpected(matcher),
  };
}

/// Feeds a prefix that must fit. Throws the `InputError` `prefix-violates-grammar` where it does not.
export function takePrefix(matcher: Matcher, prefix: Uint8Array): void {
  const violation = findViolation(matcher, prefix);
  if (violation) throw new InputError(prefixViolation(violation));
}

/// The violation of a prefix as bad input.
function prefixViolation({ byteOffset, expected }: Violation): Diagnostic {
  return {
    code: "prefix-violates-grammar",
    severity: "error",
    message: `The prefix leaves the grammar at byte ${byteOffset}; expected ${expected.join(" or ")}.`,
    location: { kind: "byte", byteOffset },
    hint: "Correct the text there, or choose another grammar.",
  };
}
