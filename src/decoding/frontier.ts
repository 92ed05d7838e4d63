import { bitsetWords, hasBit, setBit } from "../base/bitset.ts";
import { completeUtf8Length, concatBytes } from "../base/bytes.ts";
import { type HealingMode, takeBackTokens } from "../bytes/index.ts";
import type { Matcher, TokenMask } from "../engine/engine.ts";
import type { Tokenizer, Vocabulary } from "../tokenizer/vocabulary.ts";
import { encodeExactly } from "./exact-encoding.ts";
import { TokenPrefixes } from "./token-prefixes.ts";

const NOTHING = new Uint8Array(0);

/// The end of known text stays closed where more tokens than this would have to be given to the
/// matcher one by one. A vocabulary of 128k has 38k tokens that begin with a space and whose rest is
/// no token: 40 ms in a matcher of this thread, two seconds in one of another thread.
const MAX_READ = 4096;

/// Bytes of text that can make a difference to the tokens at its end.
const HEALED_REACH = 160;

/// What `settle` or `open` decided about the end of the tokens.
export interface Settled {
  /// How many of the tokens it was given stay.
  readonly kept: number;
  /// Tokens that follow them without a model call.
  readonly forced: readonly number[];
}

/// Known text as tokens, of which the first `common` are those it was given; `rest` is behind them.
interface Cut {
  readonly tokens: readonly number[];
  readonly common: number;
  readonly rest: Uint8Array;
}

/// The end of the text so far, and what is known to come after it.
///
/// Known bytes come from two sides: the end of the prompt, when it is spelled again (healing), and
/// the grammar, when it leaves no choice (jump-forward). Both are tokenized here, but for their last
/// bytes if a longer token could begin with those: these stay pending, and the next tokens are
/// sieved so that they spell them, alone or together with what follows.
///
/// Invariant: the matcher has read the text so far, which includes the first `#read` pending bytes.
export class Frontier {
  readonly #tokenizer: Tokenizer;
  readonly #vocabulary: Vocabulary;
  readonly #prefixes: TokenPrefixes;
  readonly #matcher: Matcher | undefined;
  readonly #jumpForward: boolean;
  #pending: Uint8Array = NOTHING;
  #read = 0;
  #own: readonly number[] = [];
  /// The matcher's mask behind the pending bytes, once asked for.
  readonly #after: TokenMask;
  #hasAfter = false;
  readonly #narrow: TokenMask;

  constructor(tokenizer: Tokenizer, matcher: Matcher | undefined, jumpForward: boolean) {
    this.#tokenizer = tokenizer;
    this.#vocabulary = tokenizer.vocabulary;
    this.#prefixes = TokenPrefixes.of(tokenizer.vocabulary);
    this.#matcher = matcher;
    this.#jumpForward = jumpForward;
    this.#after = new Uint32Array(bitsetWords(this.#vocabulary.size));
    this.#narrow = new Uint32Array(this.#after.length);
  }

  /// Bytes of the text that its tokens do not spell yet.
  get readBytes(): number {
    return this.#read;
  }

  /// Nothing but the end may follow.
  ended(): boolean {
    if (this.#pending.length > 0 || !this.#matcher?.isAccepting()) return false;
    return this.#nothingFollows();
  }

  /// The tokens of the prompt that `open` took back: of all that spell the pending bytes, those that are
  /// right if nothing joins with them.
  get ownTokens(): readonly number[] {
    return this.#own;
  }

  /// What the next tokens must spell before anything else.
  get pending(): Uint8Array {
    return this.#pending;
  }

  /// The last of the tokens from `start` on, at most as many as may change when text is appended.
  window(tokens: readonly number[], start = 0, reach = 64): number[] {
    const enough = Math.max(reach, this.#prefixes.longest);
    let length = 0;
    let from = tokens.length;
    while (from > start && length < enough && this.#vocabulary.kind(tokens[from - 1]!) === "normal") {
      length += this.#vocabulary.bytes(tokens[--from]!).length;
    }
    return tokens.slice(from);
  }

  /// The last tokens of a prompt, as many as `open` looks at.
  promptWindow(tokens: readonly number[], start: number): number[] {
    return this.window(tokens, start, HEALED_REACH);
  }

  /// Starts behind a prompt, of which `window` are the last tokens and `partial` the half character after
  /// them: takes back what `healing` says, and tokenizes what the grammar forces.
  open(window: readonly number[], partial: Uint8Array, healing: HealingMode): Settled {
    const forced = this.#forcedBytes();
    if (partial.length === 0 && healing === "none") {
      const settled = this.settle([]);
      return { ...settled, kept: window.length };
    }
    // Forced text joins with the tokens before it as the tokenizer joins them.
    if (partial.length === 0 && healing === "token" && forced.length > 0) return this.settle(window);
    const cut: Cut =
      forced.length > 0
        ? this.#cut(window, concatBytes([partial, forced]))
        : { tokens: window, common: window.length, rest: partial };
    const closed = forced.length > 0 && this.#behind(forced, () => this.#nothingFollows());
    const stable = closed ? cut : this.#takeBack(cut, healing);
    this.#place(window, stable, 0, partial.length);
    if (this.#behind(this.#pending.subarray(this.#read), () => this.#isDear())) {
      this.#place(window, cut, 0, partial.length);
      return { kept: cut.common, forced: cut.tokens.slice(cut.common) };
    }
    // Unless half a character joined with them.
    const isBeginning = stable.tokens.every((token, i) => cut.tokens[i] === token);
    this.#own = isBeginning ? cut.tokens.slice(stable.tokens.length) : [];
    return { kept: stable.common, forced: stable.tokens.slice(stable.common) };
  }

  #takeBack({ tokens, common, rest }: Cut, healing: HealingMode): Cut {
    const { tokens: stay, bytes } = takeBackTokens(this.#tokenizer, tokens, rest, healing);
    // Half a character may be sure to have tokens of its own, also with what is before it.
    let shared = 0;
    while (shared < Math.min(common, stay.length) && stay[shared] === tokens[shared]) shared++;
    return { tokens: stay, common: shared, rest: bytes };
  }

  /// Tokenizes what the grammar forces, behind `window`, the last tokens of the text; forced text may
  /// join with some of them.
  settle(window: readonly number[]): Settled {
    const asItIs = { kept: window.length, forced: [] };
    if (this.#pending.length > 0) return asItIs;
    const forced = this.#forcedBytes();
    if (forced.length === 0) return asItIs;
    const cut = this.#cut(window, forced);
    const { tokens, common, rest } = cut;
    const open = this.#behind(forced, () => this.#openTokens(tokens, rest));
    this.#place(window, cut, open, 0);
    const kept = Math.min(common, tokens.length - open);
    return { kept, forced: tokens.slice(kept, tokens.length - open) };
  }

  /// The last `open` tokens of a cut, and what is behind them, become pending.
  #place(window: readonly number[], { tokens, common, rest }: Cut, open: number, partial: number): void {
    const kept = Math.min(common, tokens.length - open);
    const spelled = window.slice(kept).reduce((sum, token) => sum + this.#vocabulary.bytes(token).length, 0);
    this.#read = spelled + partial;
    this.#pending = concatBytes([...tokens.slice(kept).map((token) => this.#vocabulary.bytes(token)), rest]);
  }

  #forcedBytes(): Uint8Array {
    return this.#matcher && this.#jumpForward ? this.#matcher.forcedBytes() : NOTHING;
  }

  #nothingFollows(): boolean {
    return this.#matcher?.allowedBytes().every((word) => word === 0) ?? false;
  }

  /// Whether the matcher would have to be asked about too many tokens, at any place of what is pending.
  #isDear(): boolean {
    if (!this.#matcher) return false;
    for (let at = 0; at < this.#pending.length; at++) {
      const rest = this.#pending.subarray(at);
      if (rest.length > this.#prefixes.longest) continue;
      if (this.#prefixes.extensions(rest).unnamed <= MAX_READ) continue;
      if (this.#unreadTokens(rest).length > MAX_READ) return true;
    }
    return false;
  }

  /// The tokens allowed next, valid until the next call; `undefined` for all.
  nextMask(): TokenMask | undefined {
    const mask = this.maskBeyond(0);
    if (this.#pending.length === 0 || mask === undefined) return mask;
    for (const token of this.spelling(0)) setBit(mask, token);
    return mask;
  }

  /// Tokens that spell a part of the pending bytes from `at` on, and nothing else.
  spelling(at: number): number[] {
    const tokens: number[] = [];
    const longest = Math.min(this.#pending.length - at, this.#prefixes.longest);
    for (let length = 1; length <= longest; length++) {
      tokens.push(...this.#prefixes.equal(this.#pending.subarray(at, at + length)));
    }
    return tokens;
  }

  /// The tokens that spell the pending bytes from `at` on and go on as is allowed; at their end, all
  /// tokens allowed there. Valid until the next call; `undefined` for all.
  maskBeyond(at: number): TokenMask | undefined {
    const unread = this.#pending.subarray(this.#read);
    if (at === this.#pending.length) {
      if (!this.#matcher) return undefined;
      this.#behind(unread, () => this.#fillAfter());
      return this.#after;
    }
    this.#narrow.fill(0);
    const rest = this.#pending.subarray(at);
    if (rest.length <= this.#prefixes.longest) {
      this.#behind(unread, () => this.#addLonger(rest, this.#narrow));
    }
    return this.#narrow;
  }

  /// Appends an allowed token of text, and returns the bytes it adds.
  take(token: number): Uint8Array {
    const bytes = this.#vocabulary.bytes(token);
    const added = bytes.subarray(this.#read);
    if (this.#matcher && added.length > 0) {
      const taken =
        this.#pending.length === 0
          ? this.#matcher.acceptToken(token)
          : this.#matcher.acceptBytes(added) === added.length;
      if (!taken) throw new Error(`the matcher refuses token ${token}, which its mask allowed`);
    }
    if (bytes.length > this.#pending.length) this.#hasAfter = false;
    this.#read = Math.max(0, this.#read - bytes.length);
    this.#pending = this.#pending.subarray(bytes.length);
    return added;
  }

  /// Appends an allowed token that is no text.
  takeSpecial(token: number): void {
    if (!this.#matcher?.acceptToken(token)) throw new Error(`the matcher refuses the special token ${token}`);
    this.#hasAfter = false;
  }

  /// Which bytes may come next: a 256-bit set.
  expectedBytes(): Uint32Array {
    const expected = new Uint32Array(8);
    if (this.#pending.length > 0) setBit(expected, this.#pending[0]!);
    else if (this.#matcher) expected.set(this.#matcher.allowedBytes());
    return expected;
  }

  /// Cuts the window's bytes and the forced ones into tokens. The first `common` tokens are the
  /// window's own; `rest` is the half character at the end, if any.
  #cut(window: readonly number[], forced: Uint8Array): Cut {
    const asTheyAre = { tokens: [...window], common: window.length, rest: forced };
    if (forced.length === 0) return asTheyAre;
    // Text starts with a character.
    let from = 0;
    while (from < window.length && isContinuation(this.#vocabulary.bytes(window[from]!)[0]!)) from++;
    const pieces = window.slice(from).map((token) => this.#vocabulary.bytes(token));
    const bytes = concatBytes([...pieces, forced]);
    const complete = completeUtf8Length(bytes);
    const encoded = encodeExactly(this.#tokenizer, bytes.subarray(0, complete));
    if (encoded === undefined) return asTheyAre;

    // The last place where both cuttings have a border: the window's tokens before it stay, even if
    // the model chose others than the tokenizer would.
    let ours = 0;
    let theirs = 0;
    let atOurs = 0;
    let atTheirs = 0;
    let border = { ours, theirs };
    while (ours < pieces.length) {
      atOurs += pieces[ours++]!.length;
      while (theirs < encoded.length && atTheirs < atOurs) {
        atTheirs += this.#vocabulary.bytes(encoded[theirs++]!).length;
      }
      if (atOurs === atTheirs) border = { ours, theirs };
    }
    const common = from + border.ours;
    const tokens = [...window.slice(0, common), ...encoded.slice(border.theirs)];
    return { tokens, common, rest: bytes.subarray(complete) };
  }

  /// How many of the last tokens may still join with what follows: the most whose bytes, and then
  /// `rest`, are the beginning of a longer token that the grammar allows.
  #openTokens(tokens: readonly number[], rest: Uint8Array): number {
    let most = 0;
    let tail: Uint8Array = rest;
    for (let open = 0; open <= tokens.length; open++) {
      if (open > 0) {
        const token = tokens[tokens.length - open]!;
        if (this.#vocabulary.kind(token) !== "normal") break;
        tail = concatBytes([this.#vocabulary.bytes(token), tail]);
      }
      if (tail.length > this.#prefixes.longest) break;
      if (tail.length === 0) continue;
      const joins = rest.length > 0 && this.#prefixes.equal(tail).length > 0;
      if (joins || this.#joinsLonger(tail)) most = open;
    }
    return most;
  }

  /// Whether a longer token that begins with `start` is allowed.
  #joinsLonger(start: Uint8Array): boolean {
    const { tokens, ends, unnamed } = this.#prefixes.extensions(start);
    if (!this.#matcher || tokens.length === 0) return tokens.length > 0;
    this.#fillAfter();
    const unread = unnamed === 0 ? [] : this.#unreadTokens(start);
    if (unread.length > MAX_READ) return false;
    for (const end of ends) if (end >= 0 && hasBit(this.#after, end)) return true;
    return unread.some((token) => this.#reads(token, start.length));
  }

  /// Adds the longer tokens that begin with `start`, which ends where the matcher is, and whose other
  /// bytes it allows.
  #addLonger(start: Uint8Array, mask: TokenMask): void {
    const { tokens, ends, unnamed } = this.#prefixes.extensions(start);
    if (!this.#matcher) {
      for (const token of tokens) setBit(mask, token);
      return;
    }
    // Most ends are tokens themselves: the mask knows about them.
    this.#fillAfter();
    for (let i = 0; i < tokens.length; i++) {
      if (ends[i]! >= 0 && hasBit(this.#after, ends[i]!)) setBit(mask, tokens[i]!);
    }
    if (unnamed === 0) return;
    for (const token of this.#unreadTokens(start)) {
      if (this.#reads(token, start.length)) setBit(mask, token);
    }
  }

  /// Those of which the matcher has to be asked, as what they have behind `start` is no token.
  #unreadTokens(start: Uint8Array): number[] {
    const { tokens, ends } = this.#prefixes.extensions(start);
    const firstBytes = this.#matcher!.allowedBytes();
    const unread: number[] = [];
    for (let i = 0; i < tokens.length; i++) {
      if (ends[i]! >= 0) continue;
      const token = tokens[i]!;
      if (hasBit(firstBytes, this.#vocabulary.bytes(token)[start.length]!)) unread.push(token);
    }
    return unread;
  }

  /// Whether the matcher allows the bytes of `token` from `from` on.
  #reads(token: number, from: number): boolean {
    const end = this.#vocabulary.bytes(token).subarray(from);
    const taken = this.#matcher!.acceptBytes(end);
    this.#matcher!.rollback(1);
    return taken === end.length;
  }

  #fillAfter(): void {
    if (this.#hasAfter) return;
    this.#matcher!.fillTokenMask(this.#after);
    this.#hasAfter = true;
  }

  /// Runs `look` with the matcher behind `bytes`, and takes it back.
  #behind<T>(bytes: Uint8Array, look: () => T): T {
    if (!this.#matcher || bytes.length === 0) return look();
    const taken = this.#matcher.acceptBytes(bytes);
    if (taken < bytes.length) throw new Error("the matcher refuses the bytes that it forced");
    const result = look();
    this.#matcher.rollback(1);
    return result;
  }
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
