import { closest } from "../did-you-mean.ts";
import { elements, type Member, members, type SchemaNode } from "../json-schema/document.ts";
import type { SchemaReport } from "../json-schema/report.ts";
import type { Text, TokenName } from "./format.ts";

/// The members of an object by name, each read once by the method for its type. A member that is missing
/// or of another type is reported, and read as `undefined`.
export class ObjectReader {
  readonly node: SchemaNode;
  readonly #what: string;
  readonly #report: SchemaReport;
  readonly #members: ReadonlyMap<string, Member>;

  /// `what` names the object in messages.
  constructor(node: SchemaNode, what: string, report: SchemaReport) {
    this.node = node;
    this.#what = what;
    this.#report = report;
    this.#members = members(node);
  }

  get(key: string): SchemaNode | undefined {
    return this.#members.get(key)?.value;
  }

  /// A member that must be there.
  need(key: string): SchemaNode | undefined {
    const value = this.get(key);
    if (value === undefined)
      this.#report.error(
        "structural-tag-invalid",
        this.node,
        `${this.#what} has no "${key}"`,
        `add the member "${key}"`,
      );
    return value;
  }

  /// Reports members that are not among `keys`: what is not understood may not be passed over.
  allowOnly(keys: readonly string[]): void {
    for (const { name, key } of this.#members.values()) {
      if (keys.includes(name)) continue;
      const guess = closest(name, keys);
      this.#report.error(
        "structural-tag-unknown-key",
        key,
        `${this.#what} has no member named "${name}"`,
        guess === undefined ? `its members are ${keys.join(", ")}` : `did you mean "${guess}"?`,
      );
    }
  }

  invalid(at: SchemaNode, message: string, hint = "correct its value"): undefined {
    this.#report.error("structural-tag-invalid", at, message, hint);
    return undefined;
  }

  text(key: string): Text | undefined {
    const node = this.need(key);
    return node && this.textAt(node, `"${key}"`);
  }

  textAt(node: SchemaNode, what: string): Text | undefined {
    if (node.type !== "string") return this.invalid(node, `${what} must be a string`);
    const value: string = node.value;
    if (/\p{Surrogate}/u.test(value))
      return this.invalid(
        node,
        `${what} holds half of a surrogate pair, which is no text`,
        "write both halves, or the character itself",
      );
    return { kind: "text", value, node };
  }

  /// The strings of an array, none of them empty. Absent or null: none.
  texts(key: string): Text[] {
    const out: Text[] = [];
    for (const node of this.list(key)) {
      const text = this.textAt(node, `an element of "${key}"`);
      if (text?.value === "")
        this.#report.error(
          "structural-tag-empty-string",
          node,
          `an empty string in "${key}" would be everywhere in a text`,
          "remove it",
        );
      else if (text !== undefined) out.push(text);
    }
    return out;
  }

  /// The elements of an array. Absent or null: none.
  list(key: string): readonly SchemaNode[] {
    const node = this.get(key);
    if (node === undefined || node.type === "null") return [];
    if (node.type === "array") return elements(node);
    this.invalid(node, `"${key}" must be an array`);
    return [];
  }

  /// The elements of an array that must be there and have one.
  needList(key: string): readonly SchemaNode[] {
    const node = this.need(key);
    if (node === undefined) return [];
    const list = this.list(key);
    if (list.length === 0 && node.type === "array") this.invalid(node, `"${key}" must not be empty`);
    return list;
  }

  flag(key: string, otherwise: boolean): boolean {
    const node = this.get(key);
    if (node === undefined || node.type === "null") return otherwise;
    if (node.type === "boolean") return node.value;
    this.invalid(node, `"${key}" must be true or false`);
    return otherwise;
  }

  /// A whole number from `least` on. Absent or null: `undefined`.
  count(key: string, least: number): number | undefined {
    const node = this.get(key);
    if (node === undefined || node.type === "null") return undefined;
    if (node.type === "number" && Number.isInteger(node.value) && node.value >= least && node.value < 2 ** 31)
      return node.value;
    return this.invalid(node, `"${key}" must be a whole number, ${least} or more`);
  }

  /// A token by id or spelling.
  tokenAt(node: SchemaNode, what: string): TokenName | undefined {
    if (node.type === "number" && Number.isInteger(node.value) && node.value >= 0)
      return { kind: "token", token: node.value, node };
    if (node.type === "string" && node.value !== "") return { kind: "token", token: node.value, node };
    return this.invalid(node, `${what} must be a token: its id, or how it is spelled`);
  }

  tokens(key: string): TokenName[] {
    const found = this.list(key).map((node) => this.tokenAt(node, `an element of "${key}"`));
    return found.filter((token) => token !== undefined);
  }
}
