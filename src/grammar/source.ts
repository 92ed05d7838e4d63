import type { Span } from "../base/span.ts";

/// How JSON text may be laid out under a schema.
export type JsonWhitespace =
  /// No white space outside strings: `{"a":1,"b":[2,3]}`.
  | "compact"
  /// Any JSON white space between tokens.
  | "flexible"
  /// `", "` and `": "`, one line (Python's `json.dumps`, MaskBench).
  | "spaced"
  /// A line for each member and element, indented by its depth, as `JSON.stringify(value, null, indent)`
  /// writes it. A line feed may end the document.
  | "indent";

/// How the characters of JSON strings, keys included, may be written.
export type JsonEscapes =
  /// As JSON allows: as themselves, by a short escape, or as `\uXXXX`; but printable ASCII characters as
  /// themselves where a schema looks at them.
  | "any"
  /// In one way, that of `JSON.stringify`: escapes only where JSON asks for them, the short one if there is
  /// one, and lower-case digits.
  | "needed"
  /// In one way, that of Python's `json.dumps`: the same, but DEL and everything beyond ASCII as `\uxxxx`,
  /// characters beyond U+FFFF as two of them.
  | "ascii";

/// How JSON is written, whatever it says.
export interface JsonStyle {
  /// "compact" under a schema and "flexible" in a structural tag, unless given.
  readonly whitespace?: JsonWhitespace;
  /// With "flexible": at most so many white-space characters between two JSON tokens (twice as many
  /// in an empty array or object). Absent: any number.
  readonly maxBlanks?: number;
  /// With "indent": spaces a level, from 1 to 16, or one tab. 2 unless given.
  readonly indent?: number | "tab";
  /// With "indent": how deep values are indented, from 1 to 256; 32 unless given. What lies deeper stands on
  /// one line, as with "spaced": a grammar without such a bound cannot hold lines to one indentation.
  readonly indentDepth?: number;
  /// "any" unless given.
  readonly escapes?: JsonEscapes;
}

/// A grammar as the user wrote it. `file` is where it came from, for diagnostics.
export type GrammarSource =
  | { readonly kind: "ebnf"; readonly text: string; readonly file?: string; readonly rootRule?: string }
  | { readonly kind: "gbnf"; readonly text: string; readonly file?: string; readonly rootRule?: string }
  | { readonly kind: "lark"; readonly text: string; readonly file?: string; readonly rootRule?: string }
  /// An ECMA-262 regular expression that the whole text must match.
  | { readonly kind: "regex"; readonly text: string; readonly file?: string }
  | (JsonStyle & {
      readonly kind: "json-schema";
      readonly text: string;
      readonly file?: string;
      /// In which order members may be written. "schema" (the default): as the schema lists them, each
      /// once. "any": in any order, each once; for engines that do not take `unordered` expressions
      /// (`parseSource`) an optional one may come twice, and many required ones keep to an order.
      readonly propertyOrder?: "schema" | "any";
      /// Keywords that need not be enforced: their errors become warnings.
      readonly lenient?: readonly string[];
      /// Allow a `$schema` member at the root, as editors do for documents.
      readonly allowSchemaMember?: boolean;
    })
  | (JsonStyle & {
      readonly kind: "structural-tag";
      readonly text: string;
      readonly file?: string;
      /// Keywords of its schemas that need not be enforced.
      readonly lenient?: readonly string[];
      /// What the text was made from, which is then what `file` names. Absent: the text is the file's own.
      readonly madeFrom?: TextOrigin;
    });

/// A JSON value in a file.
export interface FilePlace {
  readonly pointer: string;
  readonly span: Span;
}

/// Where the parts of a text that was made from a file come from.
export interface TextOrigin {
  /// What has no part of its own comes from here.
  readonly whole: FilePlace;
  /// In the text's order, none within another.
  readonly parts: readonly TextPart[];
}

export interface TextPart {
  readonly span: Span;
  readonly from: FilePlace;
  /// A value in it that is, character by character, one of the file. `pointer` is its place in the text.
  readonly copied?: FilePlace & { readonly from: FilePlace };
}

export type GrammarKind = GrammarSource["kind"];
