import type { SchemaReport } from "../json-schema/report.ts";
import type { Dispatch, Text, TextTag } from "./format.ts";
import { placeName } from "./read-format.ts";

/// Which tags each trigger leads to. Errors: a tag that no trigger leads to, a trigger without tags.
/// Warnings: a string twice, a trigger behind another one, tags that begin alike.
export function matchTriggers(format: Dispatch, report: SchemaReport): ReadonlyMap<Text, readonly TextTag[]> {
  const triggers = once(format.triggers, "trigger", report);
  const known = new Map(triggers.map((trigger) => [trigger.value, trigger]));
  const lengths = [...new Set(triggers.map(({ value }) => value.length))].sort((a, b) => a - b);
  const out = new Map<Text, TextTag[]>(triggers.map((trigger) => [trigger, []]));
  for (const tag of format.tags) {
    const { value } = tag.begin;
    // The shortest one comes first in any text; what is longer would never be looked at.
    const at = lengths.find((length) => length <= value.length && known.has(value.slice(0, length)));
    if (at !== undefined) {
      out.get(known.get(value.slice(0, at))!)!.push(tag);
      continue;
    }
    report.error(
      "structural-tag-no-trigger",
      tag.begin.node,
      `no trigger begins ${JSON.stringify(value)}, so free text never leads to this tag`,
      "add a trigger that it begins with",
    );
  }
  for (const [trigger, tags] of out) if (tags.length === 0) reportIdle(trigger, triggers, report);
  reportOverlaps(format.tags, report);
  return out;
}

/// A trigger that leads to no tag: another one comes before it, or no tag begins with it.
function reportIdle(trigger: Text, triggers: readonly Text[], report: SchemaReport): void {
  const before = triggers.find((other) => other !== trigger && trigger.value.startsWith(other.value));
  if (before !== undefined)
    report.warning(
      "structural-tag-hidden-trigger",
      trigger.node,
      `${JSON.stringify(trigger.value)} never comes into play: the trigger ${JSON.stringify(before.value)} begins it`,
      "remove one of them",
    );
  else
    report.error(
      "structural-tag-unused-trigger",
      trigger.node,
      `no tag begins with the trigger ${JSON.stringify(trigger.value)}`,
      'remove it, or forbid the text with "excludes"',
    );
}

/// The texts without repetitions, which are warned of.
export function once(texts: readonly Text[], what: string, report: SchemaReport): Text[] {
  const seen = new Map<string, Text>();
  for (const text of texts) {
    const before = seen.get(text.value);
    if (before === undefined) seen.set(text.value, text);
    else
      report.warning(
        "structural-tag-repeated",
        text.node,
        `the ${what} ${JSON.stringify(text.value)} is there twice, first at ${placeName(before.node)}`,
        "remove one of them",
      );
  }
  return [...seen.values()];
}

/// Tags of which one's beginning begins another's: both readings of a text are kept.
export function reportOverlaps(tags: readonly TextTag[], report: SchemaReport): void {
  const sorted = [...tags].sort((a, b) => (a.begin.value < b.begin.value ? -1 : 1));
  // In this order what a text begins comes right behind it.
  const open: TextTag[] = [];
  for (const tag of sorted) {
    while (open.length > 0 && !tag.begin.value.startsWith(open.at(-1)!.begin.value)) open.pop();
    const before = open.at(-1);
    if (before !== undefined && before.begin.value !== "")
      report.warning(
        "structural-tag-overlapping-begins",
        tag.begin.node,
        `${JSON.stringify(tag.begin.value)} begins like the whole beginning of the tag at ${placeName(before.node)}`,
        "give them different beginnings, or a text may be read either way",
      );
    open.push(tag);
  }
}
