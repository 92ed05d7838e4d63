import type { Diagnostic } from "../base/diagnostic.ts";
import { pointerOf, type SchemaNode } from "./json-schema/document.ts";
import { readTree } from "./json-schema/tree.ts";
import type { GrammarSource } from "./source.ts";

/// What is said of a span of a source, with the file it is in, and in JSON with its pointer.
export function placedInSource(source: GrammarSource, diagnostic: Diagnostic): Diagnostic {
  const { location } = diagnostic;
  if (location?.kind !== "text") return diagnostic;
  const { span } = location;
  const file = source.file === undefined ? {} : { file: source.file };
  // The text that a structural tag was made from is not at hand.
  const isOwn = source.kind === "structural-tag" ? source.madeFrom === undefined : true;
  const isJson = source.kind === "json-schema" || source.kind === "structural-tag";
  const pointer = isJson && isOwn ? pointerAt(source.text, span.from) : undefined;
  if (pointer === undefined) return { ...diagnostic, location: { ...location, ...file } };
  return { ...diagnostic, location: { kind: "json-pointer", ...file, pointer, span } };
}

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
