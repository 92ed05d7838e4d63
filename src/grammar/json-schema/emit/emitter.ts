import { choice, literal, nothing, sequence } from "../../build.ts";
import type { Expression, Grammar, Rule, RuleId } from "../../ir.ts";
import type { ArraySet } from "../array-set.ts";
import { type Conjunction, conjunctionKey, isNever } from "../conjunction.ts";
import { pointerOf, type SchemaNode } from "../document.ts";
import type { JsonSchemaSource } from "../json-schema.ts";
import { UndecidedKey } from "../object-set.ts";
import type { Schemas } from "../schemas.ts";
import { hasString } from "../string-set.ts";
import { Inexpressible, type ValueSet } from "../value-set.ts";
import { anyString } from "../values/index.ts";
import { arraysExpression } from "./elements.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { objectsExpression } from "./members.ts";
import { numbersExpression } from "./numbers.ts";
import { spelledString } from "./spelling.ts";
import { ANY_TEXT, intersectionOf, textsOf } from "./string-texts.ts";
import { stringsExpression } from "./strings.ts";
import { uniqueElements } from "./unique-elements.ts";

const ANY_SPELLED = spelledString(ANY_TEXT);
/// Rules of one grammar.
const MAX_RULES = 500_000;

/// Writes the sets of values as rules, one for each conjunction that is asked for.
export class Emitter {
  readonly layout: Layout;
  readonly propertyOrder: "schema" | "any";
  readonly #schemas: Schemas;
  readonly #rules: Rule[] = [];
  readonly #ids = new Map<string | number, RuleId>();
  readonly #names = new Map<string, number>();
  readonly #queue: { readonly conjunction: Conjunction; readonly rule: RuleId }[] = [];
  readonly #root: SchemaNode;
  /// The rule being written.
  #name = "";
  #node: SchemaNode;

  constructor(
    schemas: Schemas,
    root: SchemaNode,
    { whitespace, maxBlanks, propertyOrder }: JsonSchemaSource,
  ) {
    this.propertyOrder = propertyOrder ?? "schema";
    this.#schemas = schemas;
    this.#root = root;
    this.#node = root;
    this.layout = layoutOf(whitespace ?? "compact", maxBlanks);
  }

  /// The grammar of the values of `root`. `leading` is a member that a root object may have first.
  grammar(root: Conjunction, leading?: string): Grammar {
    if (leading === undefined) this.value(root);
    else {
      this.#define("root");
      this.#write(root, 0, leading);
    }
    for (let next = this.#queue.pop(); next !== undefined; next = this.#queue.pop()) {
      if (this.#rules.length > MAX_RULES) {
        this.#schemas.report.error(
          "schema-too-large",
          this.#node,
          `the grammar of this schema has more than ${MAX_RULES} rules`,
          "use smaller counts and fewer alternatives",
        );
        break;
      }
      this.#write(next.conjunction, next.rule);
    }
    const { outside } = this.layout;
    if (outside === undefined) return { rules: this.#rules, rootRule: 0 };
    // A rule around the root's, which references to the root lead to.
    const document: Rule = {
      name: "document",
      expression: sequence([outside, { kind: "rule", rule: 0 }, outside]),
    };
    return { rules: [...this.#rules, document], rootRule: this.#rules.length };
  }

  /// Any text of a value in the conjunction.
  value(conjunction: Conjunction): Expression {
    if (isNever(conjunction)) return nothing();
    const key = conjunctionKey(conjunction);
    let rule = this.#ids.get(key);
    if (rule === undefined) {
      rule = this.#define(this.#nameOf(conjunction), this.#schemas.nodeOf(conjunction[0] ?? 1));
      this.#ids.set(key, rule);
      this.#queue.push({ conjunction, rule });
    }
    return { kind: "rule", rule };
  }

  /// A rule of its own for a part of the rule being written, so that it can be used more than once.
  part(expression: Expression, place?: number): Expression {
    if (expression.kind === "empty" || expression.kind === "nothing" || expression.kind === "rule")
      return expression;
    const rule = this.#define(`${this.#name}-${place ?? "part"}`, this.#node);
    this.#set(rule, expression);
    return { kind: "rule", rule };
  }

  /// Any key. `isSpelled`: keys of declared members can be told from it, see `spelledString`.
  anyKey(isSpelled: boolean): Expression {
    const name = isSpelled ? "other-key" : "any-key";
    let rule = this.#ids.get(name);
    if (rule === undefined) {
      rule = this.#define(name);
      this.#ids.set(name, rule);
      this.#set(rule, isSpelled ? ANY_SPELLED : anyString());
    }
    return { kind: "rule", rule };
  }

  /// A rule whose expression comes later, so that others can lead to it.
  laterPart(): { readonly expression: Expression; set(expression: Expression): void } {
    const rule = this.#define(`${this.#name}-part`, this.#node);
    return { expression: { kind: "rule", rule }, set: (expression) => this.#set(rule, expression) };
  }

  /// The strings of a conjunction, over decoded characters.
  keyNames(names: Conjunction): Expression {
    const { strings } = this.#schemas.setOfConjunction(names);
    return choice(strings.map((set) => intersectionOf([textsOf(set)])));
  }

  isName(names: Conjunction, name: string): boolean {
    const answers = this.#schemas.setOfConjunction(names).strings.map((set) => hasString(set, name));
    if (answers.includes(true)) return true;
    if (answers.includes(undefined)) throw new Inexpressible(`cannot tell whether "${name}" is a name`);
    return false;
  }

  #write(conjunction: Conjunction, rule: RuleId, leading?: string): void {
    this.#name = this.#rules[rule]!.name;
    this.#node = this.#schemas.nodeOf(conjunction[0] ?? 1);
    try {
      const set = this.#schemas.withoutEmpty(this.#schemas.setOfConjunction(conjunction));
      this.#set(rule, this.#expression(set, leading));
    } catch (error) {
      if (!(error instanceof Inexpressible || error instanceof UndecidedKey)) throw error;
      this.#schemas.report.error(
        "schema-unsupported-keyword",
        this.#node,
        `this schema cannot be turned into a grammar exactly: it ${error.message}`,
        "say it with fewer or simpler conditions",
      );
    }
  }

  #expression(set: ValueSet, leading: string | undefined): Expression {
    const items: Expression[] = [];
    if (set.objects.length > 0) items.push(objectsExpression(this, set.objects, leading));
    for (const array of set.arrays) {
      items.push(this.#array(array));
    }
    for (const string of set.strings) items.push(stringsExpression(string));
    for (const number of set.numbers) items.push(numbersExpression(this, number));
    if (set.true) items.push(literal("true"));
    if (set.false) items.push(literal("false"));
    if (set.null) items.push(literal("null"));
    return choice(items.filter((item) => item.kind !== "nothing"));
  }

  #array(set: ArraySet): Expression {
    if (set.unique !== undefined && set.max > 1) {
      const few = uniqueElements(this, set, this.#schemas.setOfConjunction(set.rest));
      if (few !== undefined) return few;
      const message = "that the elements of an array all differ cannot be enforced";
      const hint = "allow at most one element, or list the values of elements, ten at most";
      this.#schemas.report.unsupported("uniqueItems", set.unique, message, hint);
    }
    return arraysExpression(this, set);
  }

  #define(wanted: string, node?: SchemaNode): RuleId {
    const count = this.#names.get(wanted) ?? 0;
    this.#names.set(wanted, count + 1);
    // A name that another one with its number already took gets the next number.
    const name = count === 0 ? wanted : `${wanted}-${count + 1}`;
    if (name !== wanted && this.#names.has(name)) return this.#define(wanted, node);
    if (name !== wanted) this.#names.set(name, 1);
    const span = node === undefined ? {} : { span: { from: node.offset, to: node.offset + node.length } };
    return this.#rules.push({ name, expression: nothing(), ...span }) - 1;
  }

  #set(rule: RuleId, expression: Expression): void {
    this.#rules[rule] = { ...this.#rules[rule]!, expression };
  }

  /// The place in the schema, in letters that every grammar format takes.
  #nameOf(conjunction: Conjunction): string {
    if (conjunction.length === 0) return "any";
    const term = conjunction[0]!;
    const pointer = pointerOf(this.#schemas.nodeOf(term), this.#root);
    let name = "";
    for (const word of pointer.split("/"))
      if (!STRUCTURE.has(word)) name += name === "" ? plainWord(word) : `-${plainWord(word)}`;
    const plain = name
      .replace(/^[^A-Za-z]+|-+$/g, "")
      .slice(-60)
      .replace(/^[^A-Za-z]+/, "");
    const prefix = term < 0 ? "not-" : "";
    return prefix + (plain === "" ? (pointer === "" ? "root" : "value") : plain);
  }
}

function plainWord(word: string): string {
  return /^\w*$/.test(word) ? word : word.replace(/[^A-Za-z0-9_]+/g, "-");
}

const STRUCTURE = new Set(["", "properties", "$defs", "definitions", "items"]);
