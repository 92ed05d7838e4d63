import type { SchemaNode } from "../json-schema/document.ts";
import type { ParameterStyle } from "../json-schema/emit/parameters.ts";

/// A string of the structural tag.
export interface Text {
  readonly kind: "text";
  readonly value: string;
  readonly node: SchemaNode;
}

/// A token of the vocabulary, by its id or as it is spelled.
export interface TokenName {
  readonly kind: "token";
  readonly token: number | string;
  readonly node: SchemaNode;
}

export type GrammarSyntax = "ebnf" | "gbnf" | "lark";

/// What a structural tag is made of, as it was read; `node` is its place.
export type Format =
  | { readonly kind: "const-string"; readonly node: SchemaNode; readonly text: Text }
  /// `schema` is a schema, or a string that holds one.
  | {
      readonly kind: "json-schema";
      readonly node: SchemaNode;
      readonly schema: SchemaNode;
      readonly anyOrder: boolean;
      /// Absent: JSON.
      readonly style?: ParameterStyle;
      readonly maxBlanks?: number;
    }
  | {
      readonly kind: "grammar";
      readonly node: SchemaNode;
      readonly syntax: GrammarSyntax;
      readonly text: Text;
    }
  | { readonly kind: "regex"; readonly node: SchemaNode; readonly text: Text }
  | {
      readonly kind: "any-text";
      readonly node: SchemaNode;
      readonly excludes: readonly Text[];
      readonly maxChars?: number;
    }
  | { readonly kind: "sequence"; readonly node: SchemaNode; readonly elements: readonly Format[] }
  | { readonly kind: "or"; readonly node: SchemaNode; readonly elements: readonly Format[] }
  | {
      readonly kind: "repeat";
      readonly node: SchemaNode;
      readonly content: Format;
      readonly min: number;
      readonly max?: number;
    }
  | Tag
  | Dispatch
  | {
      readonly kind: "tags-with-separator";
      readonly node: SchemaNode;
      readonly tags: readonly Tag[];
      readonly separator: Text;
      readonly atLeastOne: boolean;
      readonly stopAfterFirst: boolean;
    }
  /// One token: this one, or any but these.
  | { readonly kind: "one-token"; readonly node: SchemaNode; readonly token: TokenName }
  | {
      readonly kind: "other-token";
      readonly node: SchemaNode;
      readonly excludes: readonly TokenName[];
    }
  | TokenDispatch;

/// `begin`, the content, and one of `end`.
export interface Tag {
  readonly kind: "tag";
  readonly node: SchemaNode;
  readonly begin: Text | TokenName;
  readonly content: Format;
  readonly end: readonly Text[] | TokenName;
}

/// Free text, in which each trigger begins one of the tags. `beginOf` of the tags are texts.
export interface Dispatch {
  readonly kind: "dispatch";
  readonly node: SchemaNode;
  readonly triggers: readonly Text[];
  readonly tags: readonly TextTag[];
  readonly atLeastOne: boolean;
  readonly stopAfterFirst: boolean;
  readonly excludes: readonly Text[];
}

export type TextTag = Tag & { readonly begin: Text };
export type TokenTag = Tag & { readonly begin: TokenName };

/// Free tokens, among which each trigger begins one of the tags.
export interface TokenDispatch {
  readonly kind: "token-dispatch";
  readonly node: SchemaNode;
  readonly triggers: readonly TokenName[];
  readonly tags: readonly TokenTag[];
  readonly atLeastOne: boolean;
  readonly stopAfterFirst: boolean;
  readonly excludes: readonly TokenName[];
}
