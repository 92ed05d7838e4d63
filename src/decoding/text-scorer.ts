import { concatBytes, utf8Encode } from "../base/bytes.ts";
import type { CancelSignal } from "../base/cancellation.ts";
import { type Tokenizer, tokensToBytes } from "../tokenizer/vocabulary.ts";
import { encodeExactly } from "./exact-encoding.ts";
import { Frontier } from "./frontier.ts";
import type { Prompt } from "./generation.ts";
import type { LanguageModel, ModelSequence } from "./language-model.ts";
import { openPrompt } from "./open-prompt.ts";

/// What is known of the tokens behind some others: logarithms of probabilities.
interface Known {
  readonly logs: Map<number, number>;
  readonly below: Map<number, Known>;
}

/// In place of a token: the end of the text.
const END = -1;

/// Tells how likely texts are that continue one prompt. The end of the prompt is taken back as `exact` healing
/// does, so that a text is scored with the tokens it has together with it.
///
/// Of text that ends, or is followed by known text, the tokenizer makes one token sequence: so one
/// evaluation tells all, and texts that begin alike share what was found out.
export class TextScorer {
  readonly #model: LanguageModel;
  readonly #sequence: ModelSequence;
  readonly #signal: CancelSignal | undefined;
  readonly #context: readonly number[];
  /// Text whose tokens stay, as far as it has a say in those behind it, and what was taken back.
  readonly #before: Uint8Array;
  readonly #start: number;
  /// Bytes of a character that the prompt ended with: texts begin with it.
  readonly #partial: number;
  readonly #ends: readonly number[];
  readonly #root: Known = { logs: new Map(), below: new Map() };
  #evaluations = 0;

  /// `maxTokens`: room for what is scored. Throws as `generate` does for a prompt.
  constructor(
    model: LanguageModel,
    sequence: ModelSequence,
    options: { readonly prompt: Prompt; readonly maxTokens?: number; readonly signal?: CancelSignal },
  ) {
    this.#model = model;
    this.#sequence = sequence;
    this.#signal = options.signal;
    const { context, stay, takenBack } = promptStart(model, options);
    this.#context = context;
    this.#start = stay.length;
    this.#before = concatBytes([stay, takenBack]);
    this.#partial = options.prompt.partial?.length ?? 0;
    this.#ends = endTokens(model.tokenizer);
  }

  /// Evaluations so far.
  get evaluations(): number {
    return this.#evaluations;
  }

  /// log P(taken back · text), where `text` begins as the text of a generation does; with `end` of the text ending there, too. `ahead`: what is known to come
  /// behind the text, as tokens may depend on it; of tokens that cross into it all bytes count.
  ///
  /// `undefined` if the text cannot be scored: its tokens do not spell it, or there is no room for them.
  async score(
    text: string,
    { end, ahead = "" }: { end: boolean; ahead?: string },
  ): Promise<number | undefined> {
    const tokens = this.#tokensOf(text, ahead);
    if (tokens === undefined) return undefined;
    const symbols = end ? [...tokens, END] : tokens;
    if (this.#context.length + symbols.length > this.#model.info.contextLength) return undefined;
    let node = this.#root;
    let sum = 0;
    for (let i = 0; i < symbols.length; i++) {
      const symbol = symbols[i]!;
      if (!node.logs.has(symbol)) await this.#find(symbols, i, node);
      sum += node.logs.get(symbol)!;
      if (symbol !== END) node = below(node, symbol);
    }
    return sum;
  }

  #tokensOf(text: string, ahead: string): readonly number[] | undefined {
    const { tokenizer } = this.#model;
    const scored = concatBytes([this.#before, utf8Encode(text).subarray(this.#partial)]);
    const encoded = encodeExactly(tokenizer, concatBytes([scored, utf8Encode(ahead)]));
    if (encoded === undefined) return undefined;
    let at = 0;
    let first: number | undefined = this.#start === 0 ? 0 : undefined;
    let last = encoded.length;
    for (const [i, token] of encoded.entries()) {
      if (at >= scored.length) {
        last = i;
        break;
      }
      at += tokenizer.vocabulary.bytes(token).length;
      if (at === this.#start) first = i + 1;
    }
    return first === undefined ? undefined : encoded.slice(first, last);
  }

  /// Finds out about the symbols from `from` on, as many as one evaluation tells.
  async #find(symbols: readonly number[], from: number, node: Known): Promise<void> {
    const rows = Math.min(this.#sequence.maxRows, symbols.length - from);
    const tokens = [...this.#context, ...symbols.slice(0, from + rows - 1)];
    await this.#sequence.evaluate(tokens, this.#signal, rows);
    this.#evaluations++;
    const asked = symbols.slice(from, from + rows);
    const places = asked.map((symbol, i) => {
      return { back: rows - 1 - i, tokens: symbol === END ? this.#ends : [symbol] };
    });
    let at = node;
    for (const [i, { logits, logTotal }] of (await this.#sequence.chosen(places)).entries()) {
      const symbol = asked[i]!;
      at.logs.set(symbol, logSum(logits) - logTotal);
      if (symbol !== END) at = below(at, symbol);
    }
  }
}

/// Where a prompt's continuation starts, as `exact` healing has it.
export interface PromptStart {
  /// The tokens that the model starts from.
  readonly context: readonly number[];
  /// The end of the text that they spell: as much as has a say in the tokens behind it.
  readonly stay: Uint8Array;
  /// The bytes behind it that are taken back.
  readonly takenBack: Uint8Array;
}

/// Throws as `generate` does for a prompt.
export function promptStart(
  model: LanguageModel,
  options: { readonly prompt: Prompt; readonly maxTokens?: number },
): PromptStart {
  const frontier = new Frontier(model.tokenizer, undefined, false);
  const { context, window, settled } = openPrompt(model, frontier, { ...options, healing: "exact" });
  const stay = wholeCharacters(model.tokenizer, window.slice(0, settled.kept));
  return { context, stay, takenBack: frontier.pending };
}

function below(node: Known, token: number): Known {
  let next = node.below.get(token);
  if (next === undefined) {
    next = { logs: new Map(), below: new Map() };
    node.below.set(token, next);
  }
  return next;
}

/// Bytes of tokens, without the end of a character that began before them.
function wholeCharacters({ vocabulary }: Tokenizer, tokens: readonly number[]): Uint8Array {
  const bytes = tokensToBytes(vocabulary, tokens);
  let from = 0;
  while (from < bytes.length && (bytes[from]! & 0xc0) === 0x80) from++;
  return bytes.subarray(from);
}

/// What a text ends with: one symbol for all of it.
function endTokens({ vocabulary }: Tokenizer): number[] {
  const { stopTokens, fim } = vocabulary;
  return [...new Set([...stopTokens, ...(fim ? [fim.prefix, fim.suffix, fim.middle] : [])])];
}

function logSum(logs: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const log of logs) most = Math.max(most, log);
  if (most === Number.NEGATIVE_INFINITY) return most;
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - most);
  return most + Math.log(sum);
}
