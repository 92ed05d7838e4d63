import { characters, choice, literal, repeat, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import type { Conjunction } from "../conjunction.ts";
import type { StringSet } from "../string-set.ts";
import { Inexpressible } from "../value-set.ts";
import type { Emitter } from "./emitter.ts";
import type { Layout } from "./layout.ts";
import { ANY_TEXT, intersectionOf, textsOf } from "./string-texts.ts";

// The members of an object as some models write the arguments of a call: each between tags of its own, strings
// as they are, other values as JSON.

/// How a member is written: before its name, between name and value, and behind the value.
interface Tags {
  readonly open: string;
  /// Of strings, and of other values.
  readonly string: Expression;
  readonly other: Expression;
  readonly close: string;
}

const BLANKS = repeat(
  characters([
    [0x09, 0x0a],
    [0x0d, 0x0d],
    [0x20, 0x20],
  ]),
  0,
  undefined,
);

const same = (open: string, between: Expression, close: string): Tags => ({
  open,
  string: between,
  other: between,
  close,
});

const STYLES = {
  qwen_xml: same("<parameter=", literal(">"), "</parameter>"),
  minimax_xml: same('<parameter name="', literal('">'), "</parameter>"),
  glm_xml: same(
    "<arg_key>",
    sequence([literal("</arg_key>"), BLANKS, literal("<arg_value>")]),
    "</arg_value>",
  ),
  deepseek_xml: {
    open: '<｜DSML｜parameter name="',
    string: literal('" string="true">'),
    other: literal('" string="false">'),
    close: "</｜DSML｜parameter>",
  },
} as const satisfies Record<string, Tags>;

export type ParameterStyle = keyof typeof STYLES;
export const PARAMETER_STYLES = Object.keys(STYLES) as readonly ParameterStyle[];

/// Layout of an object written so: white space may stand around its members.
export function parameterLayout(json: Layout): Layout {
  return { ...json, object: { open: BLANKS, close: BLANKS }, comma: BLANKS };
}

// What the tags of a member are made of may not stand in its name.
const UNWRITABLE = /[<>"&\s]|^$/;

/// The name of a declared member. Throws `Inexpressible`.
export function parameterName(name: string): Expression {
  if (UNWRITABLE.test(name))
    throw new Inexpressible(`has a member ${JSON.stringify(name)}, which cannot be the name of a parameter`);
  return literal(name);
}

/// Names of members that are not declared.
export const ANY_PARAMETER_NAME: Expression = sequence([
  characters([
    [0x41, 0x5a],
    [0x5f, 0x5f],
    [0x61, 0x7a],
  ]),
  repeat(
    characters([
      [0x30, 0x39],
      [0x41, 0x5a],
      [0x5f, 0x5f],
      [0x61, 0x7a],
    ]),
    0,
    undefined,
  ),
]);

/// A member whose name is in `name` and whose value is in the conjunction.
export function parameter(
  emitter: Emitter,
  style: ParameterStyle,
  name: Expression,
  value: Conjunction,
): Expression {
  const { open, string, other, close }: Tags = STYLES[style];
  const strings = emitter.parameterValue(value, "strings", close);
  const others = emitter.parameterValue(value, "others", close);
  return sequence([
    literal(open),
    name,
    choice([
      sequence([string, strings, literal(close)]),
      sequence([other, BLANKS, others, BLANKS, literal(close)]),
    ]),
  ]);
}

/// The strings of a set as they stand before `close`, which none of them may hold. White space around a string
/// that is not just any does not count.
export function parameterText(set: StringSet, close: string): Expression {
  const texts = textsOf(set);
  const holds = sequence([ANY_TEXT, literal(close), ANY_TEXT]);
  const text = intersectionOf([texts, { kind: "complement", item: holds }]);
  return texts === ANY_TEXT
    ? { kind: "intersection", items: [ANY_TEXT, { kind: "complement", item: holds }] }
    : sequence([BLANKS, text, BLANKS]);
}
