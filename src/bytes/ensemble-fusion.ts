import { hasBit } from "../base/bitset.ts";
import { concatBytes } from "../base/bytes.ts";
import { type CancelSignal, throwIfCancelled } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import type { ByteSource } from "./byte-source.ts";
import type { ByteMatcher } from "./constraint.ts";
import type { NextToken } from "./cover-stream.ts";
import { checkWeights, type EnsembleMember } from "./ensemble.ts";

/// A source that says which tokens its model may go on with: a `WindowedSource` is one.
export interface TokenProposer extends ByteSource {
  nextTokens(
    limit: number,
    accepts?: (bytes: Uint8Array) => boolean,
    signal?: CancelSignal,
  ): Promise<NextToken[]>;
  fork(): TokenProposer;
}

export interface FusionOptions {
  /// One for each model; they count relative to their sum.
  readonly weights: readonly number[];
  /// Tokens of the first model that each text may go on with; its end is one more.
  readonly candidates: number;
}

/// A way to go on, and what the models think of it.
export interface FusionCandidate {
  /// A token of the first model; none: the text ends.
  readonly bytes: Uint8Array;
  /// Natural logarithms: of the token's share in the first model, and of the bytes in the others.
  readonly logProbabilities: readonly number[];
  /// Σ weight × log probability.
  readonly score: number;
}

interface FusedState {
  readonly bytes: Uint8Array;
  /// The first model's, the end among them.
  readonly tokens: number;
  readonly score: number;
  readonly logProbabilities: readonly number[];
  readonly ended: boolean;
}

/// A text as generative fusion decoding writes it (Hsu et al., 2024, https://arxiv.org/abs/2405.14259): the
/// first model proposes its likeliest next tokens, and each model says how likely their bytes are, whatever
/// its own tokens. The sum of the weighted logarithms ranks texts; it is no probability.
///
/// Where the paper takes a model's usual tokens and those that may replace the last one, bytes have their
/// exact probability here, and the first model may take back tokens at the prompt's end.
class FusedText implements FusedState {
  readonly bytes: Uint8Array;
  readonly tokens: number;
  readonly score: number;
  readonly logProbabilities: readonly number[];
  readonly ended: boolean;
  readonly #proposer: TokenProposer;
  readonly #others: readonly EnsembleMember[];
  readonly #matcher: ByteMatcher | undefined;

  constructor(
    proposer: TokenProposer,
    others: readonly EnsembleMember[],
    matcher: ByteMatcher | undefined,
    { bytes, tokens, score, logProbabilities, ended }: FusedState,
  ) {
    this.#proposer = proposer;
    this.#others = others;
    this.#matcher = matcher;
    this.bytes = bytes;
    this.tokens = tokens;
    this.score = score;
    this.logProbabilities = logProbabilities;
    this.ended = ended;
  }

  /// What texts are compared by: those that ended have as many tokens as they have.
  get rank(): number {
    return this.tokens === 0 ? 0 : this.score / this.tokens;
  }

  async candidates(
    { weights, candidates }: FusionOptions,
    signal: CancelSignal | undefined,
  ): Promise<Candidate[]> {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const matcher = this.#matcher;
    const allowed = matcher?.allowedBytes();
    const accepts = (bytes: Uint8Array): boolean => {
      if (!hasBit(allowed!, bytes[0]!)) return false;
      const fork = matcher!.fork();
      const taken = fork.acceptBytes(bytes);
      fork.dispose();
      return taken === bytes.length;
    };
    const scored = (bytes: Uint8Array, logProbabilities: readonly number[]): FusionCandidate => {
      const score = logProbabilities.reduce(
        // A weight of zero takes a model out, whatever it says.
        (sum, log, i) => (weights[i] === 0 ? sum : sum + (weights[i]! / total) * log),
        0,
      );
      return { bytes, logProbabilities, score };
    };
    const proposed = await this.#proposer.nextTokens(candidates, matcher && accepts, signal);
    const read = proposed.map(async ({ bytes, share }): Promise<Candidate> => {
      const forks = this.#others.map(({ name, source }) => ({ name, source: source.fork() }));
      const logs = await Promise.all(forks.map(({ source }) => logProbabilityOf(source, bytes, signal)));
      return { ...scored(bytes, [Math.log(share), ...logs]), others: forks };
    });
    const found = await Promise.all(read);
    if (matcher?.isAccepting() ?? true) {
      const sources = [this.#proposer, ...this.#others.map(({ source }) => source)];
      const stops = await Promise.all(
        sources.map(async (source) => Math.log((await source.next(signal)).stop)),
      );
      found.push({ ...scored(new Uint8Array(0), stops), others: [] });
    }
    return found.filter(({ score }) => score > Number.NEGATIVE_INFINITY).sort((a, b) => b.score - a.score);
  }

  async extended(candidate: Candidate, signal: CancelSignal | undefined): Promise<FusedText> {
    const { bytes, score, logProbabilities, others } = candidate;
    const proposer = this.#proposer.fork();
    const matcher = this.#matcher?.fork();
    if (bytes.length > 0) {
      await proposer.advance(bytes, signal);
      if (matcher && matcher.acceptBytes(bytes) !== bytes.length) {
        throw new Error("the matcher refuses bytes that it took before");
      }
    }
    return new FusedText(proposer, others, matcher, {
      bytes: concatBytes([this.bytes, bytes]),
      tokens: this.tokens + 1,
      score: this.score + score,
      logProbabilities: this.logProbabilities.map((log, i) => log + logProbabilities[i]!),
      ended: bytes.length === 0,
    });
  }

  dispose(): void {
    this.#proposer.dispose();
    for (const { source } of this.#others) source.dispose();
    this.#matcher?.dispose();
  }
}

interface Candidate extends FusionCandidate {
  /// The other models, behind the candidate.
  readonly others: readonly EnsembleMember[];
}

async function logProbabilityOf(
  source: ByteSource,
  bytes: Uint8Array,
  signal: CancelSignal | undefined,
): Promise<number> {
  const before = source.logProbability;
  try {
    await source.advance(bytes, signal);
  } catch (error) {
    if (error instanceof InputError && error.diagnostics[0]?.code === "bytes-unreachable") {
      return Number.NEGATIVE_INFINITY;
    }
    throw error;
  }
  return source.logProbability - before;
}

export interface FusedBytes {
  readonly bytes: Uint8Array;
  /// Σ weight × log probability of the tokens and the end, if the text ended.
  readonly score: number;
  /// Each model's part of it, before weighting.
  readonly logProbabilities: readonly number[];
  readonly finish: "stop" | "length";
}

export interface FusionWriteOptions extends FusionOptions {
  /// Texts kept at each step; 1 is greedy.
  readonly width: number;
  readonly maxBytes: number;
  /// Gets the bytes that all kept texts have in common, as they grow.
  readonly onBytes?: (bytes: Uint8Array) => void;
  readonly signal?: CancelSignal;
}

/// The candidates at the end of what the models have read, best first. The sources stay where they are.
export async function fusionCandidates(
  proposer: TokenProposer,
  others: readonly EnsembleMember[],
  matcher: ByteMatcher | undefined,
  options: FusionOptions,
  signal?: CancelSignal,
): Promise<FusionCandidate[]> {
  checkWeights(options.weights, others.length + 1);
  const found = await emptyText(proposer, others, matcher).candidates(options, signal);
  for (const candidate of found) for (const { source } of candidate.others) source.dispose();
  return found.map(({ bytes, logProbabilities, score }) => ({ bytes, logProbabilities, score }));
}

/// Writes on by a beam of fused texts, ranked by their score a token. The sources stay where they are.
///
/// Throws the `InputError` `fusion-no-candidate` where no candidate can go on.
export async function writeFused(
  proposer: TokenProposer,
  others: readonly EnsembleMember[],
  matcher: ByteMatcher | undefined,
  options: FusionWriteOptions,
): Promise<FusedBytes> {
  checkWeights(options.weights, others.length + 1);
  const { width, maxBytes, onBytes, signal } = options;
  let texts = [emptyText(proposer.fork(), others.map(forkOf), matcher?.fork())];
  let told = 0;
  try {
    const isOpen = (text: FusedText) => !text.ended && text.bytes.length < maxBytes;
    while (texts.some(isOpen)) {
      throwIfCancelled(signal);
      const chosen: { text: FusedText; candidate: Candidate | undefined; rank: number }[] = [];
      const found = await Promise.all(
        texts.map((text) => (isOpen(text) ? text.candidates(options, signal) : undefined)),
      );
      for (const [i, text] of texts.entries()) {
        if (found[i] === undefined) chosen.push({ text, candidate: undefined, rank: text.rank });
        for (const candidate of found[i] ?? []) {
          chosen.push({ text, candidate, rank: (text.score + candidate.score) / (text.tokens + 1) });
        }
      }
      if (chosen.length === 0) throw noCandidate(texts[0]!.bytes.length, options.candidates, matcher);
      chosen.sort((a, b) => b.rank - a.rank);
      const kept = await Promise.all(
        chosen
          .slice(0, width)
          .map(({ text, candidate }) => (candidate ? text.extended(candidate, signal) : text)),
      );
      for (const { candidate } of chosen.slice(width)) {
        for (const { source } of candidate?.others ?? []) source.dispose();
      }
      for (const text of texts) if (!kept.includes(text)) text.dispose();
      texts = kept;
      const common = commonBytes(texts.map(({ bytes }) => bytes)).subarray(0, maxBytes);
      if (common.length > told) onBytes?.(common.slice(told));
      told = Math.max(told, common.length);
    }
    texts.sort((a, b) => b.rank - a.rank);
    const { bytes, score, logProbabilities, ended } = texts[0]!;
    const finish = ended && bytes.length <= maxBytes ? "stop" : "length";
    const written = bytes.slice(0, maxBytes);
    if (written.length > told) onBytes?.(written.slice(told));
    return { bytes: written, score, logProbabilities, finish };
  } finally {
    for (const text of texts) text.dispose();
  }
}

function emptyText(
  proposer: TokenProposer,
  others: readonly EnsembleMember[],
  matcher: ByteMatcher | undefined,
): FusedText {
  return new FusedText(proposer, others, matcher, {
    bytes: new Uint8Array(0),
    tokens: 0,
    score: 0,
    logProbabilities: new Array<number>(others.length + 1).fill(0),
    ended: false,
  });
}

function forkOf({ name, source }: EnsembleMember): EnsembleMember {
  return { name, source: source.fork() };
}

function commonBytes(texts: readonly Uint8Array[]): Uint8Array {
  const [first, ...others] = texts;
  let length = first!.length;
  for (const other of others) {
    length = Math.min(length, other.length);
    for (let i = 0; i < length; i++) if (first![i] !== other[i]) length = i;
  }
  return first!.subarray(0, length);
}

function noCandidate(byteOffset: number, candidates: number, matcher: ByteMatcher | undefined): InputError {
  const what = matcher ? "the grammar and the other models allow" : "the other models allow";
  return new InputError({
    code: "fusion-no-candidate",
    severity: "error",
    message: `the first model proposes nothing that ${what} at byte ${byteOffset} (candidates: ${candidates})`,
    location: { kind: "byte", byteOffset },
    hint: "Ask for more candidates, change the order of the models, or use a mixture.",
  });
}
