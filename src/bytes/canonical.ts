import { completeUtf8Length, concatBytes, utf8Decode, utf8Encode } from "../base/bytes.ts";
import { Recent } from "../base/recent.ts";
import { type Tokenizer, tokensToBytes, type Vocabulary } from "../tokenizer/vocabulary.ts";
import { ALL_KINDS, type ContinuationKind, charactersFrom, END, LETTER } from "./continuations.ts";
import { ALLOWED, type FollowTable, FollowTables, REFUSED, UNKNOWN } from "./follow-tables.ts";
import type { TokenContext } from "./token-context.ts";
import { TokenOrder } from "./token-order.ts";

/// Bytes of text before a token that can make a difference to it, where nothing tells which.
const REACH = 64;
/// The tokenizer is asked about this share of its tokens, one by one, before its rules are worked out: that
/// takes as long as some questions a token, a second for a vocabulary of 128,000.
const WORTH_RULES = 0.5;
/// Contexts whose answers are kept: a byte a token each.
const KEPT_WINDOWS = 64;

/// Which token sequences a tokenizer makes: those with which the tokens of some text begin.
///
/// Not the same as those that encode to themselves: where a pre-tokenizer looks ahead, a beginning of
/// a text's tokens need not be what its own text encodes to. `[" ", " ", "a"]` may be the tokens of
/// "  a" although "  " alone is one token. So a sequence is tried with what may follow it (see
/// continuations.ts). That is exact where the pre-tokenizer treats the characters of one kind alike,
/// and some character of each kind does not merge with what is before it, as in every byte-level
/// vocabulary of a real size.
///
/// Where neighbours decide (`Tokenizer.joinsByPairs`) none of this is needed: then the tokens of a
/// text's beginning are a beginning of its tokens or never will be, and all that counts is the last token.
export class Canonical {
  static readonly #known = new WeakMap<Tokenizer, Canonical>();
  readonly tokenizer: Tokenizer;
  readonly order: TokenOrder;
  /// Whether text may be cut where pre-tokenizers that cut at words do. Not if white space gets lost:
  /// then the pieces are others.
  readonly cuts: boolean;
  /// Bytes of text before a token that can make a difference to it.
  readonly #reach: number;
  /// Answers where no token is allowed.
  readonly noneAllowed: Uint8Array;
  readonly #answers = new Recent<string, Uint8Array>(KEPT_WINDOWS);
  /// The same contexts are asked about at every keystroke.
  readonly #followers = new Recent<string, Followers>(KEPT_WINDOWS);
  /// Bytes of each token, by id; none if it is no text.
  readonly #lengths: Int32Array;
  /// Texts of tokens by place, once asked for; null if there is none.
  readonly #texts: (string | null | undefined)[] = [];
  #assumedCuts = 0;
  /// Tokens that the tokenizer was asked about, one by one.
  #asked = 0;
  /// Null if the tokenizer's rules are not known.
  #tables: FollowTables | null | undefined;

  /// The same object for the same tokenizer, so that what was found out is shared.
  static of(tokenizer: Tokenizer): Canonical {
    let canonical = Canonical.#known.get(tokenizer);
    if (!canonical) {
      canonical = new Canonical(tokenizer);
      Canonical.#known.set(tokenizer, canonical);
    }
    return canonical;
  }

  private constructor(tokenizer: Tokenizer) {
    this.tokenizer = tokenizer;
    this.order = TokenOrder.of(tokenizer.vocabulary);
    this.cuts =
      tokenizer.cutsAtWords === true && spells(tokenizer.vocabulary, tokenizer.encode("a b"), "a b");
    this.#reach = tokenizer.joinsByPairs === true ? 1 : REACH;
    this.#lengths = new Int32Array(tokenizer.vocabulary.size);
    for (let place = 0; place < this.order.size; place++) {
      this.#lengths[this.order.ids[place]!] = this.order.lengthAt(place);
    }
    this.noneAllowed = new Uint8Array(this.order.size).fill(REFUSED);
  }

  /// How often the text before a context was cut off at a place that no promise of the tokenizer makes
  /// safe, as it had none for so long. In pure BPE every such place is safe.
  get assumedCuts(): number {
    return this.#assumedCuts;
  }

  /// What may follow a context, if the tokens up to there are ones that the tokenizer makes.
  after(context: TokenContext): Followers {
    const window = this.windowOf(context);
    return this.#followers.get(window.join(), () => new Followers(this, window));
  }

  /// The last tokens of `context`, as many as have a say in what follows.
  windowOf(context: TokenContext): number[] {
    const { vocabulary } = this.tokenizer;
    const window: number[] = [];
    let length = 0;
    for (let node = context; node.parent !== undefined; node = node.parent) {
      if (vocabulary.kind(node.token) !== "normal") break;
      const after = window.at(-1);
      if (after !== undefined && this.isCut(node.token, after)) break;
      if (length >= this.#reach && !isContinuation(vocabulary.bytes(after!)[0]!)) {
        if (this.#reach === REACH) this.#assumedCuts++;
        break;
      }
      window.push(node.token);
      length += vocabulary.bytes(node.token).length;
    }
    return window.reverse();
  }

  /// Whether the text is cut between two of its tokens whatever follows: those before are then its
  /// tokens for ever, and those behind do not depend on them.
  isCut(before: number, after: number): boolean {
    if (!this.cuts) return false;
    const { vocabulary } = this.tokenizer;
    const bytes = vocabulary.bytes(after);
    return startsPiece(bytes) || (isWordByte(vocabulary.bytes(before).at(-1)!) && CUTS[bytes[0]!] === 1);
  }

  /// What `tokens` have to do with what follows them: the last of them. `undefined` for those that are
  /// not of whole characters.
  tableBehind(tokens: readonly number[]): { window: Window; table: FollowTable | undefined } {
    const window = this.#windowFrom(tokens, 0);
    if (window.text === undefined) return { window, table: undefined };
    if (this.#tables === undefined) {
      if (this.#asked < WORTH_RULES * this.order.size) return { window, table: undefined };
      const rules = this.tokenizer.pieceRules?.();
      this.#tables = rules === undefined ? null : new FollowTables(rules, this.tokenizer, this.order);
      // Those there are know no tables.
      this.#followers.clear();
    }
    const tables = this.#tables;
    if (tables === null) return { window, table: undefined };
    const drop = tables.dropped(tokens, window.text);
    // What is before a piece's end must be what it is on its own, too.
    if (drop > 0 && !this.isWhole(tokens.slice(0, drop))) return { window, table: undefined };
    const reduced = drop > 0 ? this.#windowFrom(tokens, drop) : window;
    return { window: reduced, table: tables.behind(reduced.tokens, reduced.text!) };
  }

  #windowFrom(tokens: readonly number[], from: number): Window {
    const last = from === 0 ? tokens : tokens.slice(from);
    const bytes = tokensToBytes(this.tokenizer.vocabulary, last);
    return { tokens: last, bytes, text: utf8Decode(bytes) };
  }

  /// Answers by place, behind a window.
  answersFor(window: readonly number[]): Uint8Array {
    return this.#answers.get(window.join(), () => new Uint8Array(this.order.size));
  }

  /// Whether the tokens of some text begin with those of `before` and `token`.
  isBeginning(before: Window, place: number): boolean {
    this.#asked++;
    const token = this.order.ids[place]!;
    // Either half a character goes on, or none does.
    const goesOn = isContinuation(this.order.data[this.order.offsets[place]!]!);
    if (goesOn === (completeUtf8Length(before.bytes) === before.bytes.length)) return false;
    const own = this.#textAt(place);
    if (own !== undefined && before.text !== undefined) {
      const length = before.bytes.length + this.#lengths[token]!;
      return this.#isBeginning(before.text + own, length, before.tokens, token);
    }
    const bytes = concatBytes([before.bytes, this.order.bytesAt(place)]);
    const complete = completeUtf8Length(bytes);
    const text = utf8Decode(bytes.subarray(0, complete));
    if (text === undefined) return false;
    if (complete === bytes.length) return this.#isBeginning(text, complete, before.tokens, token);
    return charactersFrom(bytes.subarray(complete)).some(
      (character) => this.#begins(text, complete, character, before.tokens, token) === "yes",
    );
  }

  #isBeginning(text: string, length: number, before: readonly number[], token: number): boolean {
    for (const kind of this.#kindsAfter(text)) {
      for (const continuation of kind) {
        const answer = this.#begins(text, length, continuation, before, token);
        if (answer === "yes") return true;
        if (answer === "no") break;
      }
    }
    return false;
  }

  /// Whether `tokens` are the tokens of their own text.
  isWhole(tokens: readonly number[]): boolean {
    const text = utf8Decode(tokensToBytes(this.tokenizer.vocabulary, tokens));
    if (text === undefined) return false;
    const encoded = encodeMiddle(this.tokenizer, text);
    return encoded?.length === tokens.length && tokens.every((token, i) => encoded[i] === token);
  }

  /// Whether the tokens of `text` and `continuation` begin with `before` and `token`. "no" if they do not,
  /// and cut the text behind `text`, which has `length` bytes, all the same: then nothing of the same
  /// kind would help, as the tokens before a cut are the best ones of what is before it.
  #begins(
    text: string,
    length: number,
    continuation: string,
    before: readonly number[],
    token: number,
  ): "yes" | "no" | "open" {
    const lengths = this.#lengths;
    let encoded: readonly number[] | undefined = this.tokenizer.encode(text + continuation);
    let at = 0;
    let cut = false;
    for (const id of encoded) {
      at += lengths[id]!;
      if (at === length) cut = true;
    }
    if (at !== length + utf8Length(continuation)) {
      // Not these bytes: there are other ways to ask.
      encoded = encodeMiddle(this.tokenizer, text + continuation);
      if (encoded === undefined) return "open";
      at = 0;
      cut = false;
      for (const id of encoded) {
        at += lengths[id]!;
        if (at === length) cut = true;
      }
    }
    let same = encoded[before.length] === token;
    for (let i = 0; same && i < before.length; i++) same = encoded[i] === before[i];
    return same ? "yes" : cut ? "no" : "open";
  }

  /// The text of the token at `place`; `undefined` if it has parts of characters.
  #textAt(place: number): string | undefined {
    let text = this.#texts[place];
    if (text === undefined) {
      text = utf8Decode(this.order.bytesAt(place)) ?? null;
      this.#texts[place] = text;
    }
    return text ?? undefined;
  }

  /// The kinds of what follows that can make a difference to the pieces of `text`.
  #kindsAfter(text: string): readonly ContinuationKind[] {
    if (this.tokenizer.joinsByPairs === true) return AS_IT_IS;
    // A tokenizer that cuts at words looks ahead in white space, behind an apostrophe, and for where
    // a run of capitals or digits ends: in the middle of a word of small letters it does not.
    const inWord = this.cuts && /[a-z]$/.test(text) && !/'..?.?$/.test(text);
    return inWord ? IN_WORD : ALL_KINDS;
  }
}

const AS_IT_IS: readonly ContinuationKind[] = [END];
const IN_WORD: readonly ContinuationKind[] = [END, LETTER];

/// The last tokens of a context.
interface Window {
  readonly tokens: readonly number[];
  readonly bytes: Uint8Array;
  /// `undefined` if the bytes begin or end inside of a character.
  readonly text: string | undefined;
}

/// What may follow a context: answers for each token, by place, found when asked for and kept.
export class Followers {
  readonly #canonical: Canonical;
  /// The last tokens of the context.
  readonly #tokens: readonly number[];
  readonly #known: Answers;
  /// Answers for tokens that begin with white space, if the text is cut before them anyway.
  readonly #behindCut: Answers | undefined;
  #mayEnd: boolean | undefined;

  /// `window`: the last tokens of a context, see `Canonical.windowOf`.
  constructor(canonical: Canonical, window: readonly number[]) {
    this.#canonical = canonical;
    this.#tokens = window;
    this.#known = answersBehind(canonical, this.#tokens);
    const last = this.#known.window.bytes.at(-1);
    if (canonical.cuts && last !== undefined && isWordByte(last)) {
      // What is before a cut is what it is as a text of its own.
      const behindCut = answersBehind(canonical, []);
      this.#behindCut = this.mayEnd() ? behindCut : { ...behindCut, answers: canonical.noneAllowed };
    }
  }

  /// Whether the tokenizer makes the token at `place` behind the context, for some text.
  allows(place: number): boolean {
    const known = this.#answersFor(place);
    const answer = stateOf(known, place);
    if (answer !== UNKNOWN) return answer === ALLOWED;
    const made = this.#canonical.isBeginning(known.window, place) ? ALLOWED : REFUSED;
    known.answers[place] = made;
    known.table?.set(place, made);
    return made === ALLOWED;
  }

  /// The same by id. What is no text may come where text may end.
  allowsToken(token: number): boolean {
    const place = this.#canonical.order.placeOf(token);
    return place < 0 ? this.mayEnd() : this.allows(place);
  }

  /// `ALLOWED`, `REFUSED`, or `UNKNOWN` as long as nobody asked about the token or one like it.
  answerAt(place: number): number {
    return stateOf(this.#answersFor(place), place);
  }

  isRefused(place: number): boolean {
    return stateOf(this.#answersFor(place), place) === REFUSED;
  }

  /// Whether the tokens up to here are what their text encodes to, if it ends here.
  mayEnd(): boolean {
    this.#mayEnd ??= this.#canonical.isWhole(this.#tokens);
    return this.#mayEnd;
  }

  #answersFor(place: number): Answers {
    if (this.#behindCut === undefined) return this.#known;
    const { data, offsets } = this.#canonical.order;
    return CUTS[data[offsets[place]!]!] === 1 ? this.#behindCut : this.#known;
  }
}

interface Answers {
  readonly window: Window;
  readonly answers: Uint8Array;
  readonly table: FollowTable | undefined;
}

function answersBehind(canonical: Canonical, tokens: readonly number[]): Answers {
  const { window, table } = canonical.tableBehind(tokens);
  return { window, table, answers: canonical.answersFor(window.tokens) };
}

function stateOf({ answers, table }: Answers, place: number): number {
  let answer = answers[place]!;
  if (answer === UNKNOWN && table !== undefined) {
    answer = table.get(place);
    answers[place] = answer;
  }
  return answer;
}

// Where a tokenizer that cuts at words always cuts: besides what `Tokenizer.cutsAtWords` says, what
// all pre-tokenizer patterns have in common for which it says so (cuts.test.ts holds them to it).

/// Bytes that begin a piece if they come behind an ASCII letter or digit: white space, and marks that
/// no pattern joins to a word.
const CUTS = new Uint8Array(256);
for (const character of " \t\r\n(.,!?|") CUTS[character.charCodeAt(0)] = 1;

/// A token of a space and a letter or digit starts a piece: no piece has these two but at its start.
function startsPiece(bytes: Uint8Array): boolean {
  return bytes.length > 1 && bytes[0] === 0x20 && isWordByte(bytes[1]!);
}

function isWordByte(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/// Tokens that spell exactly `text`, as in the middle of a longer one; `undefined` if there are none:
/// the tokenizer changes the text, or has no tokens for it.
export function encodeMiddle(tokenizer: Tokenizer, text: string): readonly number[] | undefined {
  const { vocabulary } = tokenizer;
  const tokens = tokenizer.encode(text);
  if (spells(vocabulary, tokens, text)) return tokens;
  // SentencePiece puts a space before a text; none behind a line break, and no token crosses one.
  if (text.startsWith(" ")) {
    const spaced = tokenizer.encode(text.slice(1));
    if (spells(vocabulary, spaced, text)) return spaced;
  }
  const behindBreak = tokenizer.encode(`\n${text}`);
  for (let i = 0; i < behindBreak.length; i++) {
    if (vocabulary.bytes(behindBreak[i]!).at(-1) !== 0x0a) continue;
    const rest = behindBreak.slice(i + 1);
    return spells(vocabulary, rest, text) ? rest : undefined;
  }
  return undefined;
}

/// Bytes of a text's UTF-8.
function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Of a pair of surrogates each half counts for two.
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code >= 0xd800 && code <= 0xdfff ? 2 : 3;
  }
  return length;
}

function spells(vocabulary: Vocabulary, tokens: readonly number[], text: string): boolean {
  const bytes = utf8Encode(text);
  let at = 0;
  for (const token of tokens) {
    if (vocabulary.kind(token) !== "normal") return false;
    const b = vocabulary.bytes(token);
    for (let i = 0; i < b.length; i++) if (b[i] !== bytes[at + i]) return false;
    at += b.length;
  }
  return at === bytes.length;
}
