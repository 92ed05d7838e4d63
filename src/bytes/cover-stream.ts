import { type CancelSignal, throwIfCancelled } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import type { ByteModel } from "./byte-model.ts";
import type { ByteSource, NextBytes } from "./byte-source.ts";
import type { Followers } from "./canonical.ts";
import { REFUSED, UNKNOWN } from "./follow-tables.ts";
import { Lookahead } from "./lookahead.ts";
import type { NextTokens } from "./next-tokens.ts";
import { OpenTokens } from "./open-tokens.ts";
import { TokenContext } from "./token-context.ts";
import { unreachable } from "./unreachable.ts";

// Bytes read at most without adding masses up: doubles hold those of far more.
const STRIDE = 16;

// Next tokens are looked for among those this much less likely than the likeliest, then among those as much
// less likely again, and so on.
const BAND = 1e-3;
const LEAST_BAND = 1e-12;

/// Which token sequences count.
export type CoverTarget =
  /// Every one that spells the text. A token that ends exactly here makes a new head, and a new context
  /// to evaluate; heads with less than `minShare` of the mass at that moment are dropped, and the
  /// lightest beyond `maxHeads`. `minShare: 0` is exact, and grows exponentially with the text.
  | { readonly kind: "all"; readonly minShare: number; readonly maxHeads?: number }
  /// Those that the tokenizer makes of some text. Whether it makes one is found out for the likely
  /// tokens first; those that stay unchecked, with at most `maxUnchecked` of the mass, count as made.
  /// `maxUnchecked: 0` is exact. No more than `maxChecks` tokens are looked at behind one context at a
  /// time: what is left then counts, too, and is stated.
  | { readonly kind: "canonical"; readonly maxUnchecked: number; readonly maxChecks?: number };

/// The next byte, by covers.
export interface CoverDistribution extends NextBytes {
  readonly target: CoverTarget["kind"];
  /// Mass of what counts here although nobody looked whether the tokenizer makes it.
  readonly unchecked: number;
  readonly dropped: Dropped;
}

/// Mass of the heads dropped so far.
export interface Dropped {
  /// Share of the whole that it had when it was dropped, added up: the error to expect, if what was
  /// dropped goes on like the rest.
  readonly share: number;
  /// No probability is off by more than this, whatever the dropped heads would have said.
  readonly bound: number;
}

/// A token sequence whose last token reaches or crosses the end of the text.
export interface Cover {
  /// Tokens behind the stream's start.
  readonly tokens: readonly number[];
  /// The whole sequence, start included.
  readonly context: TokenContext;
  /// Share of the mass of all covers.
  readonly weight: number;
  /// Bytes of the last token beyond the end of the text.
  readonly beyond: number;
}

/// A token that may come at the end of the text, or crosses it.
export interface NextToken {
  /// Its bytes behind the end.
  readonly bytes: Uint8Array;
  /// Its share of the mass of all such tokens and of the end of the text.
  readonly share: number;
}

/// Covers that share all tokens but the last. Immutable but for what the model says, once it is asked.
interface Head {
  readonly context: TokenContext;
  /// Relative to the mass of all heads.
  readonly weight: number;
  /// Bytes of the text behind the context.
  readonly depth: number;
  /// Places of the last tokens: they begin with those bytes and are longer. All, if there are none.
  readonly from: number;
  readonly to: number;
  /// Weight times what the last tokens have, 1 if there are none. Zero where nobody has added it up.
  readonly mass: number;
  next: NextTokens | undefined;
  /// Which last tokens count; all, if absent.
  readonly followers: Followers | undefined;
  /// Contexts evaluated ahead, below this one.
  ahead: Lookahead | undefined;
}

/// A text as a model sees it, byte by byte, over all ways to cover it with tokens:
/// P(next byte | text) = W(text + byte) / W(text), where W adds up the probabilities of the covers, the
/// token sequences whose last token reaches or crosses the end of the text.
///
/// `logProbability` is log W(text). With the target `canonical` that is less than what `next` would
/// add up, which is normalised: mass that a model gives to sequences its tokenizer never makes is lost
/// in W, byte by byte.
export class CoverStream implements ByteSource {
  readonly target: CoverTarget;
  readonly #model: ByteModel;
  readonly #start: TokenContext;
  /// Where the stream begins in the text that errors tell places of.
  readonly #offset: number;
  #heads: readonly Head[];
  #length = 0;
  #logMass = 0;
  #droppedShare = 0;
  /// Mass dropped, as if it had lost nothing since; relative to the mass of all heads.
  #droppedMass = 0;
  #mostUnchecked = 0;

  private constructor(model: ByteModel, target: CoverTarget, start: TokenContext, offset: number) {
    this.#model = model;
    this.target = target;
    this.#start = start;
    this.#offset = offset;
    this.#heads = [this.#freshHead(start, 1, undefined)];
  }

  /// A text that starts behind `context`. It must not be empty if the model wants a first token.
  /// `offset`: bytes before the stream's first one in the text that errors tell places of.
  static open(model: ByteModel, context: readonly number[], target: CoverTarget, offset = 0): CoverStream {
    return new CoverStream(model, target, TokenContext.of(context), offset);
  }

  get length(): number {
    return this.#length;
  }

  get logProbability(): number {
    return this.#logMass;
  }

  /// The most that `next` has counted unchecked so far.
  get mostUnchecked(): number {
    return this.#mostUnchecked;
  }

  get dropped(): Dropped {
    return { share: this.#droppedShare, bound: this.#droppedMass / (1 + this.#droppedMass) };
  }

  fork(): CoverStream {
    const other = new CoverStream(this.#model, this.target, this.#start, this.#offset);
    other.#become(this);
    return other;
  }

  #become(other: CoverStream): void {
    this.#heads = other.#heads;
    this.#length = other.#length;
    this.#logMass = other.#logMass;
    this.#droppedShare = other.#droppedShare;
    this.#droppedMass = other.#droppedMass;
    this.#mostUnchecked = other.#mostUnchecked;
  }

  async next(signal?: CancelSignal): Promise<CoverDistribution> {
    await this.#evaluate(new Uint8Array(0), signal);
    const bytes = new Float64Array(256);
    let stop = 0;
    let unchecked = 0;
    for (const head of this.#heads) {
      if (head.depth === 0 && (head.followers?.mayEnd() ?? true)) stop += head.weight * head.next!.stop;
      this.#check(head);
      unchecked += this.#addNextBytes(head, bytes);
    }
    let rawSum = stop;
    for (const p of bytes) rawSum += p;
    if (rawSum === 0) throw deadEnd(this.#offset + this.#length);
    for (let b = 0; b < 256; b++) bytes[b]! /= rawSum;
    this.#mostUnchecked = Math.max(this.#mostUnchecked, unchecked / rawSum);
    return {
      target: this.target.kind,
      bytes,
      stop: stop / rawSum,
      rawSum,
      logScale: Math.log(rawSum),
      unchecked: unchecked / rawSum,
      dropped: this.dropped,
    };
  }

  async expect(bytes: Uint8Array, signal?: CancelSignal): Promise<void> {
    await this.#evaluate(bytes, signal);
  }

  dispose(): void {}

  async advance(bytes: Uint8Array, signal?: CancelSignal): Promise<void> {
    // Which tokens count is only of interest where masses are: at the end of what is read, and now and
    // then before, lest they vanish.
    const stride = this.target.kind === "canonical" ? STRIDE : 1;
    for (let from = 0; from < bytes.length; from += stride) {
      const piece = bytes.subarray(from, from + stride);
      const before = this.fork();
      try {
        for (let i = 0; i < piece.length; i++) {
          await this.#evaluate(bytes.subarray(from + i), signal);
          this.#step(piece[i]!, i + 1 === piece.length);
        }
      } catch (error) {
        // Stands where masses are known; and finds which byte it was, if it was one.
        this.#become(before);
        if (!(error instanceof InputError) || piece.length === 1) throw error;
        for (let i = 0; i < piece.length; i++) await this.advance(piece.subarray(i, i + 1), signal);
        throw error;
      }
    }
  }

  /// The heaviest covers, at most `limit`.
  async covers(limit: number, signal?: CancelSignal): Promise<Cover[]> {
    await this.#evaluate(new Uint8Array(0), signal);
    const found: { head: Head; place: number; weight: number }[] = [];
    let least = 0;
    for (const head of this.#heads) {
      if (head.depth === 0) {
        found.push({ head, place: -1, weight: head.weight });
        continue;
      }
      this.#check(head);
      for (let place = head.from; place < head.to; place++) {
        const weight = head.weight * head.next!.at(place);
        if (weight <= least || head.followers?.isRefused(place)) continue;
        found.push({ head, place, weight });
        if (found.length < limit * 4 + 64) continue;
        found.sort((a, b) => b.weight - a.weight).length = limit;
        least = found.at(-1)?.weight ?? 0;
      }
    }
    const heaviest = found.sort((a, b) => b.weight - a.weight).slice(0, limit);
    return heaviest.map(({ head, place, weight }) => this.#cover(head, place, weight));
  }

  /// The likeliest tokens that add to the text and pass `accepts`, which is asked from the likeliest on, at
  /// most `limit`. Those that add the same bytes count as one.
  async nextTokens(
    limit: number,
    accepts: (bytes: Uint8Array) => boolean = () => true,
    signal?: CancelSignal,
  ): Promise<NextToken[]> {
    await this.#evaluate(new Uint8Array(0), signal);
    for (const head of this.#heads) this.#check(head);
    const { order } = this.#model;
    let total = 0;
    let most = 0;
    for (const { next, weight, depth, followers, from, to } of this.#heads) {
      if (depth === 0 && (followers?.mayEnd() ?? true)) total += weight * next!.stop;
      for (let place = from; place < to; place++) {
        if (followers?.isRefused(place)) continue;
        const mass = weight * next!.at(place);
        total += mass;
        if (mass > most) most = mass;
      }
    }
    const found = new Map<string, { bytes: Uint8Array; mass: number; accepted: boolean }>();
    let accepted = 0;
    // In bands of probability, as few of a vocabulary's tokens are ever wanted.
    for (let above = Number.POSITIVE_INFINITY, least = most * BAND; above > 0; above = least, least *= BAND) {
      // Beyond that the rest is one band.
      if (least < most * LEAST_BAND) least = 0;
      const band: { bytes: Uint8Array; mass: number }[] = [];
      for (const { next, weight, depth, followers, from, to } of this.#heads) {
        for (let place = from; place < to; place++) {
          const mass = weight * next!.at(place);
          if (mass === 0 || mass < least || mass >= above || followers?.isRefused(place)) continue;
          band.push({ bytes: order.bytesAt(place).slice(depth), mass });
        }
      }
      for (const { bytes, mass } of band.sort((a, b) => b.mass - a.mass)) {
        throwIfCancelled(signal);
        const key = bytes.join();
        const known = found.get(key);
        if (known) known.mass += mass;
        else if (accepted < limit) {
          const entry = { bytes, mass, accepted: accepts(bytes) };
          if (entry.accepted) accepted++;
          found.set(key, entry);
        }
      }
      if (accepted === limit) break;
    }
    return [...found.values()]
      .filter((entry) => entry.accepted)
      .map(({ bytes, mass }) => ({ bytes, share: mass / total }))
      .sort((a, b) => b.share - a.share);
  }

  /// Draws a cover by its weight: the one where the sum of weights passes `u`, uniform in [0, 1). What
  /// a model writes behind its tokens is then distributed as all texts of the model's that begin with
  /// the bytes read.
  async drawCover(u: number, signal?: CancelSignal): Promise<Cover> {
    await this.#evaluate(new Uint8Array(0), signal);
    for (const head of this.#heads) this.#check(head);
    const masses = this.#heads.map((head) => (head.depth === 0 ? head.weight : this.#massOf(head)));
    let left = u * masses.reduce((sum, mass) => sum + mass, 0);
    let at = 0;
    while (at + 1 < masses.length && left >= masses[at]!) left -= masses[at++]!;
    const head = this.#heads[at]!;
    if (head.depth === 0) return this.#cover(head, -1, head.weight);
    let chosen = -1;
    for (let place = head.from; place < head.to; place++) {
      if (head.followers?.isRefused(place)) continue;
      const weight = head.weight * head.next!.at(place);
      if (weight === 0) continue;
      chosen = place;
      if (left < weight) break;
      left -= weight;
    }
    if (chosen < 0) throw deadEnd(this.#offset + this.#length);
    return this.#cover(head, chosen, head.weight * head.next!.at(chosen));
  }

  /// `place` of the last token; -1 if the head's context is all.
  #cover(head: Head, place: number, weight: number): Cover {
    const { order } = this.#model;
    const context = place < 0 ? head.context : head.context.append(order.ids[place]!);
    const beyond = place < 0 ? 0 : order.lengthAt(place) - head.depth;
    return { tokens: context.tokens(this.#start.length), context, weight, beyond };
  }

  #freshHead(context: TokenContext, weight: number, ahead: Lookahead | undefined): Head {
    return {
      context,
      weight,
      depth: 0,
      from: 0,
      to: this.#model.order.size,
      mass: weight,
      next: ahead?.next,
      followers: this.target.kind === "canonical" ? this.#model.canonical.after(context) : undefined,
      ahead,
    };
  }

  /// Asks the model about all heads it was not asked about, and about what lies ahead if `bytes` come.
  async #evaluate(bytes: Uint8Array, signal: CancelSignal | undefined): Promise<void> {
    throwIfCancelled(signal);
    const heads = this.#heads.filter((head) => head.next === undefined);
    if (heads.length === 0) return;
    const { canonical, order } = this.#model;
    const roots = heads.map((head) => {
      head.ahead ??= new Lookahead(head.context);
      return head.ahead;
    });
    const nodes = Lookahead.grow(roots, bytes, order, canonical);
    const answers = await this.#model.evaluate(
      nodes.map((node) => node.context),
      signal,
    );
    nodes.forEach((node, i) => {
      node.next = answers[i];
    });
    for (const head of heads) head.next = head.ahead!.next;
  }

  /// Reads a byte. `measure`: adds masses up; without, heads keep weights relative to what they were.
  #step(byte: number, measure: boolean): void {
    const { order } = this.#model;
    const pending: Head[] = [];
    const fresh: Head[] = [];
    for (const head of this.#heads) {
      const { depth, followers } = head;
      const from = order.lowerBound(head.from, head.to, depth, byte);
      const to = order.lowerBound(from, head.to, depth, byte + 1);
      if (from === to) continue;
      const longer = order.pastEqual(from, to, depth + 1);
      for (let place = from; place < longer; place++) {
        const weight = head.weight * head.next!.at(place);
        if (weight === 0 || !(followers?.allows(place) ?? true)) continue;
        const ahead = head.ahead?.below(place);
        const context = ahead?.context ?? head.context.append(order.ids[place]!);
        fresh.push(this.#freshHead(context, weight, ahead));
      }
      if (longer === to) continue;
      // What a narrow range needs of a whole vocabulary's numbers is little.
      const held = head.next!.probabilities.length;
      const next = (to - longer) * 4 < held ? head.next!.slice(longer, to) : head.next!;
      const narrowed: Head = { ...head, depth: depth + 1, from: longer, to, next, mass: 0 };
      if (!measure) {
        pending.push(narrowed);
        continue;
      }
      this.#check(narrowed);
      const mass = this.#massOf(narrowed);
      if (mass > 0) pending.push({ ...narrowed, mass });
    }
    if (!measure && pending.length + fresh.length > 0) {
      this.#heads = [...pending, ...fresh];
      this.#length++;
      return;
    }
    const total = sumOfMasses(pending) + sumOfMasses(fresh);
    if (total === 0) throw this.#unreachable(byte);
    const kept = this.#prune(fresh, total);
    const dropped = kept.length === fresh.length ? 0 : sumOfMasses(fresh) - sumOfMasses(kept);
    const mass = total - dropped;
    this.#droppedShare += (1 - this.#droppedShare) * (dropped / total);
    this.#droppedMass = (this.#droppedMass + dropped) / mass;
    this.#heads = [...pending, ...kept].map((head) => ({
      ...head,
      weight: head.weight / mass,
      mass: head.mass / mass,
    }));
    this.#logMass += Math.log(mass);
    this.#length++;
  }

  /// Heads that stay. At least one does, if there is nothing else.
  #prune(fresh: readonly Head[], total: number): readonly Head[] {
    if (this.target.kind !== "all") return fresh;
    const { minShare, maxHeads = Number.POSITIVE_INFINITY } = this.target;
    const heaviest = fresh.reduce((most, head) => Math.max(most, head.mass), 0);
    const least = Math.min(minShare * total, heaviest);
    const kept = fresh.filter((head) => head.mass >= least);
    return kept.length <= maxHeads ? kept : kept.sort((a, b) => b.mass - a.mass).slice(0, maxHeads);
  }

  /// Finds out which of the head's last tokens the tokenizer makes, for all but a small share of them.
  #check({ followers, next, from, to }: Head): void {
    if (followers === undefined || this.target.kind !== "canonical") return;
    const { maxUnchecked, maxChecks = Number.POSITIVE_INFINITY } = this.target;
    let room = maxChecks;
    while (room > 0) {
      const open = new OpenTokens(followers, next!, from, to);
      // Each refusal makes the rest weigh more: hence in rounds.
      const least = open.leastToCheck(maxUnchecked * open.counted, room);
      if (least === undefined) return;
      room -= open.check(least, room);
    }
  }

  #massOf({ followers, next, weight, from, to }: Head): number {
    const { probabilities, first } = next!;
    let sum = 0;
    for (let place = from; place < to; place++) {
      if (!followers?.isRefused(place)) sum += probabilities[place - first]!;
    }
    return sum * weight;
  }

  /// Adds what the head's last tokens have by their next byte. Returns the mass of unchecked ones.
  #addNextBytes({ followers, next, weight, from, to, depth }: Head, bytes: Float64Array): number {
    const { data, offsets } = this.#model.order;
    const { probabilities, first } = next!;
    let unchecked = 0;
    let sum = 0;
    let byte = 0;
    for (let place = from; place < to; place++) {
      const b = data[offsets[place]! + depth]!;
      if (b !== byte) {
        bytes[byte]! += sum * weight;
        sum = 0;
        byte = b;
      }
      if (followers !== undefined) {
        const answer = followers.answerAt(place);
        if (answer === REFUSED) continue;
        if (answer === UNKNOWN) unchecked += probabilities[place - first]!;
      }
      sum += probabilities[place - first]!;
    }
    bytes[byte]! += sum * weight;
    return unchecked * weight;
  }

  #unreachable(byte: number): InputError {
    const { name } = this.#model.model.tokenizer.vocabulary;
    const hint =
      this.target.kind === "canonical"
        ? 'The tokenizer makes no token sequence for this text: check that it is UTF-8, or use the target "all".'
        : "No token of the vocabulary continues the text with this byte.";
    return unreachable(name, byte, this.#offset + this.#length, hint);
  }
}

function sumOfMasses(heads: readonly Head[]): number {
  return heads.reduce((sum, head) => sum + head.mass, 0);
}

function deadEnd(byteOffset: number): InputError {
  return new InputError({
    code: "bytes-dead-end",
    severity: "error",
    message: `nothing can follow byte ${byteOffset}, not even the end`,
    location: { kind: "byte", byteOffset },
    hint: "The text up to here ends inside of something the tokenizer cannot complete.",
  });
}
