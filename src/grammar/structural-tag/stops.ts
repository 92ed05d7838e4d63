import { utf8Encode } from "../../base/bytes.ts";
import { empty } from "../build.ts";
import type { Expression, RuleId } from "../ir.ts";
import { type SchemaNode, spanOf } from "../json-schema/document.ts";
import type { SchemaReport } from "../json-schema/report.ts";
import type { Text } from "./format.ts";
import { writeFreeText } from "./free-text.ts";
import { placeName } from "./read-format.ts";
import { once } from "./triggers.ts";

type Role = "trigger" | "end" | "excluded string";

interface StopText {
  readonly text: Text;
  readonly role: Role;
  /// Absent: the text may not hold it.
  readonly next?: Expression;
}

/// Bytes of all strings that one free text stops at.
const MAX_BYTES = 20_000;

/// The strings that one free text stops at, each in one role.
export class Stops {
  readonly #report: SchemaReport;
  readonly #stops = new Map<string, StopText>();

  constructor(report: SchemaReport) {
    this.#report = report;
  }

  get size(): number {
    return this.#stops.size;
  }

  trigger(text: Text, next: Expression): void {
    this.#add({ text, role: "trigger", next });
  }

  excludes(texts: readonly Text[]): void {
    for (const text of once(texts, "excluded string", this.#report))
      this.#add({ text, role: "excluded string" });
  }

  /// What the tag around ends with. `isPart`: the text goes up to and including it.
  ends(texts: readonly Text[], isPart: boolean): void {
    for (const text of texts) this.#add({ text, role: "end", ...(isPart ? { next: empty() } : {}) });
  }

  #add(stop: StopText): void {
    const { value, node } = stop.text;
    const before = this.#stops.get(value);
    if (before === undefined) this.#stops.set(value, stop);
    else if (before.role !== stop.role)
      this.#report.error(
        "structural-tag-conflict",
        node,
        `${JSON.stringify(value)} is the ${stop.role} here and the ${before.role} at ${placeName(before.text.node)}`,
        "give each of them a text of its own",
      );
  }

  /// Writes the rule `start`: text up to a stop and what comes after that, or, if `mayEnd`, text without
  /// any. Reports stops that other stops come before in every text.
  write(rules: Parameters<typeof writeFreeText>[0], start: RuleId, mayEnd: boolean, node: SchemaNode): void {
    const list = [...this.#stops.values()].map((stop) => ({ ...stop, bytes: utf8Encode(stop.text.value) }));
    const size = list.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (size > MAX_BYTES) {
      this.#report.error(
        "structural-tag-too-large",
        node,
        `the triggers, ends and excluded strings of this text have ${size} bytes; at most ${MAX_BYTES} are read`,
        "use one short trigger for many tags",
      );
      return;
    }
    const span = spanOf(node);
    const reached = writeFreeText(rules, start, list, mayEnd, span);
    list.forEach((stop, i) => {
      if (!reached[i]) this.#reportUnreachable(stop);
    });
  }

  #reportUnreachable({ text, role, next }: StopText): void {
    const { value, node } = text;
    const inner = [...this.#stops.values()].find((other) => {
      const at = value.indexOf(other.text.value);
      return at >= 0 && at + other.text.value.length < value.length;
    });
    const message = `a text never gets to the ${role} ${JSON.stringify(value)}: the ${inner?.role} ${JSON.stringify(inner?.text.value)} inside of it comes first`;
    const hint = "change one of them so that neither is inside of the other";
    if (next === undefined) this.#report.warning("structural-tag-unreachable", node, message, hint);
    else this.#report.error("structural-tag-unreachable", node, message, hint);
  }
}
