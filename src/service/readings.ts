import { describeByteSet } from "../base/byte-set.ts";
import type { RuleFrame, RulePlace, RuleStack } from "../engine/index.ts";
import type { ExploredRule, ExploredStack } from "./explore-api.ts";

/// What may come in a rule is named up to so many entries.
const MAX_NEXT = 8;

/// Readings of a text for people. An engine has one for every place in a rule where the text may be: those
/// inside of the same rules are one reading, which goes on as any of them does.
export function readings(stacks: readonly RuleStack[]): ExploredStack[] {
  const distinct = new Map<string, { stack: RuleStack; places: (RulePlace | undefined)[] }>();
  for (const stack of stacks) {
    const [innermost] = stack.rules;
    if (!innermost) continue;
    const key = JSON.stringify(stack.rules.map(({ name, span }) => [name, span?.from]));
    const known = distinct.get(key);
    if (known) known.places.push(innermost.place);
    else distinct.set(key, { stack, places: [innermost.place] });
  }
  return [...distinct.values()].map(({ stack: { rules, isMerged, isCut }, places }) => ({
    rules: rules.map((frame, i) => describe(frame, i === 0 ? places : [frame.place])),
    isMerged,
    isCut,
  }));
}

function describe({ name, span }: RuleFrame, places: readonly (RulePlace | undefined)[]): ExploredRule {
  const bytes = new Uint32Array(8);
  const calls = new Set<string>();
  let mayEnd = false;
  for (const place of places) {
    place?.bytes.forEach((word, i) => {
      bytes[i]! |= word;
    });
    for (const call of place?.calls ?? []) calls.add(call.name);
    mayEnd ||= place?.mayEnd === true;
  }
  return {
    name,
    ...(span && { span }),
    next: describeByteSet(bytes, MAX_NEXT),
    calls: [...calls].slice(0, MAX_NEXT),
    mayEnd,
  };
}
