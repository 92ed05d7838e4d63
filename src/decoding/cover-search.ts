import { countBits } from "../base/bitset.ts";
import { type CancelSignal, throwIfCancelled } from "../base/cancellation.ts";
import { Canonical, type Followers, leadsAcross, TokenContext } from "../bytes/index.ts";
import type { TokenMask } from "../engine/engine.ts";
import type { Tokenizer } from "../tokenizer/vocabulary.ts";
import { micros } from "./clock.ts";
import { readBoth, readEach } from "./cover-reads.ts";
import type { Frontier } from "./frontier.ts";
import type { GenerationStep } from "./generation.ts";
import type { LogitRequest, ModelSequence, NextTokenLogits } from "./language-model.ts";
import type { Random } from "./random.ts";
import type { ReadRow, RememberedRows } from "./remembered-rows.ts";
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
/// Where no more tokens than this come into question, all are read: the next search may need no others.
const MOST_REMEMBERED = 256;

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
  /// What earlier searches read.
  readonly remembered: RememberedRows;
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
  /// Tokens behind the context of which the sequence keeps the logits, and of what is before them.
  #kept: readonly number[] | undefined;
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
      rival: this.#greedy ? this.#rival() : 0,
      dropped: droppedWeight === 0 ? 0 : droppedWeight / (droppedWeight + known),
      reusedTokens: this.#reused ?? context.length,
    };
  }

  /// Asks the model what follows a node. Tokens that spell more of the pending bytes become nodes.
  async #explore(node: Node): Promise<Row> {
    const { frontier, remembered, signal } = this.#options;
    throwIfCancelled(signal);
    const started = micros();
    const followers = this.#canonical.after(node.context);
    const context = [...this.#context, ...node.tokens.map(({ token }) => token)];
    const isQuick = this.#greedy && !this.#options.probabilities && node.at < frontier.pending.length;
    const mayBeKnown = isQuick && remembered.has(context);
    let evaluated = mayBeKnown ? undefined : this.#evaluate(node);
    const maskStarted = micros();
    let beyondMask: TokenMask | undefined;
    let spelling: number[];
    try {
      beyondMask = frontier.maskBeyond(node.at);
      spelling = frontier.spelling(node.at);
    } catch (error) {
      await evaluated?.evaluation.catch(() => undefined);
      throw error;
    }
    const maskMicros = micros() - maskStarted;

    const isRoot = node.tokens.length === 0;
    const allowedTokens =
      spelling.length + (beyondMask ? countBits(beyondMask) : this.#options.tokenizer.vocabulary.size);
    let read = mayBeKnown ? remembered.read(context, spelling, beyondMask!, !isRoot) : undefined;
    if (read === undefined) {
      evaluated ??= this.#evaluate(node);
      await evaluated.evaluation;
      read = await this.#read(evaluated.back, spelling, beyondMask, followers, isRoot, allowedTokens);
      if (isQuick && read.inside.complete && read.beyond.complete) remembered.keep(context, read);
    }
    const { inside, beyond } = read;
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
      const context = node.context.append(token);
      const at = node.at + this.#options.tokenizer.vocabulary.bytes(token).length;
      // What nothing follows that spells the rest, the model need not be asked about.
      if (!leadsAcross(this.#canonical, context, frontier.pending.subarray(at))) continue;
      this.#wait({
        tokens: [...node.tokens, { token, facts: facts(logit) }],
        context,
        at,
        logWeight: base + logit,
      });
    }
    return { node, followers, base, beyond, refused: new Set(), facts };
  }

  /// Reads what follows a context that was evaluated, in the way that costs least.
  #read(
    back: number,
    spelling: readonly number[],
    mask: TokenMask | undefined,
    followers: Followers,
    isRoot: boolean,
    allowedTokens: number,
  ): Promise<ReadRow> {
    const { sequence, sampling, probabilities, tokenizer } = this.#options;
    const isQuick = this.#greedy && !probabilities && mask !== undefined;
    // With all weights wanted, the best token alone comes with them.
    const few = mask === undefined && (probabilities || !isRoot) ? 1 : FEW;
    const request: LogitRequest = {
      top: this.#greedy ? few : firstTop(sampling),
      back,
      ...(probabilities ? { totals: true } : !isRoot && { total: true }),
      ...(needsWeight(sampling) && { temperature: sampling.temperature }),
    };
    const each = () =>
      readEach(sequence, { ...request, ...(mask && { mask }) }, spelling, tokenizer.vocabulary.size);
    if (!isQuick) return each();
    const top = allowedTokens <= MOST_REMEMBERED ? allowedTokens : few;
    return readBoth(sequence, { ...request, mask, top }, spelling, followers).then((both) => both ?? each());
  }

  /// Starts to compute what follows a node, unless it is there. With the first node comes the one below it that
  /// has the prompt's own token, where evaluating two tokens costs hardly more than one: behind a word it is needed
  /// about every second time, behind white space hardly ever, as the next word joins in.
  #evaluate({ tokens }: Node): { readonly evaluation: Promise<void>; readonly back: number } {
    const { sequence, frontier, contextLength, signal } = this.#options;
    const path = tokens.map(({ token }) => token);
    const kept = this.#kept;
    if (
      kept !== undefined &&
      path.every((token, i) => kept[i] === token) &&
      path.length <= kept.length &&
      path.length >= this.#keptFrom
    ) {
      return { evaluation: Promise.resolve(), back: kept.length - path.length };
    }
    let rows = 1;
    if (kept === undefined && path.length === 0) {
      const own = frontier.ownTokens.slice(0, this.#looksAhead() ? 1 : 0);
      const room = Math.min(sequence.maxRows - 1, contextLength - this.#context.length);
      path.push(...own.slice(0, Math.max(0, room)));
      rows = path.length + 1;
    }
    this.#kept = path;
    this.#keptFrom = path.length + 1 - rows;
    const evaluation = sequence.evaluate([...this.#context, ...path], signal, rows).then(() => {
      this.#reused ??= sequence.reusedTokens;
    });
    return { evaluation, back: path.length - tokens.length };
  }

  #looksAhead(): boolean {
    const { frontier, parameters } = this.#options;
    return parameters > SMALL && !isBlank(frontier.pending.at(-1)!);
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
