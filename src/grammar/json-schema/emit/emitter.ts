import { choice, empty, literal, nothing, sequence } from "../../build.ts";
import type { Expression, Grammar, RuleId } from "../../ir.ts";
import { RuleList } from "../../rule-list.ts";
import { type Steps, spend } from "../../work.ts";
import type { ArraySet } from "../array-set.ts";
import { type Conjunction, conjoin, conjunctionKey, isNever } from "../conjunction.ts";
import { contradictionIn, contradictionText } from "../contradiction.ts";
import { pointerOf, type SchemaNode, spanOf } from "../document.ts";
import type { JsonSchemaSource } from "../json-schema.ts";
import { UndecidedKey } from "../object-set.ts";
import type { Schemas } from "../schemas.ts";
import { hasString } from "../string-set.ts";
import { Inexpressible, type ValueSet } from "../value-set.ts";
import { arraysExpression } from "./elements.ts";
import { type Brackets, type DocumentLayout, type Layout, layoutOf } from "./layout.ts";
import { objectsExpression } from "./members.ts";
import { matchesEmpty, nonEmpty } from "./non-empty.ts";
import { numbersExpression } from "./numbers.ts";
import { type ParameterStyle, parameterLayout, parameterText } from "./parameters.ts";
import { type Spelling, spellingOf } from "./spelling.ts";
import { intersectionOf, textsOf } from "./string-texts.ts";
import { stringsExpression } from "./strings.ts";
import { uniqueElements } from "./unique-elements.ts";

/// Rules of one grammar.
const MAX_RULES = 500_000;
/// Rules that are written before others get a turn.
const RULES_A_STEP = 50;

/// A rule whose expression is to be written.
interface Task {
  readonly conjunction: Conjunction;
  readonly rule: RuleId;
  readonly depth: number;
  /// Absent: any of the values, as JSON.
  readonly part?: { readonly of: ParameterPart; readonly close: string };
}

type ParameterPart = "strings" | "others";

/// Writes the sets of values as rules, one for each conjunction that is asked for.
export class Emitter {
  readonly spelling: Spelling;
  /// How the members of the object being written are, if that is not JSON.
  style: ParameterStyle | undefined;
  readonly propertyOrder: "schema" | "any";
  /// Grammars may have items in any order.
  readonly takesUnordered: boolean;
  readonly #schemas: Schemas;
  readonly #rules: RuleList;
  readonly #ids = new Map<string | number, RuleId>();
  readonly #queue: Task[] = [];
  readonly #document: DocumentLayout;
  /// Layout of what is no JSON.
  #parameters: Layout | undefined;
  /// What names of rules are told from, and what they begin with.
  #root: SchemaNode;
  #prefix = "";
  /// Rule → what its name began with; nothing, once it has several places.
  readonly #prefixes = new Map<RuleId, string>();
  readonly #tails = new Map<string, RuleId>();
  /// Rules of values: these are never empty.
  readonly #values = new Set<RuleId>();
  /// The rule being written.
  #name = "";
  #node: SchemaNode;
  /// Arrays and objects around its values; -1 outside of the document.
  #depth = -1;
  #isDeep = false;
  #hasNotedRepeats = false;

  /// Writes to `rules`.
  constructor(
    schemas: Schemas,
    root: SchemaNode,
    source: JsonSchemaSource,
    takesUnordered: boolean,
    rules: RuleList = new RuleList(),
  ) {
    this.takesUnordered = takesUnordered;
    this.propertyOrder = source.propertyOrder ?? "schema";
    this.spelling = spellingOf(source.escapes ?? "any");
    this.#schemas = schemas;
    this.#rules = rules;
    this.#root = root;
    this.#node = root;
    this.#document = layoutOf(source);
  }

  /// How the values of the rule being written are laid out.
  get layout(): Layout {
    return this.#parameters ?? this.#document.at(Math.max(0, this.#depth));
  }

  /// The grammar of the values of `root`. `leading` is a member that a root object may have first.
  *grammar(root: Conjunction, leading?: string): Steps<Grammar> {
    if (leading === undefined) this.value(root);
    else {
      this.#values.add(this.#define("root"));
      this.#write({ conjunction: root, rule: 0, depth: 0 }, leading);
    }
    yield* this.#writeQueued();
    const { rules } = this.#rules;
    const { before, after } = this.#document;
    if (before === undefined && after === undefined) return { rules, rootRule: 0 };
    // A rule around the root's, which references to the root lead to.
    const document = this.#around({ kind: "rule", rule: 0 });
    return { rules, rootRule: this.#rules.define("document", undefined, document) };
  }

  /// The documents whose value is in `term`, the schema at `root`. `prefix` begins the names of rules.
  *document(root: SchemaNode, term: Conjunction, prefix: string): Steps<Expression> {
    this.#root = root;
    this.#prefix = `${prefix}.`;
    this.#depth = -1;
    const value = this.value(term);
    yield* this.#writeQueued();
    return this.#around(value);
  }

  #around(value: Expression): Expression {
    const { before = empty(), after = empty() } = this.#document;
    return sequence([before, value, after].filter((e) => e.kind !== "empty"));
  }

  *#writeQueued(): Steps<void> {
    let written = 0;
    for (let next = this.#queue.pop(); next !== undefined; next = this.#queue.pop()) {
      if (++written % RULES_A_STEP === 0) yield;
      if (this.#rules.rules.length > MAX_RULES) {
        this.#schemas.report.error(
          "schema-too-large",
          this.#node,
          `the grammar of this schema has more than ${MAX_RULES} rules`,
          "use smaller counts and fewer alternatives",
        );
        break;
      }
      this.#write(next);
    }
  }

  /// The objects of `term`, the schema at `root`, as parameters in a style.
  *parameters(root: SchemaNode, term: Conjunction, prefix: string, style: ParameterStyle): Steps<Expression> {
    this.#root = root;
    this.#prefix = `${prefix}.`;
    this.#name = `${prefix}.parameters`;
    this.#node = root;
    const { objects } = this.setOf(term);
    if (objects.length === 0)
      this.#schemas.report.error(
        "schema-invalid",
        root,
        "no object fulfils this schema, and parameters are the members of one",
        'write {"type": "object", "properties": …}',
      );
    // Each value is a document of its own.
    this.#depth = -1;
    this.#parameters = parameterLayout(this.#document.at(0));
    this.style = style;
    let written: Expression;
    try {
      written = objectsExpression(this, objects, undefined);
    } finally {
      this.#parameters = undefined;
      this.style = undefined;
    }
    yield* this.#writeQueued();
    return this.part(written);
  }

  /// The strings of a conjunction as they stand before `close`, or its other values as JSON.
  parameterValue(conjunction: Conjunction, of: ParameterPart, close: string): Expression {
    if (isNever(conjunction)) return nothing();
    const key = `${of} ${close} ${conjunctionKey(conjunction)}`;
    let rule = this.#ids.get(key);
    if (rule === undefined) {
      rule = this.#define(this.#nameOf(conjunction), this.#schemas.nodeOf(conjunction[0] ?? 1));
      this.#ids.set(key, rule);
      this.#queue.push({ conjunction, rule, depth: 0, part: { of, close } });
    } else this.#useAgain(rule);
    return { kind: "rule", rule };
  }

  /// The values of a conjunction.
  setOf(conjunction: Conjunction): ValueSet {
    return this.#schemas.withoutEmpty(this.#schemas.setOfConjunction(conjunction));
  }

  /// What `write` makes, laid out as a value inside of the one being written.
  inside(write: () => Expression): Expression {
    const depth = this.#depth;
    this.#depth = Math.min(depth + 1, this.#document.levels);
    try {
      this.#noteDepth();
      return write();
    } finally {
      this.#depth = depth;
    }
  }

  /// Any text of a value in the conjunction.
  value(conjunction: Conjunction): Expression {
    if (isNever(conjunction)) return nothing();
    const depth = this.#depthBelow(conjunction);
    const plainKey = conjunctionKey(conjunction);
    const key = depth === 0 ? plainKey : `${plainKey}@${depth}`;
    let rule = this.#ids.get(key);
    if (rule === undefined) {
      rule = this.#define(this.#nameOf(conjunction), this.#schemas.nodeOf(conjunction[0] ?? 1));
      this.#ids.set(key, rule);
      this.#values.add(rule);
      this.#queue.push({ conjunction, rule, depth });
    } else this.#useAgain(rule);
    return { kind: "rule", rule };
  }

  /// The depth at which the values inside of the rule being written are laid out. Those that look the same
  /// at every depth have 0.
  #depthBelow(conjunction: Conjunction): number {
    const { levels } = this.#document;
    if (levels === 0 || this.#depth < 0) return 0;
    const depth = Math.min(this.#depth + 1, levels);
    try {
      const { arrays, objects } = this.#schemas.setOfConjunction(conjunction);
      return arrays.length + objects.length === 0 ? 0 : depth;
    } catch (error) {
      // It is told when the value's own rule is written.
      if (error instanceof Inexpressible || error instanceof UndecidedKey) return depth;
      throw error;
    }
  }

  /// Says what order members are held to where any order was asked for.
  warnOfOrder(message: string, hint: string): void {
    this.#schemas.report.warning("schema-order-bound", this.#node, message, hint);
  }

  /// Says, once, that a member may come twice.
  noteRepeats(): void {
    if (this.#hasNotedRepeats) return;
    this.#hasNotedRepeats = true;
    this.#schemas.report.ofSettings(
      "schema-member-twice",
      this.#node,
      "in any order, a member that is not required may be written twice, as JSON allows",
      "ask for the schema's order to have each once",
    );
  }

  /// An array or object that holds one of the texts of `content`.
  enclosed({ open, close, none }: Brackets, content: Expression): Expression {
    if (none === undefined) return sequence([open, content, close]);
    const ruleOf = (rule: RuleId) =>
      this.#values.has(rule) ? undefined : this.#rules.rules[rule]!.expression;
    const some = nonEmpty(content, ruleOf);
    const ways = matchesEmpty(content, ruleOf) ? [none] : [];
    if (some.kind !== "nothing") ways.push(sequence([open, some, close]));
    return choice(ways);
  }

  /// A rule of its own for a part of the rule being written, so that it can be used more than once.
  part(expression: Expression, place?: number): Expression {
    if (expression.kind === "empty" || expression.kind === "nothing" || expression.kind === "rule")
      return expression;
    const rule = this.#defineAs(`${this.#name}-${place ?? "part"}`, this.#node);
    this.#rules.set(rule, expression);
    return { kind: "rule", rule };
  }

  /// The same, for what is known by a key already if another object of this depth has it, too.
  tail(key: string | undefined, expression: Expression, place: number): Expression {
    const own = key === undefined ? undefined : `${this.#depth} ${key}`;
    const known = own === undefined ? undefined : this.#tails.get(own);
    if (known !== undefined) {
      this.#useAgain(known, "members");
      return { kind: "rule", rule: known };
    }
    const made = this.part(expression, place);
    if (own !== undefined && made.kind === "rule") {
      this.#tails.set(own, made.rule);
      this.#prefixes.set(made.rule, this.#prefix);
    }
    return made;
  }

  /// A rule that several documents have in common has the name of none of them.
  #useAgain(rule: RuleId, name?: string): void {
    const prefix = this.#prefixes.get(rule);
    if (prefix === undefined || prefix === this.#prefix) return;
    this.#prefixes.delete(rule);
    this.#rules.makeCommon(rule, name ?? this.#rules.rules[rule]!.name.slice(prefix.length));
  }

  /// Any key. `isSpelled`: keys of declared members can be taken out of it.
  anyKey(isSpelled: boolean): Expression {
    const name = isSpelled ? "other-key" : "any-key";
    let rule = this.#ids.get(name);
    if (rule === undefined) {
      rule = this.#define(name);
      this.#ids.set(name, rule);
      this.#rules.set(rule, isSpelled ? this.spelling.anyText : this.spelling.any);
    }
    return { kind: "rule", rule };
  }

  /// A rule whose expression comes later, so that others can lead to it.
  laterPart(): { readonly expression: Expression; set(expression: Expression): void } {
    const rule = this.#defineAs(`${this.#name}-part`, this.#node);
    return { expression: { kind: "rule", rule }, set: (expression) => this.#rules.set(rule, expression) };
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

  #write({ conjunction, rule, depth, part }: Task, leading?: string): void {
    spend(10);
    this.#name = this.#rules.rules[rule]!.name;
    this.#depth = depth;
    this.#node = this.#schemas.nodeOf(conjunction[0] ?? 1);
    this.#schemas.nodeInWork = this.#node;
    try {
      const set = this.setOf(conjunction);
      const texts =
        part?.of === "strings"
          ? choice(set.strings.map((string) => parameterText(string, part.close)))
          : this.#expression(part === undefined ? set : { ...set, strings: [] }, leading);
      this.#rules.set(rule, texts);
      if (texts.kind === "nothing" && part === undefined) this.#warnOfNothing(conjunction);
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

  /// Says that a schema that somebody wrote has no values. What comes of several is no matter of theirs, and
  /// one that forbids everything says so.
  #warnOfNothing(conjunction: Conjunction): void {
    const [term] = conjunction;
    if (conjunction.length !== 1 || term! < 0 || this.#schemas.report.hasErrors) return;
    const why = contradictionIn(this.#schemas, this.#schemas.nodeOf(term!));
    if (why.keywords.length === 1 && why.keywords[0] === "not") return;
    this.#schemas.report.warning(
      "schema-no-value",
      why.at,
      `no value fulfils this schema: ${contradictionText(why)}`,
      "loosen one of its conditions: until then, what it is for cannot be there",
    );
  }

  #expression(set: ValueSet, leading: string | undefined): Expression {
    const items: Expression[] = [];
    if (set.arrays.length + set.objects.length > 0) this.#noteDepth();
    if (set.objects.length > 0) items.push(objectsExpression(this, set.objects, leading));
    for (const array of set.arrays) {
      items.push(this.#array(array));
    }
    for (const string of set.strings) items.push(stringsExpression(string, this.spelling));
    for (const number of set.numbers) items.push(numbersExpression(this, number));
    if (set.true) items.push(literal("true"));
    if (set.false) items.push(literal("false"));
    if (set.null) items.push(literal("null"));
    return choice(items.filter((item) => item.kind !== "nothing"));
  }

  #array(set: ArraySet): Expression {
    if (set.unique !== undefined && !this.#surelyDiffer(set)) {
      const few = uniqueElements(this, set);
      if (few !== undefined) return few;
      const message = "that the elements of an array all differ cannot be enforced";
      const most = this.takesUnordered && set.prefix.length === 0 ? "10,000" : "ten";
      const hint = `allow at most one element, or list the values of elements, ${most} at most`;
      this.#schemas.report.unsupported("uniqueItems", set.unique, message, hint);
    }
    return arraysExpression(this, set);
  }

  /// Whether no two places of an array have a value in common.
  #surelyDiffer({ prefix, rest, max }: ArraySet): boolean {
    if (max <= 1) return true;
    if (max > prefix.length + 1) return false;
    const places = max > prefix.length ? [...prefix, rest] : prefix;
    return places.every((a, i) => places.every((b, k) => k <= i || this.#schemas.isEmpty(conjoin(a, b))));
  }

  /// Says that what is written now is no longer indented.
  #noteDepth(): void {
    const { levels } = this.#document;
    if (this.#isDeep || levels === 0 || this.#depth < levels) return;
    this.#isDeep = true;
    this.#schemas.report.ofSettings(
      "schema-indent-depth",
      this.#node,
      `values more than ${levels} levels deep are written on one line, not indented`,
      "raise the depth of indentation, if such values are wanted",
    );
  }

  #define(wanted: string, node?: SchemaNode): RuleId {
    const rule = this.#defineAs(this.#prefix + wanted, node);
    this.#prefixes.set(rule, this.#prefix);
    return rule;
  }

  #defineAs(wanted: string, node?: SchemaNode): RuleId {
    spend(5);
    return this.#rules.reserve(wanted, node && spanOf(node));
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
