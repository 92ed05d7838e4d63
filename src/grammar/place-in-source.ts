import type { Diagnostic } from "../base/diagnostic.ts";
import { pointerOf, type SchemaNode } from "./json-schema/document.ts";
import { readTree } from "./json-schema/tree.ts";
import type { GrammarSource } from "./source.ts";

/// What is said of a source's grammar, with the file it is in, and in JSON with its pointer. That no text
/// matches the rules of a schema is that no value fulfils it.
export function placedInSource(source: GrammarSource, found: Diagnostic): Diagnostic {
  const isEmpty = source.kind === "json-schema" && found.code === "grammar-empty-language";
  const diagnostic = isEmpty ? { ...found, ...EMPTY_SCHEMA } : found;
  const { location } = diagnostic;
  if (location?.kind !== "text") return diagnostic;
  const { span } = location;
  const file = source.file === undefined ? {} : { file: source.file };
  // The text that a structural tag was made from is not at hand.
  const isJson =
    source.kind === "json-schema" || (source.kind === "structural-tag" && source.madeFrom === undefined);
  const pointer = isJson ? pointerAt(source.text, span.from) : undefined;
  if (pointer === undefined) return { ...diagnostic, location: { ...location, ...file } };
  return { ...diagnostic, location: { kind: "json-pointer", ...file, pointer, span } };
}

const EMPTY_SCHEMA = {
  code: "schema-empty",
  message: "no value fulfils this schema",
  hint: "its conditions contradict each other, or what it requires has no end: loosen one",
};

/// The innermost value around a place.
function pointerAt(text: string, offset: number): string | undefined {
  let at: SchemaNode | undefined = readTree(text).root;
  if (at === undefined) return undefined;
  for (;;) {
    const inner: SchemaNode | undefined = at.children?.find(
      (child) => child.offset <= offset && offset < child.offset + child.length,
    );
    if (inner === undefined) return pointerOf(at);
    at = inner;
  }
}
