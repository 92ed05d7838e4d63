import { utf8Encode } from "../../base/bytes.ts";
import { choice, empty, literal, repeat, sequence } from "../build.ts";
import type { Expression } from "../ir.ts";
import { type SchemaNode, spanOf } from "../json-schema/document.ts";
import type { SchemaReport } from "../json-schema/report.ts";
import { type RuleList, ruleName } from "../rule-list.ts";
import { type Branch, beginTree, oneOf } from "./begin-tree.ts";
import { anyText, boundedText } from "./bounded-text.ts";
import type { Embedder } from "./embed.ts";
import type { Dispatch, Format, Tag, Text, TextTag, TokenDispatch, TokenName } from "./format.ts";
import { Stops } from "./stops.ts";
import { matchTriggers, once, reportOverlaps } from "./triggers.ts";

type AnyText = Extract<Format, { kind: "any-text" }>;
type TagList = Extract<Format, { kind: "tags-with-separator" }>;

/// What the nearest tag around a format ends with: free text inside of it may not hold that.
interface Enclosing {
  readonly ends: readonly Text[];
  readonly endToken?: TokenName;
}

/// Writes formats as expressions.
export class Emitter {
  readonly #rules: RuleList;
  readonly #embedder: Embedder;
  readonly #report: SchemaReport;

  constructor(rules: RuleList, embedder: Embedder, report: SchemaReport) {
    this.#rules = rules;
    this.#embedder = embedder;
    this.#report = report;
  }

  /// The texts of a whole structural tag.
  whole(format: Format): Expression {
    return this.#texts(format, { ends: [] });
  }

  /// The texts of a format.
  #texts(format: Format, around: Enclosing): Expression {
    switch (format.kind) {
      case "const-string":
        return literal(format.text.value, spanOf(format.text.node));
      case "json-schema":
      case "grammar":
      case "regex":
        return this.#embedder.expression(format);
      case "any-text":
        return this.#anyText(format, around.ends, false);
      case "sequence":
        this.#warnOfOpenText(format.elements, around);
        return sequence(format.elements.map((element) => this.#texts(element, around)));
      case "or":
        return choice(format.elements.map((element) => this.#texts(element, around)));
      case "repeat":
        return repeat(this.#texts(format.content, around), format.min, format.max);
      case "tag":
        return sequence([this.#begin(format), this.#afterBegin(format)]);
      case "dispatch":
        return this.#dispatch(format, around.ends, false);
      case "tags-with-separator":
        return this.#tagList(format);
      case "one-token":
        return tokens([format.token], false, format.node);
      case "other-token":
        return otherTokens(format.excludes, around, format.node);
      case "token-dispatch":
        return this.#tokenDispatch(format, around);
      default:
        return format satisfies never;
    }
  }

  /// The texts of a format that ends in free text, up to and including the first of `ends`.
  #textsAndEnd(format: Format, ends: readonly Text[]): Expression {
    switch (format.kind) {
      case "any-text":
        return this.#anyText(format, ends, true);
      case "dispatch":
        return this.#dispatch(format, ends, true);
      case "sequence": {
        this.#warnOfOpenText(format.elements, { ends });
        const items = format.elements.slice(0, -1).map((element) => this.#texts(element, { ends }));
        return sequence([...items, this.#textsAndEnd(format.elements.at(-1)!, ends)]);
      }
      case "or":
        return choice(format.elements.map((element) => this.#textsAndEnd(element, ends)));
      case "repeat":
        if (format.max === 1) {
          const once = this.#textsAndEnd(format.content, ends);
          return format.min === 1 ? once : choice([once, oneOf(ends.map(({ value }) => value))]);
        }
        break;
      case "const-string":
      case "json-schema":
      case "grammar":
      case "regex":
      case "tag":
      case "tags-with-separator":
      case "one-token":
      case "other-token":
      case "token-dispatch":
        break;
      default:
        return format satisfies never;
    }
    return sequence([this.#texts(format, { ends }), oneOf(ends.map(({ value }) => value))]);
  }

  #anyText(format: AnyText, ends: readonly Text[], isEnded: boolean): Expression {
    const { excludes, maxChars, node } = format;
    if (maxChars !== undefined) {
      const texts = ends.map(({ value }) => value);
      const without = [...texts, ...excludes.map(({ value }) => value)];
      return boundedText(maxChars, without, isEnded ? texts : undefined);
    }
    const stops = new Stops(this.#report);
    stops.excludes(excludes);
    stops.ends(ends, isEnded);
    if (stops.size === 0) return anyText();
    const start = this.#rules.reserve("free-text", spanOf(node));
    stops.write(this.#rules, start, !isEnded, node);
    return { kind: "rule", rule: start };
  }

  #begin({ begin }: Tag): Expression {
    if (begin.kind === "token") return tokens([begin], false, begin.node);
    return literal(begin.value, spanOf(begin.node));
  }

  /// A tag's content and end.
  #afterBegin({ content, end }: Tag): Expression {
    if (!("length" in end)) {
      const texts = this.#texts(content, { ends: [], endToken: end });
      return sequence([texts, tokens([end], false, end.node)]);
    }
    const ends = once(end, "end", this.#report).filter(({ value }) => value !== "");
    const mayEndAnywhere = ends.length < end.length;
    if (ends.length > 0 && endsInFreeText(content)) {
      const ended = this.#textsAndEnd(content, ends);
      return mayEndAnywhere ? choice([ended, this.#texts(content, { ends })]) : ended;
    }
    const texts = end.map(({ value }) => value);
    return sequence([this.#texts(content, { ends }), oneOf(texts)]);
  }

  /// `isTwice`: they are written twice, so what comes after their beginnings is a rule.
  #branches(tags: readonly TextTag[], isTwice: boolean): Map<TextTag, Branch> {
    const branches = new Map<TextTag, Branch>();
    for (const tag of tags) {
      let next = this.#afterBegin(tag);
      if (isTwice) {
        const rule = this.#rules.define(ruleName(tag.begin.value), spanOf(tag.node), next);
        next = { kind: "rule", rule };
      }
      const bytes = utf8Encode(tag.begin.value);
      if (tag.content.kind === "json-schema") branches.set(tag, { bytes, next, late: this.#lateTag(tag) });
      else branches.set(tag, { bytes, next });
    }
    return branches;
  }

  #lateTag({ begin, node }: TextTag): (last: Expression) => Expression {
    return (last) => {
      const rule = this.#rules.defineLate(ruleName(begin.value), spanOf(node), last);
      return { kind: "rule", rule };
    };
  }

  /// Free text with tags. `isEnded`: up to and including one of `ends`.
  #dispatch(format: Dispatch, ends: readonly Text[], isEnded: boolean): Expression {
    const { tags, atLeastOne, stopAfterFirst, node } = format;
    const ofTrigger = matchTriggers(format, this.#report);
    const branches = this.#branches(tags, atLeastOne && !stopAfterFirst);
    const start = this.#rules.reserve("free-text", spanOf(node));
    const again: Expression = { kind: "rule", rule: start };
    const end = isEnded ? oneOf(ends.map(({ value }) => value)) : empty();
    const afterTag = stopAfterFirst ? end : again;
    const stops = new Stops(this.#report);
    for (const [trigger, list] of ofTrigger) {
      if (list.length === 0) continue;
      const skip = utf8Encode(trigger.value).length;
      const tree = beginTree(
        list.map((tag) => branches.get(tag)!),
        skip,
      );
      const name = `after-${ruleName(trigger.value)}`;
      // The tags are no part of the recursion of the text around them: what is done about that can be spared.
      const tag = this.#rules.define(`${name}-tag`, spanOf(trigger.node), tree);
      const after = sequence([{ kind: "rule", rule: tag }, afterTag]);
      const rule = this.#rules.define(name, spanOf(trigger.node), after);
      stops.trigger(trigger, { kind: "rule", rule });
    }
    stops.excludes(format.excludes);
    stops.ends(ends, isEnded);
    stops.write(this.#rules, start, !isEnded, node);
    return atLeastOne ? sequence([beginTree([...branches.values()], 0), afterTag]) : again;
  }

  #tagList(format: TagList): Expression {
    const { tags, separator, atLeastOne, stopAfterFirst } = format;
    const texts = tags.filter((tag): tag is TextTag => tag.begin.kind === "text");
    reportOverlaps(texts, this.#report);
    const others = tags.filter((tag) => tag.begin.kind === "token");
    const tag = choice([
      beginTree([...this.#branches(texts, false).values()], 0),
      ...others.map((other) => this.#texts(other, { ends: [] })),
    ]);
    const one = this.#rules.define("tag", spanOf(format.node), tag);
    const reference: Expression = { kind: "rule", rule: one };
    const more = repeat(sequence([literal(separator.value), reference]), 0, undefined);
    return repeat(stopAfterFirst ? reference : sequence([reference, more]), atLeastOne ? 1 : 0, 1);
  }

  #tokenDispatch(format: TokenDispatch, around: Enclosing): Expression {
    const { triggers, tags, excludes, atLeastOne, stopAfterFirst, node } = format;
    for (const tag of tags) {
      if (triggers.some(({ token }) => token === tag.begin.token)) continue;
      this.#report.error(
        "structural-tag-no-trigger",
        tag.begin.node,
        `${JSON.stringify(tag.begin.token)} is not among the trigger tokens, so free text never leads to this tag`,
        'add it to "trigger_tokens"',
      );
    }
    for (const trigger of triggers) {
      if (tags.some(({ begin }) => begin.token === trigger.token)) continue;
      this.#report.error(
        "structural-tag-unused-trigger",
        trigger.node,
        `no tag begins with the token ${JSON.stringify(trigger.token)}`,
        'remove it, or forbid the token with "exclude_tokens"',
      );
    }
    const free = otherTokens([...triggers, ...excludes], around, node);
    const tag = choice(tags.map((each) => this.#texts(each, around)));
    if (stopAfterFirst) return atLeastOne ? tag : sequence([repeat(free, 0, undefined), repeat(tag, 0, 1)]);
    const mixed = repeat(choice([free, tag]), 0, undefined);
    return atLeastOne ? sequence([tag, mixed]) : mixed;
  }

  /// Free text that nothing ends, before something else: it may swallow that.
  #warnOfOpenText(elements: readonly Format[], { ends }: Enclosing): void {
    for (const [i, element] of elements.slice(0, -1).entries()) {
      if (ends.length > 0 || !isUnbounded(element) || beginsWithToken(elements[i + 1]!)) continue;
      this.#report.warning(
        "structural-tag-open-text",
        element.node,
        "this free text may go on past the beginning of what follows it: nothing ends it",
        'list what it may not hold in "excludes", or put it into a tag with an end',
      );
    }
  }
}

function endsInFreeText(format: Format): boolean {
  switch (format.kind) {
    case "any-text":
      return true;
    case "dispatch":
      return !(format.atLeastOne && format.stopAfterFirst);
    case "sequence":
      return endsInFreeText(format.elements.at(-1)!);
    case "or":
      return format.elements.some(endsInFreeText);
    case "repeat":
      return format.max === 1 && endsInFreeText(format.content);
    default:
      return false;
  }
}

function isUnbounded(format: Format): boolean {
  if (format.kind === "any-text") return format.excludes.length === 0 && format.maxChars === undefined;
  return format.kind === "dispatch" && format.excludes.length === 0 && endsInFreeText(format);
}

/// No text can be taken for what the format begins with.
function beginsWithToken(format: Format): boolean {
  switch (format.kind) {
    case "one-token":
      return true;
    case "tag":
      return format.begin.kind === "token";
    case "sequence":
      return beginsWithToken(format.elements[0]!);
    case "or":
      return format.elements.every(beginsWithToken);
    case "repeat":
      return beginsWithToken(format.content);
    default:
      return false;
  }
}

function tokens(names: readonly TokenName[], negated: boolean, node: SchemaNode): Expression {
  return { kind: "token", tokens: names.map(({ token }) => token), negated, span: spanOf(node) };
}

function otherTokens(excludes: readonly TokenName[], { endToken }: Enclosing, node: SchemaNode): Expression {
  return tokens(endToken === undefined ? excludes : [...excludes, endToken], true, node);
}
