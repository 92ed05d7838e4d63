import { concatBytes } from "../base/bytes.ts";
import type { CancelSignal } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import { tokensToBytes } from "../tokenizer/vocabulary.ts";
import type { ByteModel } from "./byte-model.ts";
import type { ByteSource } from "./byte-source.ts";
import { type CoverDistribution, CoverStream, type CoverTarget, type NextToken } from "./cover-stream.ts";
import { takeBack } from "./healing.ts";

/// What a text is read with, however long it is.
export interface WindowedModel {
  readonly model: ByteModel;
  /// What each window begins with: the token that a text's first byte is told from.
  readonly start: readonly number[];
  /// Tokens the model can read at a time.
  readonly contextLength: number;
  readonly target: CoverTarget;
}

/// Bytes of text kept for each token of context: more than tokens of text have.
const BYTES_A_TOKEN = 16;
const MOST_SIGHT = 256;

/// A text of any length, as a model sees it that can read so many tokens at a time. Where the text outgrows
/// the context, reading begins anew with half a context of what came last.
export class WindowedSource implements ByteSource {
  readonly #options: WindowedModel;
  #stream: CoverStream;
  /// The end of what was read.
  #tail: Uint8Array = new Uint8Array(0);
  #length = 0;
  #logProbability = 0;
  #windows = 1;

  private constructor(options: WindowedModel, stream: CoverStream) {
    this.#options = options;
    this.#stream = stream;
  }

  /// A text that begins with `prompt`: as bytes of it, what the tokenizer makes of its beginning whatever
  /// follows is read as that, and only the rest is covered.
  ///
  /// Throws the `InputError`s `bytes-not-utf8` and `bytes-unreachable`.
  static async open(
    options: WindowedModel,
    prompt: Uint8Array,
    signal?: CancelSignal,
  ): Promise<WindowedSource> {
    const { stream, rest } = begin(options, prompt, Number.POSITIVE_INFINITY, 0);
    const source = new WindowedSource(options, stream);
    const known = prompt.length - rest.length;
    source.#tail = prompt.slice(0, known);
    source.#length = known;
    await source.advance(rest, signal);
    source.#logProbability = 0;
    return source;
  }

  get length(): number {
    return this.#length;
  }

  /// Of the bytes read behind the prompt.
  get logProbability(): number {
    return this.#logProbability;
  }

  /// How many the text took so far.
  get windows(): number {
    return this.#windows;
  }

  next(signal?: CancelSignal): Promise<CoverDistribution> {
    return this.#fitting((stream) => stream.next(signal), signal);
  }

  async expect(bytes: Uint8Array, signal?: CancelSignal): Promise<void> {
    try {
      await this.#stream.expect(bytes.subarray(0, this.#sight), signal);
    } catch (error) {
      // What lies ahead may need a window of its own; what is next may not.
      if (!isOverflow(error)) throw error;
    }
  }

  /// See `CoverStream.nextTokens`.
  nextTokens(
    limit: number,
    accepts?: (bytes: Uint8Array) => boolean,
    signal?: CancelSignal,
  ): Promise<NextToken[]> {
    return this.#fitting((stream) => stream.nextTokens(limit, accepts, signal), signal);
  }

  async advance(bytes: Uint8Array, signal?: CancelSignal): Promise<void> {
    let renewedAt = -1;
    const sight = this.#sight;
    for (let at = 0; at < bytes.length; ) {
      const before = this.#stream.length;
      const log = this.#stream.logProbability;
      let failure: unknown;
      try {
        await this.#stream.advance(bytes.subarray(at, at + sight), signal);
      } catch (error) {
        failure = error;
      }
      const read = this.#stream.length - before;
      this.#keep(bytes.subarray(at, at + read));
      this.#logProbability += this.#stream.logProbability - log;
      at += read;
      if (failure === undefined) continue;
      if (!isOverflow(failure) || renewedAt === at) throw failure;
      renewedAt = at;
      await this.#renew(signal);
    }
  }

  fork(): WindowedSource {
    const other = new WindowedSource(this.#options, this.#stream.fork());
    other.#tail = this.#tail;
    other.#length = this.#length;
    other.#logProbability = this.#logProbability;
    other.#windows = this.#windows;
    return other;
  }

  dispose(): void {
    this.#stream.dispose();
  }

  /// Bytes to look ahead at: each may be a token, and a window has half a context for them.
  get #sight(): number {
    return Math.max(1, Math.min(MOST_SIGHT, this.#options.contextLength >> 2));
  }

  async #fitting<T>(work: (stream: CoverStream) => Promise<T>, signal: CancelSignal | undefined): Promise<T> {
    try {
      return await work(this.#stream);
    } catch (error) {
      if (!isOverflow(error)) throw error;
    }
    await this.#renew(signal);
    return work(this.#stream);
  }

  /// Begins a window with half a context of what was read.
  async #renew(signal: CancelSignal | undefined): Promise<void> {
    const { contextLength, start } = this.#options;
    const room = Math.max(1, (contextLength >> 1) - start.length);
    const { stream, rest } = begin(this.#options, this.#tail, room, this.#length - this.#tail.length);
    await stream.advance(rest, signal);
    this.#stream = stream;
    this.#windows++;
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const most = this.#options.contextLength * BYTES_A_TOKEN;
    const tail = concatBytes([this.#tail, bytes]);
    // Not at every byte: what goes is copied.
    this.#tail = tail.length > 2 * most ? tail.slice(characterFrom(tail, tail.length - most)) : tail;
    this.#length += bytes.length;
  }
}

/// A stream behind the last tokens of `text`, `room` at most, and what it has yet to read. `offset`: bytes
/// before `text` in the one that errors tell places of.
function begin(
  options: WindowedModel,
  text: Uint8Array,
  room: number,
  offset: number,
): { stream: CoverStream; rest: Uint8Array } {
  const { model, start, target } = options;
  const { tokenizer } = model.model;
  const open = (tokens: readonly number[], rest: Uint8Array) => {
    const stream = CoverStream.open(model, [...start, ...tokens], target, offset + text.length - rest.length);
    return { stream, rest };
  };
  // Covers of all kinds may have a token for each byte.
  const all = () => open([], text.slice(characterFrom(text, text.length - room)));
  if (target.kind === "all") return all();
  const { tokens, bytes } = takeBack(tokenizer, text, "exact", offset);
  // A tokenizer that changes the text, or has no tokens for it: reading finds where.
  if (tokensToBytes(tokenizer.vocabulary, tokens).length + bytes.length !== text.length) return all();
  const most = Math.max(0, room - bytes.length);
  if (tokens.length <= most) return open(tokens, bytes);
  // Not their last tokens as they are: what the tokenizer makes of a text that begins there may be others.
  const gone = tokensToBytes(tokenizer.vocabulary, tokens.slice(0, tokens.length - most)).length;
  const from = characterFrom(text, gone);
  return begin(options, text.slice(from), Number.POSITIVE_INFINITY, offset + from);
}

/// The first character's start from `from` on.
function characterFrom(bytes: Uint8Array, from: number): number {
  let at = Math.max(0, from);
  while (at > 0 && at < bytes.length && (bytes[at]! & 0xc0) === 0x80) at++;
  return at;
}

function isOverflow(error: unknown): boolean {
  return error instanceof InputError && error.diagnostics[0]?.code === "context-overflow";
}
