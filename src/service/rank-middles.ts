import {
  type CountedSequence,
  type FinishReason,
  type GenerateOptions,
  type GenerationStep,
  generate,
  type HealingMode,
  type LanguageModel,
  middleEnds,
  openJoin,
  type Prompt,
  rankBySuffix,
  type SamplingOptions,
  type SuffixJoin,
  type SuffixMatcher,
  suffixJoin,
  TextScorer,
  trimOverlap,
} from "../decoding/index.ts";
import type { Matcher } from "../engine/index.ts";
import type { RankingFacts, RankingParams } from "./api.ts";
import { drawFittingText, type FittingText, isDeadEnd, stepsUpTo, tokensOf } from "./fitting-text.ts";

/// Middles compared at most.
const MOST_CANDIDATES = 16;
/// Others drawn besides the first, where a word goes on after the cursor, and tokens of each at most.
const DRAWS = 4;
const DRAWN_TOKENS = 12;
const DRAWN_TEMPERATURE = 0.8;
/// From this rival of healing on, the middle is drawn without healing, too: the likeliest first token is no
/// sure sign of the likeliest word.
const STRONG_RIVAL = 0.1;

/// How a middle is drawn: a grammar knows what is behind it.
export type MiddleOptions = Omit<GenerateOptions, "matcher"> & { readonly matcher?: SuffixMatcher };

export interface RankingOptions {
  readonly model: LanguageModel;
  readonly sequence: CountedSequence;
  /// Of the middle drawn first.
  readonly generation: MiddleOptions;
  /// The document's text after the cursor.
  readonly suffix: string;
  readonly drawn: FittingText;
  /// Where a text has said enough, if it has.
  readonly ending: (text: string) => number | undefined;
  /// What would be offered of what was drawn, without ranking: a beginning of it.
  readonly offer: (drawn: FittingText) => string;
  /// `HealingFacts.rival` of what was drawn.
  readonly rival: number;
  /// Nothing is a candidate, too.
  readonly mayBeEmpty: boolean;
  /// Milliseconds after which no more candidates are looked at.
  readonly maxMillis: number;
}

export interface ChosenMiddle {
  readonly text: string;
  readonly steps: readonly GenerationStep[];
  readonly tokens: readonly number[];
  readonly finish: FinishReason;
  readonly facts: RankingFacts;
}

interface Candidate {
  readonly text: string;
  readonly steps: readonly GenerationStep[];
}

/// Whether a request is for the middle that joins best.
export function ranks({
  suffixRanking,
  healing = "exact",
  sampling,
}: RankingParams & { readonly healing?: HealingMode; readonly sampling?: SamplingOptions }): boolean {
  return suffixRanking ?? (healing === "exact" && (sampling?.temperature ?? 0) === 0);
}

/// Chooses the middle that joins best with the text after the cursor: among beginnings of the one drawn, and
/// others drawn for this. `undefined` where nothing after the cursor has a say.
///
/// Under a grammar only middles count after which the suffix fits.
export async function rankMiddles(options: RankingOptions): Promise<ChosenMiddle | undefined> {
  const { model, sequence, generation, suffix, maxMillis } = options;
  const { prompt, signal } = generation;
  const isContested = options.rival >= STRONG_RIVAL;
  const fillsIn = prompt.kind === "fim";
  const join = suffixJoin(fillsIn, suffix) ?? (isContested ? openJoin(fillsIn) : undefined);
  if (join === undefined) return undefined;
  const started = performance.now();
  const evaluated = sequence.evaluations;
  const isLate = () => performance.now() - started > maxMillis;

  const joined = joinedPrompt(prompt, join);
  const candidates = new Candidates(options, join);
  candidates.addDraw(options.drawn);
  if (isContested) candidates.addDraw(await unhealed(options));
  for await (const draw of others(options, joined, join, isLate)) {
    candidates.addEnds(draw, joined !== prompt);
  }

  const scorer = new TextScorer(model, sequence, { prompt: joined, ...(signal && { signal }) });
  const { list } = candidates;
  const { ranked, looked } = await rankBySuffix(
    scorer,
    list.map(({ text }) => text),
    join,
    isLate,
  );
  const [best] = ranked;
  const first = ranked.find(({ index }) => index === 0);
  const chosen = list[best?.index ?? 0]!;
  const steps = stepsUpTo(chosen.steps, chosen.text.length);
  return {
    text: chosen.text,
    steps,
    tokens: tokensOf(steps),
    finish: chosen.text === options.drawn.text ? options.drawn.finish : "stop",
    facts: {
      candidates: looked,
      skipped: list.length - looked,
      evaluations: sequence.evaluations - evaluated,
      millis: performance.now() - started,
      gain: best && first ? best.score - first.score : 0,
    },
  };
}

/// The middle as it is without healing, up to the end of a line.
async function unhealed({
  model,
  sequence,
  generation,
  drawn,
  ending,
}: RankingOptions): Promise<FittingText> {
  const { onPrompt: _, matcher, ...common } = generation;
  if (matcher) toStart(matcher, drawn);
  const options = { ...common, healing: "none", probabilities: false, ...(matcher && { matcher }) } as const;
  const isEnough = (text: string) => ending(text) !== undefined || /\S[^\n]*\n/.test(text);
  return drawFittingText(generate(model, sequence, options), matcher, isEnough);
}

/// A word that goes on after the cursor is one with the middle: it leaves the suffix.
export function joinedPrompt(prompt: Prompt, { remainder }: SuffixJoin): Prompt {
  if (prompt.kind !== "fim" || remainder === "") return prompt;
  return { ...prompt, suffix: prompt.suffix.slice(remainder.length) };
}

/// Middles up to the end of their first word, for candidates: the most likely one of the joined prompt, and
/// some at random, the same each time.
async function* others(
  { model, sequence, generation, drawn, ending }: RankingOptions,
  joined: Prompt,
  { remainder }: SuffixJoin,
  isLate: () => boolean,
): AsyncGenerator<FittingText> {
  if (remainder === "") return;
  const { matcher } = generation;
  // The grammar knows the suffix as it is.
  const prompt = matcher ? generation.prompt : joined;
  const { onPrompt: _, ...common } = generation;
  for (let draw = prompt === generation.prompt ? 1 : 0; draw <= DRAWS; draw++) {
    if (isLate()) return;
    if (matcher) toStart(matcher, drawn);
    const options: GenerateOptions = {
      ...common,
      prompt,
      probabilities: false,
      maxTokens: Math.min(generation.maxTokens ?? DRAWN_TOKENS, DRAWN_TOKENS),
      sampling: draw === 0 ? { temperature: 0 } : { temperature: DRAWN_TEMPERATURE, seed: draw },
    };
    const isEnough = (text: string) => ending(text) !== undefined || isPastWord(text);
    try {
      yield await drawFittingText(generate(model, sequence, options), matcher, isEnough);
    } catch (error) {
      // It led nowhere: there are others.
      if (!isDeadEnd(error)) throw error;
    }
  }
}

function toStart(matcher: Matcher, { start }: FittingText): void {
  matcher.rollback(matcher.steps - start);
}

function isPastWord(text: string): boolean {
  return /[\p{ID_Continue}$][^\p{ID_Continue}$]/u.test(text);
}

/// Middles without repetition, in the order they came.
class Candidates {
  readonly list: Candidate[] = [];
  readonly #options: RankingOptions;
  readonly #join: SuffixJoin;
  readonly #known = new Set<string>();

  constructor(options: RankingOptions, join: SuffixJoin) {
    this.#options = options;
    this.#join = join;
  }

  /// What would be offered of a draw, and where it might end before.
  addDraw(draw: FittingText): void {
    this.add(this.#options.offer(draw), draw.steps);
    if (!this.#join.firstWord && !(this.#join.end && this.#join.text === "")) this.addEnds(draw, false);
  }

  /// Beginnings of a draw. `withRemainder`: it wrote the rest of the word, too: only those count that end before it.
  addEnds({ text, steps, fits }: FittingText, withRemainder: boolean): void {
    const { ending, suffix, generation } = this.#options;
    const whole = text.slice(0, ending(text) ?? text.length);
    const { remainder } = this.#join;
    const ends = middleEnds(whole, remainder).filter(
      (end) => !withRemainder || text.startsWith(remainder, end),
    );
    if (!withRemainder) ends.push(trimOverlap(whole, suffix).length);
    for (const end of ends) {
      if (!generation.matcher || fits.includes(end)) this.add(whole.slice(0, end), steps);
    }
  }

  add(text: string, steps: readonly GenerationStep[]): void {
    if (this.list.length >= MOST_CANDIDATES || this.#known.has(text)) return;
    // The first one is what ranking is compared with, whatever it is.
    if (text === "" && this.list.length > 0 && !this.#options.mayBeEmpty) return;
    this.#known.add(text);
    this.list.push({ text, steps });
  }
}
