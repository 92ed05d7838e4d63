import type { Random } from "../../src/decoding/random.ts";
import { below, chance, pick, times } from "./pick.ts";
import { someSchemaText } from "./schemas.ts";
import { someText, type TextMaterial } from "./texts.ts";

const TEXTS = ["", "<a>", "</a>", "<tool>", "<", "{", "}", "\n", "é", "<think>", "end"];

function someFormat(random: Random, depth: number): unknown {
  const inner = () => someFormat(random, depth - 1);
  const tag = () => ({ type: "tag", begin: pick(random, TEXTS), content: inner(), end: pick(random, TEXTS) });
  const list = (make: () => unknown) => times(below(random, 4), make);
  switch (below(random, depth > 0 ? 10 : 5)) {
    case 0:
      return { type: "const_string", value: pick(random, TEXTS) };
    case 1:
      return { type: "any_text" };
    case 2:
      return { type: "regex", pattern: pick(random, ["a+", "(", "[0-9]{2}", "^x$"]) };
    case 3:
      return { type: "grammar", grammar: pick(random, ['root ::= "a"', "root ::= b", 'root ::= "a" root?']) };
    case 4:
      return { type: "json_schema", json_schema: schemaValue(random) };
    case 5:
      return { type: "sequence", elements: list(inner) };
    case 6:
      return { type: "or", elements: list(inner) };
    case 7:
      return tag();
    case 8:
      return {
        type: "triggered_tags",
        triggers: list(() => pick(random, TEXTS)),
        tags: list(tag),
        at_least_one: chance(random, 0.5),
        stop_after_first: chance(random, 0.5),
      };
    default:
      return {
        type: "tags_with_separator",
        tags: list(tag),
        separator: pick(random, TEXTS),
        at_least_one: true,
      };
  }
}

function schemaValue(random: Random): unknown {
  try {
    return JSON.parse(someSchemaText(random)) as unknown;
  } catch {
    return "no schema";
  }
}

const MATERIAL: TextMaterial = {
  texts: [
    '{"type":"structural_tag","format":{"type":"triggered_tags","triggers":["<tool="],"tags":[{"begin":"<tool=a>","content":{"type":"json_schema","json_schema":{"type":"integer"}},"end":"</tool>"}],"at_least_one":false}}',
    '{"type":"structural_tag","format":{"type":"sequence","elements":[{"type":"any_text"},{"type":"const_string","value":"x"}]}}',
    '{"structures":[{"begin":"<f>","schema":{"type":"null"},"end":"</f>"}],"triggers":["<f"]}',
  ],
  pieces:
    '{ } [ ] , : "type" "format" "tags" "triggers" "begin" "end" "content" "any_text" "or" null 1 "x" <'.split(
      " ",
    ),
};

/// A structural tag's text: mostly of the right form.
export function someTagText(random: Random): string {
  if (chance(random, 0.3)) return someText(random, MATERIAL);
  return JSON.stringify({ type: "structural_tag", format: someFormat(random, 3) });
}
