import { spend } from "../work.ts";
import { type Applicator, applicatorsOf } from "./applicators.ts";
import { readArrays } from "./array-keywords.ts";
import { type Conjunction, conjunctionKey, isNever, NEVER_TERM, type Term } from "./conjunction.ts";
import { type Dialect, dialectOf, refStandsAlone } from "./dialect.ts";
import { elements, member, members, numberText, type SchemaNode } from "./document.ts";
import { readEnumeration, setOfValues } from "./enumerations.ts";
import { checkKeywords } from "./known-keywords.ts";
import { readNumbers } from "./number-keywords.ts";
import { readObjects } from "./object-keywords.ts";
import { negateObjects, type ObjectSet, type PropertySet } from "./object-set.ts";
import { textsOfPattern } from "./patterns.ts";
import type { References } from "./references.ts";
import type { SchemaReport } from "./report.ts";
import { keywordOf, type SchemaContext } from "./schema-context.ts";
import { readStrings } from "./string-keywords.ts";
import { readTypes } from "./types.ts";
import {
  ALL_VALUES,
  Inexpressible,
  intersectValues,
  isEmptySet,
  NO_VALUES,
  type Questions,
  subtractValues,
  unite,
  type ValueSet,
  withoutAbsorbedValues,
} from "./value-set.ts";
import { decimal, decimalText } from "./values/decimal.ts";

/// Schemas that lead to one another in the same place of an instance, by `$ref`, `allOf` and the like.
const MAX_CHAIN = 400;
/// Alternatives of one type from which on needless ones are looked for.
const MANY_ALTERNATIVES = 6;
/// Pairs of alternatives that one schema may combine.
const MAX_WORK = 100_000;
/// Schemas that refer to one another, up to which one is looked at without being read.
const MAX_LOOK = 4;
/// How deep in an instance a contradiction is looked for.
const MAX_EMPTINESS_DEPTH = 8;

type TermSource =
  | { readonly kind: "schema"; readonly node: SchemaNode }
  | { readonly kind: "value"; readonly node: SchemaNode };

/// Whether a set is empty was asked while it was being read: then it counts as not empty.
class NotReadYet extends Error {}

/// The sets of values that the schemas of a document stand for.
///
/// A schema is read only when something asks for its set, and what it says of members and elements stays
/// a `Conjunction` of terms, so that recursive schemas have finite sets. Equal schemas are one term.
export class Schemas implements SchemaContext {
  readonly text: string;
  readonly report: SchemaReport;
  readonly dialect: Dialect;
  readonly references: References;
  readonly #terms: TermSource[] = [];
  /// Schema → its term, and the same for values.
  readonly #schemaTerms = new Map<SchemaNode, Term>();
  readonly #schemasByKey = new Map<string, Term>();
  readonly #valuesByKey = new Map<string, Term>();
  readonly #keys = new Map<SchemaNode, string>();
  readonly #schemaKeys = new Map<SchemaNode, string>();
  readonly #keyIds = new Map<string, number>();
  readonly #sets = new Map<Term, ValueSet>();
  readonly #conjunctions = new Map<string | number, ValueSet>();
  readonly #negations = new Map<ObjectSet, readonly ObjectSet[] | undefined>();
  readonly #empty = new Map<string | number, boolean>();
  /// Terms being read → how many questions of `isEmpty` were open when that began.
  readonly #open = new Map<Term, number>();
  #emptinessDepth = 0;
  #work = 0;
  /// The schema that was read, or written as a rule, last.
  nodeInWork: SchemaNode;
  readonly #questions: Questions = {
    isEmpty: (set) => isEmptySet(this.withoutEmpty(set)),
    isEmptyConjunction: (conjunction) => this.isEmpty(conjunction),
    negate: (object) => this.#negated(object),
  };

  constructor(root: SchemaNode, text: string, references: References, report: SchemaReport) {
    this.text = text;
    this.report = report;
    this.references = references;
    this.dialect = dialectOf(root);
    this.nodeInWork = root;
    this.#terms.push({ kind: "schema", node: root });
    // The root is not looked for among equal schemas: its key would be as long as the text.
    if (root.type === "object") this.#schemaTerms.set(root, this.#terms.push({ kind: "schema", node: root }));
    this.#sets.set(NEVER_TERM, NO_VALUES);
    this.#sets.set(-NEVER_TERM, ALL_VALUES);
  }

  /// Begins a schema that has nothing to do with those before, but to share what equals.
  begin(): void {
    this.#work = 0;
  }

  term(node: SchemaNode): Term {
    if (node.type === "boolean") return node.value ? -NEVER_TERM : NEVER_TERM;
    let term = this.#schemaTerms.get(node);
    if (term === undefined) {
      term = this.#intern(this.#schemasByKey, { kind: "schema", node });
      this.#schemaTerms.set(node, term);
    }
    return term;
  }

  valueTerm(node: SchemaNode): Term {
    return this.#intern(this.#valuesByKey, { kind: "value", node });
  }

  /// Where a term stands in the text.
  nodeOf(term: Term): SchemaNode {
    return this.#terms[Math.abs(term) - 1]!.node;
  }

  #negated(object: ObjectSet): readonly ObjectSet[] | undefined {
    if (!this.#negations.has(object))
      this.#negations.set(
        object,
        negateObjects(object, (value) => value.some((term) => term > NEVER_TERM && this.#hasFewValues(term))),
      );
    return this.#negations.get(object);
  }

  /// Whether it is visibly one of a few values, as its text shows: to read the set could lead back here.
  #hasFewValues(term: Term): boolean {
    const { kind, node } = this.#terms[term - 1]!;
    return kind === "value" ? isPlain(node) : this.#listsValues(node, 0);
  }

  #listsValues(schema: SchemaNode, depth: number): boolean {
    if (depth > MAX_LOOK) return false;
    const constant = keywordOf(this, schema, "const");
    const values = constant === undefined ? elements(member(schema, "enum")) : [constant];
    if (values.length > 0) return values.every(isPlain);
    const pattern = member(schema, "type")?.value === "string" ? member(schema, "pattern")?.value : undefined;
    if (typeof pattern === "string" && textsOfPattern(pattern) !== undefined) return true;
    const ref = member(schema, "$ref");
    const target = ref?.type === "string" ? this.references.resolve(ref, ref.value) : undefined;
    if (target?.kind === "found" && this.#listsValues(target.node, depth + 1)) return true;
    return elements(member(schema, "allOf")).some((part) => this.#listsValues(part, depth + 1));
  }

  #intern(terms: Map<string, Term>, source: TermSource): Term {
    const key = source.kind === "schema" ? this.#schemaStructure(source.node) : this.#structure(source.node);
    let term = terms.get(key);
    if (term === undefined) {
      term = this.#terms.push(source);
      terms.set(key, term);
    }
    return term;
  }

  /// The same for schemas that are equal but for what they say to people.
  #schemaStructure(node: SchemaNode): string {
    if (node.type !== "object") return this.#structure(node);
    const known = this.#schemaKeys.get(node);
    if (known !== undefined) return known;
    let key = "{";
    for (const { name, value } of members(node).values()) {
      if (FOR_PEOPLE.has(name)) continue;
      key += `${name.length}:${name}`;
      if (SCHEMA_MAPS.has(name) && value.type === "object") {
        key += "{";
        for (const entry of members(value).values())
          key += `${entry.name.length}:${entry.name}${this.#schemaStructure(entry.value)},`;
        key += "}";
      } else if (SCHEMA_LISTS.has(name) && value.type === "array") {
        key += "[";
        for (const item of elements(value)) key += `${this.#schemaStructure(item)},`;
        key += "]";
      } else if (SCHEMA_KEYWORDS.has(name)) key += this.#schemaStructure(value);
      else key += this.#structure(value);
      key += name === "$ref" && value.type === "string" ? this.#target(node, value.value) : ",";
    }
    key = this.#shortened(`${key}}`);
    this.#schemaKeys.set(node, key);
    return key;
  }

  #target(from: SchemaNode, reference: string): string {
    const target = this.references.resolve(from, reference);
    return target.kind === "found" ? `,@${target.node.offset},` : `,@${target.kind},`;
  }

  /// Long keys are numbered, so that they do not grow with the tree below.
  #shortened(key: string): string {
    if (key.length <= 32) return key;
    let id = this.#keyIds.get(key);
    if (id === undefined) {
      id = this.#keyIds.size;
      this.#keyIds.set(key, id);
    }
    return `#${id}`;
  }

  /// The same for nodes that are equal as JSON values and refer to the same things. Texts are written with
  /// their lengths, so that keys can be read in one way only.
  #structure(node: SchemaNode): string {
    let key = this.#keys.get(node);
    if (key !== undefined) return key;
    spend();
    switch (node.type) {
      case "object":
        key = "{";
        for (const { name, value } of members(node).values()) {
          key += `${name.length}:${name}${this.#structure(value)}`;
          key += name === "$ref" && value.type === "string" ? this.#target(node, value.value) : ",";
        }
        key += "}";
        break;
      case "array":
        key = "[";
        for (const item of elements(node)) key += `${this.#structure(item)},`;
        key += "]";
        break;
      case "number":
        key = this.#number(numberText(node, this.text));
        break;
      case "string":
        key = `"${node.value.length}:${node.value}`;
        break;
      default:
        key = String(node.value);
    }
    key = this.#shortened(key);
    this.#keys.set(node, key);
    return key;
  }

  #number(text: string): string {
    if (/^\d+$/.test(text)) return text;
    const number = decimal(text);
    return number === undefined ? text : decimalText(number);
  }

  setOfConjunction(conjunction: Conjunction): ValueSet {
    if (conjunction.length === 1) return this.setOf(conjunction[0]!);
    const key = conjunctionKey(conjunction);
    let set = this.#conjunctions.get(key);
    if (set === undefined) {
      // What is taken away comes last: most of it is not there any more.
      set = ALL_VALUES;
      for (const term of conjunction) if (term > 0) set = this.meet(set, this.setOf(term));
      for (const term of conjunction) if (term < 0) set = this.without(set, this.setOf(-term));
      this.#conjunctions.set(key, set);
    }
    return set;
  }

  /// Counts work, so that no schema takes without end. Throws `Inexpressible`.
  #spend(a: ValueSet, b: ValueSet): void {
    spend(10);
    this.#work += 1 + a.objects.length * b.objects.length + a.arrays.length * b.arrays.length;
    if (this.#work > MAX_WORK) throw new Inexpressible("combines too many alternatives");
  }

  /// The values of both. Throws `Inexpressible`.
  meet(a: ValueSet, b: ValueSet): ValueSet {
    this.#spend(a, b);
    const both = intersectValues(a, b);
    // Alternatives multiply, and most of many contradict themselves or say what others do.
    const isMany = both.objects.length > MANY_ALTERNATIVES || both.arrays.length > MANY_ALTERNATIVES;
    return isMany ? withoutAbsorbedValues(this.withoutEmpty(both)) : both;
  }

  /// The values of `a` that are not in `b`. Throws `Inexpressible`.
  without(a: ValueSet, b: ValueSet): ValueSet {
    this.#spend(a, b);
    return subtractValues(a, b, this.#questions);
  }

  /// All values that are not in `set`. Throws `Inexpressible`.
  complement(set: ValueSet): ValueSet {
    return this.without(ALL_VALUES, set);
  }

  setOf(term: Term): ValueSet {
    let set = this.#sets.get(term);
    if (set !== undefined) return set;
    const openSince = this.#open.get(term);
    if (openSince !== undefined) {
      if (openSince < this.#emptinessDepth) throw new NotReadYet();
      this.report.error(
        "schema-cyclic-ref",
        this.nodeOf(term),
        "this schema applies itself to the same value, without end",
        "refer to it from a property or an item",
      );
      return NO_VALUES;
    }
    if (this.#open.size > MAX_CHAIN) {
      this.report.error(
        "schema-too-deep",
        this.nodeOf(term),
        "too many schemas apply to one another's value here",
        "shorten the chain of $ref, allOf, anyOf and oneOf",
      );
      return NO_VALUES;
    }
    this.#open.set(term, this.#emptinessDepth);
    try {
      set = this.#read(term);
    } finally {
      this.#open.delete(term);
    }
    this.#sets.set(term, set);
    return set;
  }

  #read(term: Term): ValueSet {
    spend(10);
    const source = this.#terms[Math.abs(term) - 1]!;
    this.nodeInWork = source.node;
    if (term > 0)
      return source.kind === "value" ? setOfValues(this, [source.node]) : this.#schema(source.node);
    return this.complement(this.setOf(-term));
  }

  #schema(node: SchemaNode): ValueSet {
    checkKeywords(this, node);
    const ref = member(node, "$ref");
    const only = ref?.type === "string" && refStandsAlone(this.dialect);
    if (only) this.#reportSiblings(node);
    const own = only ? ALL_VALUES : this.#own(node);
    // In the order of the text, which is the order in which members are written.
    const at = member(node, "properties")?.offset ?? -1;
    let isOwnIn = false;
    let set = ALL_VALUES;
    const applicators = applicatorsOf(this, node, only);
    for (const applicator of applicators) {
      if (applicator.excludes) continue;
      if (!isOwnIn && applicator.at.offset > at) {
        set = this.meet(set, own);
        isOwnIn = true;
      }
      set = this.#apply(set, applicator);
    }
    if (!isOwnIn) set = this.meet(set, own);
    // What is taken away comes last: most of it is not there any more.
    for (const applicator of applicators) if (applicator.excludes) set = this.#apply(set, applicator);
    return set;
  }

  #apply(set: ValueSet, { keyword, at, excludes, set: read }: Applicator): ValueSet {
    try {
      return excludes ? this.without(set, read()) : this.meet(set, read());
    } catch (error) {
      if (!(error instanceof Inexpressible)) throw error;
      const message = `${keyword} cannot be turned into a grammar exactly: it ${error.message}`;
      this.report.unsupported(keyword, at, message, "say it with fewer or simpler alternatives");
      return set;
    }
  }

  /// What the keywords say that look at the value itself.
  #own(node: SchemaNode): ValueSet {
    const types = readTypes(this, node);
    const numbers = types.numbers ? readNumbers(this, node) : undefined;
    const strings = types.strings ? readStrings(this, node) : undefined;
    const arrays = types.arrays ? readArrays(this, node) : undefined;
    const objects = types.objects ? readObjects(this, node) : undefined;
    const integers = types.numbers === "integer" && numbers ? { ...numbers, integer: true } : numbers;
    const listed = <T>(item: T | undefined, all: readonly T[]): readonly T[] =>
      item === undefined ? [] : item === all[0] ? all : [item];
    let set: ValueSet = {
      null: types.null,
      true: types.boolean,
      false: types.boolean,
      numbers: listed(integers, ALL_VALUES.numbers),
      strings: listed(strings, ALL_VALUES.strings),
      arrays: listed(arrays, ALL_VALUES.arrays),
      objects: listed(objects, ALL_VALUES.objects),
    };
    const values = readEnumeration(this, node);
    for (const list of values) set = intersectValues(setOfValues(this, list), set);
    return set;
  }

  #reportSiblings(node: SchemaNode): void {
    for (const { name, key } of members(node).values()) {
      if (!COUNTS_FOR_VALUES.has(name)) continue;
      this.report.warning(
        "schema-ref-siblings",
        key,
        `${name} beside $ref does not count in this draft of JSON Schema`,
        "put both into an allOf, or declare draft 2019-09 or later",
      );
    }
  }

  isEmpty(conjunction: Conjunction): boolean {
    if (conjunction.length === 0) return false;
    if (isNever(conjunction)) return true;
    if (this.#work > MAX_WORK) return false;
    const key = conjunctionKey(conjunction);
    const known = this.#empty.get(key);
    if (known !== undefined) return known;
    if (this.#emptinessDepth >= MAX_EMPTINESS_DEPTH) return false;
    // Until it is known: what needs itself inside of itself is no contradiction found.
    this.#empty.set(key, false);
    this.#emptinessDepth++;
    try {
      const result = isEmptySet(this.withoutEmpty(this.setOfConjunction(conjunction)));
      this.#empty.set(key, result);
      return result;
    } catch (error) {
      this.#empty.delete(key);
      if (!(error instanceof Inexpressible || error instanceof NotReadYet)) throw error;
      return false;
    } finally {
      this.#emptinessDepth--;
    }
  }

  /// The set without alternatives in which a member or element that must be there cannot be.
  withoutEmpty(set: ValueSet): ValueSet {
    if (set.objects.length + set.arrays.length === 0) return set;
    const objects = set.objects.filter(({ properties }) => !this.#lacksRequired(properties.values()));
    const arrays = set.arrays.filter(
      ({ prefix, rest, min }) =>
        !prefix.some((item, i) => i < min && this.isEmpty(item)) &&
        !(min > prefix.length && this.isEmpty(rest)),
    );
    return objects.length === set.objects.length && arrays.length === set.arrays.length
      ? set
      : { ...set, objects, arrays };
  }

  #lacksRequired(properties: Iterable<PropertySet>): boolean {
    for (const { required, value } of properties) if (required && this.isEmpty(value)) return true;
    return false;
  }

  uniteOf(conjunctions: readonly Conjunction[]): ValueSet {
    return unite(conjunctions.map((conjunction) => this.setOfConjunction(conjunction)));
  }
}

function isPlain({ type }: SchemaNode): boolean {
  return type !== "array" && type !== "object";
}

/// Keywords that say nothing of values, and name no schema.
const FOR_PEOPLE = new Set(
  "title description default examples example deprecated readOnly writeOnly $comment".split(" "),
);
/// Keywords whose value is a schema; whose members' values are; whose elements are.
const SCHEMA_KEYWORDS = new Set(
  "items additionalItems additionalProperties propertyNames contains not if then else".split(" "),
);
const SCHEMA_MAPS = new Set("properties patternProperties dependentSchemas $defs definitions".split(" "));
const SCHEMA_LISTS = new Set("items prefixItems allOf anyOf oneOf".split(" "));

const COUNTS_FOR_VALUES = new Set([
  ..."type enum const properties required additionalProperties patternProperties items".split(" "),
  ..."allOf anyOf oneOf not pattern minLength maxLength minimum maximum minItems maxItems".split(" "),
]);
