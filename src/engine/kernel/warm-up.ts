import {
  encode,
  encodePart,
  FIRST_UNORDERED,
  FIRST_VIRTUAL,
  lowerInSteps,
} from "../../grammar/automaton/index.ts";
import { parseSource } from "../../grammar/index.ts";

/// What most grammars have: a tool's parameters, of the kinds that are common.
const SCHEMA = {
  type: "object",
  properties: {
    name: { type: "string", minLength: 1, maxLength: 80 },
    id: { type: "string", pattern: "^[a-z][0-9]{4,8}$" },
    unit: { enum: ["one", "two"] },
    count: { type: "integer", minimum: 1, maximum: 500 },
    at: { anyOf: [{ type: "string", format: "date" }, { type: "null" }] },
    tags: { type: "array", items: { type: "string" }, maxItems: 8 },
    size: { type: "object", properties: { width: { type: "number" } }, additionalProperties: false },
    isLast: { type: "boolean" },
  },
  required: ["name"],
  additionalProperties: false,
};

let isWarm = false;

/// Runs what compiles grammars once, so that the first real one finds it compiled itself: in a process that
/// has just begun, that is most of what a small grammar takes.
export function warmUp(): void {
  if (isWarm) return;
  isWarm = true;
  const tags = ["first", "second"].map((name) => ({
    type: "tag",
    begin: `<call>{"name": "${name}", "arguments": `,
    content: { type: "json_schema", json_schema: SCHEMA },
    end: "}</call>",
  }));
  const format = { type: "triggered_tags", triggers: ["<call>"], tags };
  const text = JSON.stringify({ type: "structural_tag", format });
  const { grammar } = parseSource({ kind: "structural-tag", text }, "allowed", {}, true);
  if (grammar === undefined) throw new Error("the grammar to warm up with does not compile");
  const now = () => performance.now();
  const steps = lowerInSteps(grammar, { now, deadline: now() + 10_000, maxStates: 100_000 }, true);
  for (;;) {
    const { done, value } = steps.next();
    if (!done) continue;
    const encoded = encode(value, [])!;
    const from = {
      firstState: encoded.stateCount,
      firstVirtual: FIRST_VIRTUAL,
      firstUnordered: FIRST_UNORDERED,
    };
    for (const late of value.late?.rules ?? [])
      value.late!.lowered(late, (rule) => encodePart(value, encoded, late, rule, from));
    return;
  }
}
