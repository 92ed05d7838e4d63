import { bitsetWords, countBits, setBit } from "../base/bitset.ts";
import { type CancelSignal, throwIfCancelled } from "../base/cancellation.ts";
import { Canonical, type Followers, TokenContext } from "../bytes/index.ts";
import type { TokenMask } from "../engine/engine.ts";
import type { Tokenizer } from "../tokenizer/vocabulary.ts";
import { micros } from "./clock.ts";
import type { Frontier } from "./frontier.ts";
import type { GenerationStep } from "./generation.ts";
import type { LogitRequest, ModelSequence, NextTokenLogits } from "./language-model.ts";
import type { Random } from "./random.ts";
import { firstTop, needsWeight, pickToken, type Sampling } from "./sampling.ts";

/// Contexts evaluated at most. Text has about one a byte taken back; long runs of white space have more.
const MOST_CONTEXTS = 64;

/// Tokens asked for where the most likely one that counts will do: most often it is the first.
const FEW = 4;

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
  /// Tokens of the first context that were in the cache.
  readonly reusedTokens: number;
}

interface CoverOptions {
  readonly sequence: ModelSequence;
  readonly tokenizer: Tokenizer;
  readonly contextLength: number;
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
  #reused: number | undefined;

  constructor(options: CoverOptions) {
    this.#options = options;
    this.#canonical = Canonical.of(options.tokenizer);
    this.#greedy = options.sampling.temperature === 0;
  }

  /// `context`: the model's. `text`: the last tokens of the text that the pending bytes continue.
  async run(context: readonly number[], text: readonly number[]): Promise<FoundCover> {
    this.#waiting = [{ tokens: [], context: TokenContext.of(text), at: 0, logWeight: 0 }];
    let droppedWeight = 0;
    for (let node = this.#waiting.pop(); node !== undefined; node = this.#waiting.pop()) {
      if (this.#best !== undefined && this.#best.logWeight >= node.logWeight) break;
      const tokens = [...context, ...node.tokens.map(({ token }) => token)];
      if (this.#evaluations >= MOST_CONTEXTS || tokens.length > this.#options.contextLength) {
        droppedWeight += Math.exp(node.logWeight - (this.#rows[0]?.beyond.logTotal ?? 0));
        continue;
      }
      const row = await this.#explore(node, tokens, this.#greedy ? FEW : firstTop(this.#options.sampling));
      this.#rows.push(row);
      if (this.#greedy) await this.#improve(row, context);
    }
    const choice = this.#greedy ? this.#best : await this.#draw(context);
    const known = this.#knownWeight();
    return {
      tokens: choice === undefined ? [] : chosenTokens(choice.row, choice.index),
      evaluations: this.#evaluations,
      dropped: droppedWeight === 0 ? 0 : droppedWeight / (droppedWeight + known),
      reusedTokens: this.#reused ?? 0,
    };
  }

  /// Asks the model what follows a node. Tokens that spell more of the pending bytes become nodes.
  async #explore(node: Node, tokens: readonly number[], top: number): Promise<Row> {
    const { frontier, sequence, sampling, signal } = this.#options;
    throwIfCancelled(signal);
    const started = micros();
    const evaluation = sequence.evaluate(tokens, signal);
    this.#evaluations++;
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
    const inside = await this.#inside(spelling);
    const needed = this.#options.probabilities || !isRoot;
    const request: LogitRequest = {
      top,
      ...(beyondMask && { mask: beyondMask }),
      ...(needed && { totals: true }),
      ...(needsWeight(sampling) && { temperature: sampling.temperature }),
    };
    const beyond = await sequence.logits(request);
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

  /// The logits of tokens that spell no more than the pending bytes.
  async #inside(tokens: readonly number[]): Promise<NextTokenLogits> {
    if (tokens.length === 0) {
      return { tokens: new Uint32Array(0), logits: new Float32Array(0), complete: true };
    }
    const mask = new Uint32Array(bitsetWords(this.#options.tokenizer.vocabulary.size));
    for (const token of tokens) setBit(mask, token);
    return this.#options.sequence.logits({ top: tokens.length, mask });
  }

  /// The heaviest comes last.
  #wait(node: Node): void {
    let at = this.#waiting.length;
    while (at > 0 && this.#waiting[at - 1]!.logWeight > node.logWeight) at--;
    this.#waiting.splice(at, 0, node);
  }

  /// The most likely sequence of a row, if it is the best.
  async #improve(row: Row, context: readonly number[]): Promise<void> {
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
      await this.#widen(row, context);
    }
  }

  /// Gets all tokens of a row.
  async #widen(row: Row, context: readonly number[]): Promise<void> {
    const { frontier, sequence, signal } = this.#options;
    await sequence.evaluate([...context, ...row.node.tokens.map(({ token }) => token)], signal);
    this.#evaluations++;
    const mask = frontier.maskBeyond(row.node.at);
    const all = await sequence.logits({ top: Number.POSITIVE_INFINITY, ...(mask && { mask }) });
    row.beyond = { ...row.beyond, ...all };
  }

  /// Draws a sequence of any row, as `pickToken` draws tokens. One that the tokenizer does not make
  /// leaves the draw, and it is made again among the others.
  async #draw(context: readonly number[]): Promise<{ row: Row; index: number } | undefined> {
    const { sampling, random } = this.#options;
    for (let u = random.next(); ; ) {
      const pool = this.#pool();
      const picked = pool.entries.length === 0 ? undefined : pickToken(pool.logits, sampling, u);
      if (picked === undefined) {
        const narrow = this.#rows.filter(({ beyond }) => !beyond.complete);
        if (narrow.length === 0) return undefined;
        for (const row of narrow) await this.#widen(row, context);
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

/// log Σ exp(x).
function logSum(logs: readonly number[]): number {
  const most = Math.max(...logs);
  if (most === Number.NEGATIVE_INFINITY) return most;
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
}
