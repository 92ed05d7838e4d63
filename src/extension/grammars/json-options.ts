import type { GrammarSource } from "../../grammar/index.ts";
import type { Settings } from "../settings.ts";

/// Whether JSON is text that people write and the engine reads, or text that the engine writes.
export type JsonUse = "read" | "write";

type SchemaOptions = Omit<Extract<GrammarSource, { kind: "json-schema" }>, "kind" | "text" | "file">;
type TagOptions = Omit<Extract<GrammarSource, { kind: "structural-tag" }>, "kind" | "text" | "file">;

/// How a schema is read. What is written may be tidier than what is read: without needless white space,
/// and in the order of the schema.
export function schemaOptions(settings: Settings, use: JsonUse): SchemaOptions {
  const style = settings.jsonStyle;
  const lenient = settings.lenientKeywords;
  if (use === "read")
    return { ...style, propertyOrder: settings.propertyOrder, lenient, allowSchemaMember: true };
  return { ...style, whitespace: style.whitespace === "flexible" ? "compact" : style.whitespace, lenient };
}

/// How the schemas of a structural tag are read.
export function tagOptions(settings: Settings): TagOptions {
  return { ...settings.jsonStyle, lenient: settings.lenientKeywords };
}
