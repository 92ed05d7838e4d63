import { characters, literal, repeat, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import type { JsonWhitespace } from "../../source.ts";

/// The texts between the values of a document.
export interface Layout {
  readonly openObject: Expression;
  readonly closeObject: Expression;
  readonly openArray: Expression;
  readonly closeArray: Expression;
  readonly comma: Expression;
  readonly colon: Expression;
  /// What may stand before and after the whole document; absent: nothing.
  readonly outside?: Expression;
}

export function layoutOf(whitespace: JsonWhitespace, maxBlanks: number | undefined): Layout {
  const [comma, colon] = whitespace === "spaced" ? [", ", ": "] : [",", ":"];
  const space = repeat(
    characters([
      [0x09, 0x0a],
      [0x0d, 0x0d],
      [0x20, 0x20],
    ]),
    0,
    maxBlanks,
  );
  const before = (text: string) =>
    whitespace === "flexible" ? sequence([space, literal(text)]) : literal(text);
  const after = (text: string) =>
    whitespace === "flexible" ? sequence([literal(text), space]) : literal(text);
  const around = (text: string) =>
    whitespace === "flexible" ? sequence([space, literal(text), space]) : literal(text);
  return {
    openObject: after("{"),
    closeObject: before("}"),
    openArray: after("["),
    closeArray: before("]"),
    comma: around(comma),
    colon: around(colon),
    ...(whitespace === "flexible" && { outside: space }),
  };
}
