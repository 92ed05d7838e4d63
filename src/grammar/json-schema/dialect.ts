import { member, type SchemaNode } from "./document.ts";

/// Drafts of JSON Schema in their order: 4 … 7, then 2019-09 and 2020-12.
export type Dialect = 4 | 6 | 7 | 2019 | 2020;

/// Keywords that drafts after 4 brought.
const SINCE: Readonly<Record<string, Dialect>> = {
  const: 6,
  contains: 6,
  propertyNames: 6,
  if: 7,
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: 7,
  else: 7,
  dependentRequired: 2019,
  dependentSchemas: 2019,
  unevaluatedItems: 2019,
  unevaluatedProperties: 2019,
  minContains: 2019,
  maxContains: 2019,
  $recursiveRef: 2019,
  prefixItems: 2020,
  $dynamicRef: 2020,
};

/// What `$schema` of the document says; the latest if it says nothing known.
export function dialectOf(root: SchemaNode): Dialect {
  const uri = member(root, "$schema")?.value;
  const match = typeof uri === "string" ? /\bdraft-0([1-7])\b|\bdraft\/(2019-09)\b/.exec(uri) : undefined;
  if (!match) return 2020;
  if (match[2] !== undefined) return 2019;
  const draft = Number(match[1]);
  return draft >= 7 ? 7 : draft === 6 ? 6 : 4;
}

/// In drafts up to 7 nothing beside a `$ref` counts.
export function refStandsAlone(dialect: Dialect): boolean {
  return dialect <= 7;
}

/// Whether the keyword means something in the draft. Of 5 and earlier ones than 4, what 4 says counts.
export function knows(dialect: Dialect, keyword: string): boolean {
  return !Object.hasOwn(SINCE, keyword) || dialect >= SINCE[keyword]!;
}
