import { bitsetWords, countBits, setBit, setBits } from "../base/bitset.ts";
import { type CancelSignal, throwIfCancelled } from "../base/cancellation.ts";
import { Canonical, type Followers, TokenContext } from "../bytes/index.ts";
import type { TokenMask } from "../engine/engine.ts";
import type { Tokenizer } from "../tokenizer/vocabulary.ts";
import { micros } from "./clock.ts";
import type { Frontier } from "./frontier.ts";
import type { GenerationStep } from "./generation.ts";
import type { ChosenLogits, LogitRequest, ModelSequence, NextTokenLogits } from "./language-model.ts";
import type { Random } from "./random.ts";
import { firstTop, needsWeight, pickToken, type Sampling } from "./sampling.ts";

/// Contexts evaluated at most. Text has about one a byte taken back; long runs of white space have more.
const MOST_CONTEXTS = 64;

/// Tokens asked for where the most likely one that counts will do: most often it is the first. More are asked
/// for, so many times as many each time, where none of them counts.
const FEW = 4;
const MORE = 8;
/// Models of no more parameters compute a batch of two in not much less than twice the time of one: measured with
/// 3 million on a CPU, 0.5 and 0.8 ms.
const SMALL = 2e7;
/// Where no more tokens than this come into question, all are looked at by name: cheaper than to rule out all others.
const MOST_NAMED = 24;

/// A token chosen, and what its step says of it.
export interface ChosenToken {
  readonly token: number;
  readonly facts: Pick<
    GenerationStep,
    "allowedTokens" | "probability" | "maskedProbability" | "maskMicros" | "modelMicros"
  >;
}

export interface FoundCover {
  /// None if no sequence that the tokenizer makes is allowed.
  readonly tokens: readonly ChosenToken[];
  readonly evaluations: number;
  /// What the contexts left out had of the mass, at most.
  readonly dropped: number;
  /// Greedy: how likely the best sequence is, at most, that spells the pending bytes in other tokens,
  /// relative to the chosen one; 0 if there is none.
  readonly rival: number;
  /// Tokens of the first context that were in the cache.
  readonly reusedTokens: number;
}

interface CoverOptions {
  readonly sequence: ModelSequence;
  readonly tokenizer: Tokenizer;
  readonly contextLength: number;
  /// Of the model.
  readonly parameters: number;
  readonly frontier: Frontier;
  readonly sampling: Sampling;
  readonly random: Random;
  readonly probabilities: boolean;
  readonly signal: CancelSignal | undefined;
}

/// Tokens that spell the first `at` pending bytes.
interface Node {
  readonly tokens: readonly ChosenToken[];
  readonly context: TokenContext;
  readonly at: number;
  /// Logarithm of their probability, up to a constant that all nodes share.
  readonly logWeight: number;
}

/// A node and what the model says of the tokens behind it.
interface Row {
  readonly node: Node;
  readonly followers: Followers;
  /// What makes a token's logit the logarithm of its sequence's probability, up to the same constant.
  readonly base: number;
  /// Those that reach beyond the pending bytes, by likelihood: as many as were asked for.
  beyond: NextTokenLogits;
  /// Found not to be made by the tokenizer.
  readonly refused: Set<number>;
  readonly facts: (logit: number) => ChosenToken["facts"];
}

/// Chooses among all token sequences that spell the pending bytes of a frontier, alone or with more
/// behind them in their last token; where they end with the pending bytes, the token after them
/// counts as the last. So each sequence adds text (or ends it), and no two have the same tokens.
///
/// Nodes, which stand for sequences that begin alike, are looked at by weight. All that is below a node
/// has no more than its weight, so the most likely sequence is known as soon as it outweighs the nodes
/// that are left.
export class CoverSearch {
  readonly #options: CoverOptions;
  readonly #canonical: Canonical;
  readonly #greedy: boolean;
  readonly #rows: Row[] = [];
  #waiting: Node[] = [];
  #best: { readonly row: Row; readonly index: number; readonly logWeight: number } | undefined;
  #evaluations = 0;
  /// Tokens behind the context of which the sequence keeps the logits, and of what is before them.
  #kept: readonly number[] = [];
  #keptFrom = 0;
  #context: readonly number[] = [];
  #reused: number | undefined;

  constructor(options: CoverOptions) {
    this.#options = options;
    this.#canonical = Canonical.of(options.tokenizer);
    this.#greedy = options.sampling.temperature === 0;
  }

  /// `context`: the model's. `text`: the last tokens of the text that the pending bytes continue.
  async run(context: readonly number[], text: readonly number[]): Promise<FoundCover> {
    this.#context = context;
    this.#waiting = [{ tokens: [], context: TokenContext.of(text), at: 0, logWeight: 0 }];
    let droppedWeight = 0;
    for (let node = this.#waiting.pop(); node !== undefined; node = this.#waiting.pop()) {
      if (this.#best !== undefined && this.#best.logWeight >= node.logWeight) {
        this.#waiting.push(node);
        break;
      }
      const length = context.length + node.tokens.length;
      if (this.#rows.length >= MOST_CONTEXTS || length > this.#options.contextLength) {
        droppedWeight += Math.exp(node.logWeight - (this.#rows[0]?.beyond.logTotal ?? 0));
        continue;
      }
      const row = await this.#explore(node);
      this.#rows.push(row);
      if (this.#greedy) await this.#improve(row);
    }
    const choice = this.#greedy ? this.#best : await this.#draw();
    const known = this.#knownWeight();
    return {
      tokens: choice === undefined ? [] : chosenTokens(choice.row, choice.index),
      evaluations: this.#evaluations,
      rival: this.#greedy ? this.#rival() : 0,
      dropped: droppedWeight === 0 ? 0 : droppedWeight / (droppedWeight + known),
      reusedTokens: this.#reused ?? 0,
    };
  }

  /// Asks the model what follows a node. Tokens that spell more of the pending bytes become nodes.
  async #explore(node: Node): Promise<Row> {
    const { frontier, sequence, sampling, signal } = this.#options;
    throwIfCancelled(signal);
    const started = micros();
    const { evaluation, back } = this.#evaluate(node);
    const maskStarted = micros();
    let beyondMask: TokenMask | undefined;
    let spelling: number[];
    const followers = this.#canonical.after(node.context);
    try {
      beyondMask = frontier.maskBeyond(node.at);
      spelling = frontier.spelling(node.at);
    } catch (error) {
      await evaluation.catch(() => undefined);
      throw error;
    }
    const maskMicros = micros() - maskStarted;
    await evaluation;
    this.#reused ??= sequence.reusedTokens;

    const isRoot = node.tokens.length === 0;
    const allowedTokens =
      spelling.length + (beyondMask ? countBits(beyondMask) : this.#options.tokenizer.vocabulary.size);
    const needed = this.#options.probabilities || !isRoot;
    // With all weights wanted, the best token alone comes with them.
    const few = beyondMask === undefined && needed ? 1 : FEW;
    const request: LogitRequest = {
      top: this.#greedy ? few : firstTop(sampling),
      back,
      ...(beyondMask && { mask: beyondMask }),
      ...(needed && { totals: true }),
      ...(needsWeight(sampling) && { temperature: sampling.temperature }),
    };
    const isQuick = this.#greedy && !this.#options.probabilities && beyondMask !== undefined;
    const { inside, beyond } = !isQuick
      ? await this.#readEach(request, spelling)
      : allowedTokens <= MOST_NAMED
        ? await this.#readNamed(request, spelling)
        : needed
          ? await this.#readApart(request, spelling)
          : ((spelling.length > 0 ? await this.#readBoth(request, spelling, followers) : undefined) ??
            (await this.#readEach(request, spelling)));
    const base = node.logWeight - (isRoot ? 0 : beyond.logTotal!);
    const modelMicros = micros() - started;
    const facts = (logit: number) => {
      const common = { allowedTokens, maskMicros, modelMicros };
      if (!this.#options.probabilities) return common;
      const allowed = logSum([beyond.logAllowed!, ...inside.logits]);
      const share = (logWeight: number) => Math.min(1, Math.exp(logit - logWeight));
      return { ...common, probability: share(beyond.logTotal!), maskedProbability: share(allowed) };
    };
    for (const [i, token] of inside.tokens.entries()) {
      if (!followers.allowsToken(token)) continue;
      const logit = inside.logits[i]!;
      this.#wait({
        tokens: [...node.tokens, { token, facts: facts(logit) }],
        context: node.context.append(token),
        at: node.at + this.#options.tokenizer.vocabulary.bytes(token).length,
        logWeight: base + logit,
      });
    }
    return { node, followers, base, beyond, refused: new Set(), facts };
  }

  /// Starts to compute what follows a node, unless it is there. With the first node comes the one below it that
  /// has the prompt's own token, where evaluating two tokens costs hardly more than one: behind a word it is needed
  /// about every second time, behind white space hardly ever, as the next word joins in.
  #evaluate({ tokens }: Node): { readonly evaluation: Promise<void>; readonly back: number } {
    const { sequence, frontier, contextLength, signal } = this.#options;
    const path = tokens.map(({ token }) => token);
    const isKept = this.#evaluations > 0 && path.every((token, i) => this.#kept[i] === token);
    if (isKept && path.length <= this.#kept.length && path.length >= this.#keptFrom) {
      return { evaluation: Promise.resolve(), back: this.#kept.length - path.length };
    }
    let rows = 1;
    if (this.#evaluations === 0) {
      const own = frontier.ownTokens.slice(0, this.#looksAhead() ? 1 : 0);
      const room = Math.min(sequence.maxRows - 1, contextLength - this.#context.length);
      path.push(...own.slice(0, Math.max(0, room)));
      rows = path.length + 1;
    }
    this.#evaluations++;
    this.#kept = path;
    this.#keptFrom = path.length + 1 - rows;
    const evaluation = sequence.evaluate([...this.#context, ...path], signal, rows);
    return { evaluation, back: path.length - tokens.length };
  }

  #looksAhead(): boolean {
    const { frontier, parameters } = this.#options;
    return parameters > SMALL && !isBlank(frontier.pending.at(-1)!);
  }

  async #readEach(request: LogitRequest, spelling: readonly number[]) {
    const inside = await this.#inside(spelling, request.back!);
    return { inside, beyond: await this.#options.sequence.logits(request) };
  }

  /// Both in one read, where it shows all that can matter for the most likely sequence: what it leaves out
  /// is less likely than one that counts.
  async #readBoth(request: LogitRequest, spelling: readonly number[], followers: Followers) {
    const mask = request.mask!.slice();
    for (const token of spelling) setBit(mask, token);
    const both = await this.#options.sequence.logits({
      ...request,
      mask,
      top: request.top + spelling.length,
    });
    const [within, further]: [number[], number[]] = [[], []];
    for (const [i, token] of both.tokens.entries()) (spelling.includes(token) ? within : further).push(i);
    const isEnough =
      within.length === spelling.length || further.some((i) => followers.allowsToken(both.tokens[i]!));
    const part = (indexes: readonly number[], complete: boolean): NextTokenLogits => ({
      ...both,
      tokens: Uint32Array.from(indexes, (i) => both.tokens[i]!),
      logits: Float32Array.from(indexes, (i) => both.logits[i]!),
      complete,
    });
    return isEnough ? { inside: part(within, true), beyond: part(further, both.complete) } : undefined;
  }

  /// All of them, one by one.
  async #readNamed({ mask, back }: LogitRequest, spelling: readonly number[]) {
    const further = [...setBits(mask!)];
    const [{ logits, logTotal }] = (await this.#options.sequence.chosen([
      { back: back!, tokens: [...spelling, ...further] },
    ])) as [ChosenLogits];
    const part = (tokens: readonly number[], from: number): NextTokenLogits => {
      const order = [...tokens.keys()].sort((a, b) => logits[from + b]! - logits[from + a]!);
      return {
        tokens: Uint32Array.from(order, (i) => tokens[i]!),
        logits: Float32Array.from(order, (i) => logits[from + i]!),
        complete: true,
        logTotal,
      };
    };
    return { inside: part(spelling, 0), beyond: part(further, spelling.length) };
  }

  /// The weight of all comes with those that spell no more than the pending bytes.
  async #readApart({ totals: _, ...request }: LogitRequest, spelling: readonly number[]) {
    const inside = await this.#readNamed({ ...request, mask: new Uint32Array(0) }, spelling);
    const beyond = await this.#options.sequence.logits(request);
    return { inside: inside.inside, beyond: { ...beyond, logTotal: inside.beyond.logTotal! } };
  }

  /// The logits of tokens that spell no more than the pending bytes.
  async #inside(tokens: readonly number[], back: number): Promise<NextTokenLogits> {
    if (tokens.length === 0) {
      return { tokens: new Uint32Array(0), logits: new Float32Array(0), complete: true };
    }
    const mask = new Uint32Array(bitsetWords(this.#options.tokenizer.vocabulary.size));
    for (const token of tokens) setBit(mask, token);
    return this.#options.sequence.logits({ top: tokens.length, mask, back });
  }

  /// The heaviest comes last.
  #wait(node: Node): void {
    let at = this.#waiting.length;
    while (at > 0 && this.#waiting[at - 1]!.logWeight > node.logWeight) at--;
    this.#waiting.splice(at, 0, node);
  }

  /// The most likely sequence of a row, if it is the best.
  async #improve(row: Row): Promise<void> {
    for (;;) {
      const { tokens, logits, complete } = row.beyond;
      for (const [index, token] of tokens.entries()) {
        const logWeight = row.base + logits[index]!;
        if (this.#best !== undefined && this.#best.logWeight >= logWeight) return;
        if (!row.followers.allowsToken(token)) continue;
        this.#best = { row, index, logWeight };
        return;
      }
      if (complete) return;
      await this.#widen(row, Math.max(FEW, tokens.length * MORE));
    }
  }

  /// What is left waiting has at most its own weight.
  #rival(): number {
    const best = this.#best;
    if (best === undefined) return 0;
    let most = this.#waiting.at(-1)?.logWeight ?? Number.NEGATIVE_INFINITY;
    for (const { node, base, beyond, followers } of this.#rows) {
      if (node === best.row.node) continue;
      const index = beyond.tokens.findIndex((token) => followers.allowsToken(token));
      if (index >= 0) most = Math.max(most, base + beyond.logits[index]!);
    }
    return Math.min(1, Math.exp(most - best.logWeight));
  }

  /// Gets more tokens of a row.
  async #widen(row: Row, top = Number.POSITIVE_INFINITY): Promise<void> {
    const { frontier, sequence } = this.#options;
    const { evaluation, back } = this.#evaluate(row.node);
    await evaluation;
    const mask = frontier.maskBeyond(row.node.at);
    const more = await sequence.logits({ top, back, ...(mask && { mask }) });
    row.beyond = { ...row.beyond, ...more };
  }

  /// Draws a sequence of any row, as `pickToken` draws tokens. One that the tokenizer does not make
  /// leaves the draw, and it is made again among the others.
  async #draw(): Promise<{ row: Row; index: number } | undefined> {
    const { sampling, random } = this.#options;
    for (let u = random.next(); ; ) {
      const pool = this.#pool();
      const picked = pool.entries.length === 0 ? undefined : pickToken(pool.logits, sampling, u);
      if (picked === undefined) {
        const narrow = this.#rows.filter(({ beyond }) => !beyond.complete);
        if (narrow.length === 0) return undefined;
        for (const row of narrow) await this.#widen(row);
        continue;
      }
      const { row, index } = pool.entries[picked]!;
      if (row.followers.allowsToken(row.beyond.tokens[index]!)) return { row, index };
      row.refused.add(row.beyond.tokens[index]!);
      u = random.next();
    }
  }

  /// The sequences at hand by weight, as far down as none is missing.
  #pool() {
    const { temperature } = this.#options.sampling;
    let floor = Number.NEGATIVE_INFINITY;
    for (const { beyond, base } of this.#rows) {
      if (!beyond.complete)
        floor = Math.max(floor, base + (beyond.logits.at(-1) ?? Number.POSITIVE_INFINITY));
    }
    const entries: { row: Row; index: number; logWeight: number }[] = [];
    const weights: number[] = [];
    let complete = true;
    for (const row of this.#rows) {
      const { beyond, base, refused } = row;
      complete &&= beyond.complete;
      const out: number[] = [];
      for (const [index, token] of beyond.tokens.entries()) {
        const logWeight = base + beyond.logits[index]!;
        if (refused.has(token)) out.push(logWeight / temperature);
        else if (logWeight >= floor) entries.push({ row, index, logWeight });
      }
      if (beyond.logTempered !== undefined) {
        const whole = base / temperature + beyond.logTempered;
        weights.push(whole + Math.log1p(-Math.min(1, Math.exp(logSum(out) - whole))));
      }
    }
    entries.sort((a, b) => b.logWeight - a.logWeight);
    const logits: NextTokenLogits = {
      tokens: Uint32Array.from(entries.keys()),
      logits: Float32Array.from(entries, ({ logWeight }) => logWeight),
      complete,
      ...(weights.length > 0 && { logTempered: logSum(weights) }),
    };
    return { entries, logits };
  }

  /// Relative to the mass of all sequences; less than it is.
  #knownWeight(): number {
    const total = this.#rows[0]?.beyond.logTotal ?? 0;
    let sum = 0;
    for (const { base, beyond } of this.#rows) {
      for (const logit of beyond.logits) sum += Math.exp(base + logit - total);
    }
    return sum;
  }
}

function chosenTokens({ node, beyond, facts }: Row, index: number): ChosenToken[] {
  return [...node.tokens, { token: beyond.tokens[index]!, facts: facts(beyond.logits[index]!) }];
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/// log Σ exp(x).
function logSum(logs: readonly number[]): number {
  const most = Math.max(...logs);
  if (most === Number.NEGATIVE_INFINITY) return most;
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
}
