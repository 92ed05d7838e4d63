import { characters, empty, literal, optional, repeat, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import type { JsonStyle } from "../../source.ts";

/// The texts around what an array or object holds.
export interface Brackets {
  readonly open: Expression;
  readonly close: Expression;
  /// One that holds nothing, if that is not `open` and `close`.
  readonly none?: Expression;
}

/// The texts between the values of a document, in values of one depth.
export interface Layout {
  readonly object: Brackets;
  readonly array: Brackets;
  readonly comma: Expression;
  readonly colon: Expression;
}

/// How a document is laid out.
export interface DocumentLayout {
  /// Depths from this one on are laid out alike; 0: all are.
  readonly levels: number;
  /// `depth` is the number of arrays and objects around a value, `levels` at most.
  at(depth: number): Layout;
  /// What may stand before and after the whole document; absent: nothing.
  readonly before?: Expression;
  readonly after?: Expression;
}

/// Levels that are indented unless told otherwise.
const INDENT_DEPTH = 32;

const MAX_INDENT_DEPTH = 256;
const MAX_INDENT = 16;

/// What is wrong with a style, and what to do; undefined: nothing.
export function problemOf(style: JsonStyle): readonly [message: string, hint: string] | undefined {
  const { indent = 2, indentDepth = INDENT_DEPTH, maxBlanks = 0 } = style;
  if (indent !== "tab" && !isWhole(indent, 1, MAX_INDENT))
    return ["JSON cannot be indented like that", `use 1 to ${MAX_INDENT} spaces a level, or a tab`];
  if (!isWhole(indentDepth, 1, MAX_INDENT_DEPTH))
    return [
      "JSON cannot be indented to that depth",
      `name a depth of indentation from 1 to ${MAX_INDENT_DEPTH}`,
    ];
  if (!isWhole(maxBlanks, 0, Number.MAX_SAFE_INTEGER))
    return ["white space cannot be bounded by that", "name a whole number of blanks, 0 or more"];
  return undefined;
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

export function layoutOf(style: JsonStyle): DocumentLayout {
  const { whitespace = "compact", indent = 2, indentDepth = INDENT_DEPTH } = style;
  switch (whitespace) {
    case "compact":
      return alike(onOneLine(",", ":"));
    case "spaced":
      return alike(onOneLine(", ", ": "));
    case "flexible":
      return flexible(style.maxBlanks);
    case "indent":
      return indented(indent === "tab" ? "\t" : " ".repeat(indent), indentDepth);
    default:
      throw new Error(`unknown white space ${whitespace satisfies never}`);
  }
}

function alike(layout: Layout): DocumentLayout {
  return { levels: 0, at: () => layout };
}

function onOneLine(comma: string, colon: string): Layout {
  return {
    object: { open: literal("{"), close: literal("}") },
    array: { open: literal("["), close: literal("]") },
    comma: literal(comma),
    colon: literal(colon),
  };
}

function flexible(maxBlanks: number | undefined): DocumentLayout {
  const space = repeat(
    characters([
      [0x09, 0x0a],
      [0x0d, 0x0d],
      [0x20, 0x20],
    ]),
    0,
    maxBlanks,
  );
  const before = (text: string) => sequence([space, literal(text)]);
  const after = (text: string) => sequence([literal(text), space]);
  const around = (text: string) => sequence([space, literal(text), space]);
  const layout: Layout = {
    object: { open: after("{"), close: before("}") },
    array: { open: after("["), close: before("]") },
    comma: around(","),
    colon: around(":"),
  };
  return { ...alike(layout), before: space, after: space };
}

function indented(unit: string, levels: number): DocumentLayout {
  const made: Layout[] = [];
  const line = (depth: number) => `\n${unit.repeat(depth)}`;
  const brackets = (open: string, close: string, depth: number): Brackets => ({
    open: literal(open + line(depth + 1)),
    close: literal(line(depth) + close),
    none: literal(open + close),
  });
  return {
    levels,
    at: (depth) => {
      made[depth] ??=
        depth === levels
          ? onOneLine(", ", ": ")
          : {
              object: brackets("{", "}", depth),
              array: brackets("[", "]", depth),
              comma: literal(`,${line(depth + 1)}`),
              colon: literal(": "),
            };
      return made[depth];
    },
    before: empty(),
    after: optional(literal("\n")),
  };
}
