import { hasBit } from "../base/bitset.ts";
import { concatBytes, utf8Decode } from "../base/bytes.ts";
import { Recent } from "../base/recent.ts";
import type { PieceRules, Tokenizer } from "../tokenizer/vocabulary.ts";
import { ALL_KINDS } from "./continuations.ts";
import { endsAtApostrophe, shapeOf } from "./shapes.ts";
import type { TokenOrder } from "./token-order.ts";

// What is known of a token behind a context.
export const UNKNOWN = 0;
export const ALLOWED = 1;
export const REFUSED = 2;

/// In `#groups`: tokens that are asked about one by one, and those that nothing whole can end with.
const ALONE = -1;
const NEVER = -2;

/// Shapes of contexts whose tables are kept, and tokens whose neighbours are.
const KEPT_TABLES = 512;
const KEPT_ROWS = 256;

/// Texts that may follow a place, two of each kind.
const PROBES = ALL_KINDS.flatMap((kind) => [kind[0]!, kind.at(-1)!]);

/// Answers of a tokenizer that merges pairs in pieces, by what they depend on instead of by token: on
/// the shapes of the tokens, which tell where pieces are cut, and on whether the last token of the
/// context and the one behind it are the tokens of their joined bytes. What is found out about one token
/// is true of all of its group, behind all contexts of one shape.
export class FollowTables {
  readonly #rules: PieceRules;
  readonly #tokenizer: Tokenizer;
  readonly #order: TokenOrder;
  /// By place: the number of the token's shape.
  readonly #groups: Int32Array;
  readonly #shapes: string[] = [];
  readonly #groupCount: number;
  readonly #tables = new Recent<string, ShapeTables>(KEPT_TABLES);
  readonly #rows = new Recent<number, Uint32Array>(KEPT_ROWS);
  /// Beginnings to drop of contexts of a shape.
  readonly #drops = new Map<string, number>();
  /// Tokens that only a whole piece becomes, by their bytes, and the tokens that some of them end with.
  readonly #wholes = new Set<string>();
  readonly #endsWhole: Uint8Array;

  constructor(rules: PieceRules, tokenizer: Tokenizer, order: TokenOrder) {
    this.#rules = rules;
    this.#tokenizer = tokenizer;
    this.#order = order;
    const numbers = new Map<string, number>();
    const numberOf = (key: string): number => {
      let number = numbers.get(key);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(key, number);
      }
      return number;
    };
    this.#groups = new Int32Array(order.size);
    for (let place = 0; place < order.size; place++) {
      const token = order.ids[place]!;
      const bytes = order.bytesAt(place);
      const text = utf8Decode(bytes);
      if (text !== undefined) this.#shapes[token] = shapeOf(text);
      if (rules.pairs.isOdd(token)) this.#groups[place] = ALONE;
      else if (!rules.pairs.makes(token)) {
        if (rules.wholePieces) this.#wholes.add(latin1(bytes));
        this.#groups[place] = rules.wholePieces ? ALONE : NEVER;
      } else if (text !== undefined) this.#groups[place] = numberOf(rules.pieceEnds ? shapeOf(text) : "");
      // Parts of characters are few, and how they go on is a matter of each.
      else this.#groups[place] = (bytes[0]! & 0xc0) === 0x80 ? NEVER : numberOf(`#${place}`);
    }
    this.#groupCount = numbers.size;
    this.#endsWhole = this.#findEnds();
  }

  /// Where a context may be cut as all that follows has the same tokens without what is before: how many
  /// of its tokens to drop. `text`: theirs.
  dropped(tokens: readonly number[], text: string): number {
    if (tokens.length === 0) return 0;
    // Where all is one piece, the last token decides.
    if (this.#rules.pieceEnds === undefined) return tokens.length - this.#units(tokens).at(-1)!.tokens;
    const key = this.#shapeOf(tokens);
    let drop = this.#drops.get(key);
    if (drop === undefined) {
      drop = this.#findDrop(tokens, text);
      if (this.#drops.size >= 1 << 14) this.#drops.clear();
      this.#drops.set(key, drop);
    }
    return drop;
  }

  /// The answers behind a context of whole characters; `undefined` if its shape does not tell.
  behind(tokens: readonly number[], text: string): FollowTable | undefined {
    const last = tokens.at(-1);
    if (last === undefined) return new FollowTable(this, this.#tablesOf(""), undefined, []);
    if (tokens.some((token) => this.#rules.pairs.isOdd(token))) return undefined;
    if (this.#rules.pieceEnds === undefined) {
      return new FollowTable(this, this.#tablesOf(""), this.#rowOf(last), tokens);
    }
    // Where letters count each for itself, shapes say too little.
    if (endsAtApostrophe(text)) return undefined;
    let key = this.#shapeOf(tokens);
    for (let i = 0; i + 1 < tokens.length; i++) {
      key += hasBit(this.#rowOf(tokens[i]!), tokens[i + 1]!) ? "/" : "+";
    }
    if (this.#wholes.size > 0 && this.#holdsWhole(tokens)) return undefined;
    return new FollowTable(this, this.#tablesOf(key), this.#rowOf(last), tokens);
  }

  /// The table's index of a token; less than none if it is asked about alone, or never comes.
  groupAt(place: number, before: readonly number[]): number {
    const group = this.#groups[place]!;
    if (group < 0 || this.#endsWhole.length === 0) return group;
    return this.#endsWhole[place] === 1 && this.#completes(before, place) ? ALONE : group;
  }

  idAt(place: number): number {
    return this.#order.ids[place]!;
  }

  #shapeOf(tokens: readonly number[]): string {
    const shape = (token: number) => this.#shapes[token];
    const known = tokens.every((token) => shape(token) !== undefined);
    const units = known ? undefined : this.#units(tokens);
    // Behind an apostrophe letters count each for itself, in the tokens that follow, too.
    if (
      tokens.some((token) => shape(token)?.includes("'")) ||
      units?.some(({ text }) => text.includes("'"))
    ) {
      return `=${tokens.join("|")}`;
    }
    if (units === undefined) return tokens.map(shape).join("|");
    return units
      .map(({ text, tokens: count }) => (count === 1 ? shapeOf(text) : `${shapeOf(text)}~${count}`))
      .join("|");
  }

  /// Tokens that share characters, taken together: no piece ends between them.
  #units(tokens: readonly number[]): { readonly text: string; readonly tokens: number }[] {
    const { vocabulary } = this.#tokenizer;
    const units: { text: string; tokens: number }[] = [];
    let held: Uint8Array[] = [];
    for (const token of tokens) {
      held.push(vocabulary.bytes(token));
      const text = utf8Decode(held.length === 1 ? held[0]! : concatBytes(held));
      if (text === undefined) continue;
      units.push({ text, tokens: held.length });
      held = [];
    }
    return units;
  }

  #tablesOf(key: string): ShapeTables {
    const count = this.#groupCount;
    return this.#tables.get(key, () => ({ joined: new Uint8Array(count), apart: new Uint8Array(count) }));
  }

  #rowOf(left: number): Uint32Array {
    return this.#rows.get(left, () => this.#rules.pairs.refusedAfter(left));
  }

  /// The last place between two tokens where a piece ends whatever follows, if the pieces before it are
  /// the same whatever follows, too.
  #findDrop(tokens: readonly number[], text: string): number {
    const endsOf = this.#rules.pieceEnds!;
    const cuts = PROBES.map((probe) => endsOf(text + probe).filter((end) => end <= text.length));
    let common = cuts[0]!.length;
    for (const ends of cuts) {
      let n = 0;
      while (n < common && ends[n] === cuts[0]![n]) n++;
      common = n;
    }
    const ends = new Set(cuts[0]!.slice(0, common));
    let drop = 0;
    let at = 0;
    let passed = 0;
    for (const unit of this.#units(tokens)) {
      at += unit.text.length;
      passed += unit.tokens;
      if (ends.has(at)) drop = passed;
    }
    return drop;
  }

  /// Whether some neighbours among `tokens` are, joined, a token that only a whole piece becomes.
  #holdsWhole(tokens: readonly number[]): boolean {
    const { vocabulary } = this.#tokenizer;
    for (let from = 0; from < tokens.length; from++) {
      let joined = "";
      for (let to = from; to < tokens.length; to++) {
        joined += latin1(vocabulary.bytes(tokens[to]!));
        if (this.#wholes.has(joined)) return true;
      }
    }
    return false;
  }

  #completes(before: readonly number[], place: number): boolean {
    const { vocabulary } = this.#tokenizer;
    let joined = latin1(this.#order.bytesAt(place));
    for (let i = before.length - 1; i >= 0; i--) {
      joined = latin1(vocabulary.bytes(before[i]!)) + joined;
      if (this.#wholes.has(joined)) return true;
    }
    return false;
  }

  #findEnds(): Uint8Array {
    if (this.#wholes.size === 0) return new Uint8Array(0);
    const ends = new Set<string>();
    for (const whole of this.#wholes) for (let i = 1; i < whole.length; i++) ends.add(whole.slice(i));
    return Uint8Array.from({ length: this.#order.size }, (_, place) =>
      ends.has(latin1(this.#order.bytesAt(place))) ? 1 : 0,
    );
  }
}

interface ShapeTables {
  /// By group, if the token may stand in one piece with the one before it, and if not.
  readonly joined: Uint8Array;
  readonly apart: Uint8Array;
}

/// Answers behind one context.
export class FollowTable {
  readonly #owner: FollowTables;
  readonly #tables: ShapeTables;
  readonly #refused: Uint32Array | undefined;
  readonly #tokens: readonly number[];

  constructor(
    owner: FollowTables,
    tables: ShapeTables,
    refused: Uint32Array | undefined,
    tokens: readonly number[],
  ) {
    this.#owner = owner;
    this.#tables = tables;
    this.#refused = refused;
    this.#tokens = tokens;
  }

  get(place: number): number {
    const group = this.#owner.groupAt(place, this.#tokens);
    if (group < 0) return group === NEVER ? REFUSED : UNKNOWN;
    return this.#tableFor(place)[group]!;
  }

  set(place: number, answer: number): void {
    const group = this.#owner.groupAt(place, this.#tokens);
    if (group >= 0) this.#tableFor(place)[group] = answer;
  }

  #tableFor(place: number): Uint8Array {
    const apart = this.#refused !== undefined && hasBit(this.#refused, this.#owner.idAt(place));
    return apart ? this.#tables.apart : this.#tables.joined;
  }
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
