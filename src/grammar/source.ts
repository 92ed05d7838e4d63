/// How JSON text may be laid out under a schema.
export type JsonWhitespace =
  /// No white space outside strings: `{"a":1,"b":[2,3]}`.
  | "compact"
  /// Any JSON white space between tokens.
  | "flexible"
  /// `", "` and `": "`, one line (Python's `json.dumps`, MaskBench).
  | "spaced";

/// A grammar as the user wrote it. `file` is where it came from, for diagnostics.
export type GrammarSource =
  | { readonly kind: "ebnf"; readonly text: string; readonly file?: string; readonly rootRule?: string }
  | { readonly kind: "gbnf"; readonly text: string; readonly file?: string; readonly rootRule?: string }
  | { readonly kind: "lark"; readonly text: string; readonly file?: string; readonly rootRule?: string }
  /// An ECMA-262 regular expression that the whole text must match.
  | { readonly kind: "regex"; readonly text: string; readonly file?: string }
  | {
      readonly kind: "json-schema";
      readonly text: string;
      readonly file?: string;
      readonly whitespace?: JsonWhitespace;
      /// With "flexible": at most so many white-space characters between two JSON tokens (twice as many
      /// in an empty array or object). Absent: any number.
      readonly maxBlanks?: number;
      /// In which order members may be written. "schema" (the default): as the schema lists them, each
      /// once. "any": in any order; an optional one may then come twice, as JSON allows.
      readonly propertyOrder?: "schema" | "any";
      /// Keywords that need not be enforced: their errors become warnings.
      readonly lenient?: readonly string[];
      /// Allow a `$schema` member at the root, as editors do for documents.
      readonly allowSchemaMember?: boolean;
    }
  | {
      readonly kind: "structural-tag";
      readonly text: string;
      readonly file?: string;
      /// How the JSON inside of it may be laid out; "flexible" unless given, as models write it.
      readonly whitespace?: JsonWhitespace;
      readonly maxBlanks?: number;
      /// Keywords of its schemas that need not be enforced.
      readonly lenient?: readonly string[];
    };

export type GrammarKind = GrammarSource["kind"];
