import fc from "fast-check";
import { utf8Encode } from "../../src/base/bytes.ts";
import { choice, repeat, sequence } from "../../src/grammar/build.ts";
import type { CodePointRange, Expression, Grammar } from "../../src/grammar/ir.ts";

const RULES = 3;

/// Characters that random grammars and texts are made of: one byte to four, and two that need escapes.
const LETTERS = ["a", "b", '"', "\\", "é", "€", "😀"] as const;

const classes: readonly (readonly CodePointRange[])[] = [
  [[0x61, 0x62]],
  [[0x5c, 0x61]],
  [
    [0x22, 0x22],
    [0xe9, 0xe9],
  ],
  [
    [0x80, 0xd7ff],
    [0xe000, 0x10ffff],
  ],
  [
    [0, 0x60],
    [0x62, 0xd7ff],
    [0xe000, 0x10ffff],
  ],
];

const leaf = fc.oneof(
  fc
    .array(fc.constantFrom(...LETTERS), { maxLength: 3 })
    .map(
      (parts): Expression =>
        parts.length === 0 ? { kind: "empty" } : { kind: "literal", bytes: utf8Encode(parts.join("")) },
    ),
  fc.constantFrom(...classes).map((ranges): Expression => ({ kind: "characters", ranges })),
);

const bounds = fc.constantFrom<[number, number?]>([0, 1], [0], [1], [2], [2, 3], [0, 2], [1, 3]);

function expression(withRules: boolean): fc.Arbitrary<Expression> {
  return fc.letrec<{ e: Expression }>((tie) => ({
    e: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      ...(withRules ? [fc.nat({ max: RULES - 1 }).map((rule): Expression => ({ kind: "rule", rule }))] : []),
      fc.array(tie("e"), { minLength: 2, maxLength: 3 }).map((items) => sequence(items)),
      fc.array(tie("e"), { minLength: 2, maxLength: 3 }).map((items) => choice(items)),
      fc.tuple(tie("e"), bounds).map(([item, [min, max]]) => repeat(item, min, max)),
    ),
  })).e;
}

const setOperation = fc.oneof(
  fc
    .tuple(expression(false), expression(false))
    .map((items): Expression => ({ kind: "intersection", items })),
  expression(false).map((item): Expression => ({ kind: "complement", item })),
);

/// Small random grammars: recursive (left, right, hidden), ambiguous, nullable, with and without
/// sentences. With `sets`, one rule is an intersection or complement.
export function grammars(options: { readonly sets: boolean }): fc.Arbitrary<Grammar> {
  const rules = Array.from({ length: RULES }, () => expression(true));
  return fc.tuple(fc.tuple(...rules), setOperation).map(
    ([expressions, set]): Grammar => ({
      rules: expressions.map((e, i) => ({
        name: ["start", "a b", "1"][i]!,
        expression: options.sets && i === RULES - 1 ? set : e,
      })),
      rootRule: 0,
    }),
  );
}

export const texts: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...LETTERS), { maxLength: 6 })
  .map((parts) => parts.join(""));
