import type { Random } from "../../src/decoding/random.ts";
import { below, chance, pick, times } from "./pick.ts";
import { someText, type TextMaterial } from "./texts.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const NAMES = ["a", "b", "name", "x-y", "é", "", "$ref", "__proto__", 'q"', "constructor", "type"];
const TYPES = ["object", "array", "string", "number", "integer", "boolean", "null"];
const FORMATS =
  "date-time date time duration email hostname ipv4 ipv6 uri uri-reference uuid json-pointer regex iri x";
const PATTERNS = [
  "^a+$",
  "b",
  "^[a-z]{2,5}$",
  "^(?!x).*",
  "(",
  "\\d{3}",
  "^\\p{L}*$",
  "[^\\n]{0,300}",
  "^(a|a)*$",
];
const REFERENCES = [
  "#",
  "#/$defs/a",
  "#/definitions/b",
  "#/properties/a",
  "#a",
  "http://x/y",
  "#/%25~1",
  "a",
  "#/$defs/c",
];
const NUMBERS = [0, 1, 2, 3, 10, 255, 1000, 1e6, 2147483648, 1e21, -1, -7, 0.1, 0.01, 2.5, 1e-7, -0];

type Make = (random: Random, depth: number) => Json;

const schema: Make = (random, depth) => someSchema(random, depth - 1);
const schemas: Make = (random, depth) => times(1 + below(random, 3), () => someSchema(random, depth - 1));
const members: Make = (random, depth) =>
  Object.fromEntries(times(below(random, 4), () => [pick(random, NAMES), someSchema(random, depth - 1)]));
const patterns: Make = (random, depth) =>
  Object.fromEntries(
    times(1 + below(random, 2), () => [pick(random, PATTERNS), someSchema(random, depth - 1)]),
  );
const names: Make = (random) => times(below(random, 4), () => pick(random, NAMES));
const number: Make = (random) => pick(random, NUMBERS);
const count: Make = (random) => pick(random, [0, 1, 2, 3, 5, 10, 100, 5000]);
const value: Make = (random, depth) => someValue(random, depth);
const flag: Make = (random) => chance(random, 0.5);

const KEYWORDS: Readonly<Record<string, Make>> = {
  type: (random) =>
    chance(random, 0.7) ? pick(random, TYPES) : times(1 + below(random, 3), () => pick(random, TYPES)),
  properties: members,
  required: names,
  additionalProperties: schema,
  patternProperties: patterns,
  propertyNames: schema,
  minProperties: count,
  maxProperties: count,
  items: (random, depth) => (chance(random, 0.8) ? schema(random, depth) : schemas(random, depth)),
  prefixItems: schemas,
  additionalItems: schema,
  contains: schema,
  minContains: count,
  maxContains: count,
  minItems: count,
  maxItems: count,
  uniqueItems: flag,
  enum: (random, depth) => times(below(random, 4), () => someValue(random, depth)),
  const: value,
  minimum: number,
  maximum: number,
  exclusiveMinimum: (random) => (chance(random, 0.2) ? true : pick(random, NUMBERS)),
  exclusiveMaximum: number,
  multipleOf: number,
  minLength: count,
  maxLength: count,
  pattern: (random) => pick(random, PATTERNS),
  format: (random) => pick(random, FORMATS.split(" ")),
  anyOf: schemas,
  oneOf: schemas,
  allOf: schemas,
  not: schema,
  if: schema,
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
  then: schema,
  else: schema,
  dependentRequired: (random) => ({ [pick(random, NAMES)]: names(random, 0) }),
  dependentSchemas: members,
  dependencies: members,
  unevaluatedProperties: schema,
  unevaluatedItems: schema,
  $ref: (random) => pick(random, REFERENCES),
  $dynamicRef: (random) => pick(random, REFERENCES),
  $id: (random) => pick(random, ["http://x/y", "z", "#a", ""]),
  $anchor: (random) => pick(random, ["a", "b"]),
  $dynamicAnchor: (random) => pick(random, ["a", "b"]),
  $defs: members,
  definitions: members,
  $schema: (random) =>
    pick(random, ["http://json-schema.org/draft-04/schema#", "https://json-schema.org/draft/2020-12/schema"]),
  title: value,
  nullable: flag,
  wxyz: value,
};
const KEYWORD_NAMES = Object.keys(KEYWORDS);

function someSchema(random: Random, depth: number): Json {
  if (chance(random, 0.07)) return chance(random, 0.6);
  if (depth <= 0) return { type: pick(random, TYPES) };
  const out: Record<string, Json> = {};
  const count = 1 + below(random, 5);
  for (let i = 0; i < count; i++) {
    // Common keywords come more often: most of them start the list.
    const keyword = chance(random, 0.3)
      ? pick(random, KEYWORD_NAMES.slice(0, 4))
      : pick(random, KEYWORD_NAMES);
    // Now and then the value is of some other kind than the keyword takes.
    const made = chance(random, 0.04) ? someValue(random, depth) : KEYWORDS[keyword]!(random, depth);
    Object.defineProperty(out, keyword, { value: made, enumerable: true, configurable: true });
  }
  return out;
}

function someValue(random: Random, depth: number): Json {
  switch (below(random, depth > 0 ? 7 : 4)) {
    case 0:
      return pick(random, [null, true, false]);
    case 1:
      return pick(random, NUMBERS);
    case 2:
    case 3:
      return pick(random, [...NAMES, "\u0000\n", "\ud83d\ude00", "ab".repeat(20), "\ud800"]);
    case 4:
      return times(below(random, 3), () => someValue(random, depth - 1));
    default:
      return Object.fromEntries(
        times(below(random, 3), () => [pick(random, NAMES), someValue(random, depth - 1)]),
      );
  }
}

const MATERIAL: TextMaterial = {
  texts: [
    '{"type":"object","properties":{"id":{"type":"integer","minimum":1},"tags":{"type":"array","items":{"type":"string","maxLength":20},"minItems":1}},"required":["id"],"additionalProperties":false}',
    '{"$defs":{"node":{"type":"object","properties":{"value":{"type":"number"},"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["value"]}},"$ref":"#/$defs/node"}',
    '{"oneOf":[{"const":"a"},{"type":"string","pattern":"^b+$"},{"enum":[1,2.50,null,{"x":[]}]}]}',
    '{"type":"string","format":"date-time","minLength":3}',
    '{"if":{"properties":{"k":{"const":1}}},"then":{"required":["a"]},"else":{"not":{"required":["b"]}}}',
  ],
  pieces: [
    ...'{ } [ ] , : " \\ true false null 0 -1 1.5 1e9 \\u0041 // /*'.split(" "),
    ...KEYWORD_NAMES.map((name) => `"${name}":`),
    ...TYPES.map((name) => `"${name}"`),
    '"#"',
    " ",
    "\n",
    "\ud800",
  ],
};

/// A schema's text: mostly a random schema, sometimes a text that is hardly JSON.
export function someSchemaText(random: Random): string {
  if (chance(random, 0.25)) return someText(random, MATERIAL);
  return JSON.stringify(someSchema(random, 1 + below(random, 4)), undefined, chance(random, 0.1) ? 1 : 0);
}
