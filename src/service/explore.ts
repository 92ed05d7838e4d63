import { bitsetWords, clearBit, countBits, hasBit } from "../base/bitset.ts";
import { completeUtf8Length, displayBytes, utf8Decode } from "../base/bytes.ts";
import { throwIfCancelled } from "../base/cancellation.ts";
import { type Diagnostic, InputError } from "../base/diagnostic.ts";
import { EngineError, isInspectableGrammar } from "../engine/index.ts";
import type { Vocabulary } from "../tokenizer/index.ts";
import type { GrammarRef, TokenizerRef } from "./api.ts";
import type { CompiledGrammars } from "./compiled-grammars.ts";
import { cannotExplain, explainToken } from "./explain.ts";
import type {
  Exploration,
  ExploredInput,
  ExploredToken,
  ExploreParams,
  ExploreTokenParams,
  MaskCounts,
  TokenBytes,
  TokenBytesParams,
  TokenOrder,
  TokenSearchParams,
  TokenSearchResult,
} from "./explore-api.ts";
import { ExploredText } from "./explored-text.ts";
import { readings } from "./readings.ts";
import { tokenOrder } from "./token-order.ts";
import { type SearchableTokens, searchableTokens, searchTokens } from "./token-search.ts";
import type { Tokenizers } from "./tokenizers.ts";
import { inTurns } from "./turns.ts";

/// UTF-16 units of a text that is typed: it is tokenized anew at every key.
const MAX_TEXT_UNITS = 65_536;
/// Bytes of what is forced that are shown.
const MAX_FORCED_BYTES = 4096;

interface Place {
  readonly text: ExploredText;
  readonly vocabulary: Vocabulary;
  readonly diagnostics: Exploration["diagnostics"];
}

/// Answers what grammars allow, place by place. Remembers the text looked at last, so that the next step
/// is quick; no request depends on that.
export class MaskExplorer {
  readonly #grammars: CompiledGrammars;
  readonly #tokenizers: Tokenizers;
  #text: ExploredText | undefined;
  /// Requests use the one matcher one after the other.
  #tail: Promise<unknown> = Promise.resolve();
  readonly #orders = new WeakMap<Vocabulary, Promise<TokenOrder>>();
  readonly #searchable = new WeakMap<Vocabulary, SearchableTokens>();

  constructor(grammars: CompiledGrammars, tokenizers: Tokenizers) {
    this.#grammars = grammars;
    this.#tokenizers = tokenizers;
  }

  explore(params: ExploreParams, signal?: AbortSignal): Promise<Exploration> {
    return this.#at(params, signal, async (place) => {
      const { tokenizer } = params;
      let ids = await this.#idsOf(params.input, tokenizer, place.vocabulary);
      let { position } = params;
      if (params.acceptForced) {
        const at = await place.text.moveTo(ids, Math.min(position ?? ids.length, ids.length), signal);
        const forced = await this.#forcedIds(place, tokenizer);
        ids = Uint32Array.from([...ids.subarray(0, at), ...forced]);
        position = ids.length;
      }
      return look(place, ids, position, signal);
    });
  }

  exploreToken(params: ExploreTokenParams, signal?: AbortSignal): Promise<ExploredToken> {
    return this.#at(params, signal, async ({ text, vocabulary }) => {
      const { before, token } = params;
      const { size, name } = vocabulary;
      const unknown = [...before, token].find((id) => id >= size);
      if (unknown !== undefined) throw new InputError(tokenUnknown(unknown, name, size));
      await text.moveTo(before, before.length, signal);
      const { stacks, ...answer } = explainToken(text.matcher, vocabulary, token);
      return { ...answer, kind: vocabulary.kind(token), stacks: readings(stacks) };
    });
  }

  async tokenOrder(ref: TokenizerRef): Promise<TokenOrder> {
    const vocabulary = await this.#tokenizers.vocabulary(ref);
    let order = this.#orders.get(vocabulary);
    if (!order) {
      order = inTurns(tokenOrder(vocabulary));
      this.#orders.set(vocabulary, order);
    }
    return order;
  }

  async tokenBytes({ tokenizer, ids }: TokenBytesParams): Promise<TokenBytes> {
    const vocabulary = await this.#tokenizers.vocabulary(tokenizer);
    return bytesOf(ids, vocabulary, () => true);
  }

  async searchTokens({ tokenizer, query }: TokenSearchParams): Promise<TokenSearchResult> {
    const vocabulary = await this.#tokenizers.vocabulary(tokenizer);
    let tokens = this.#searchable.get(vocabulary);
    if (!tokens) {
      tokens = searchableTokens(vocabulary);
      this.#searchable.set(vocabulary, tokens);
    }
    return searchTokens(tokens, query);
  }

  /// Runs `use` with the grammar's matcher, alone.
  async #at<T>(
    { tokenizer, grammar }: { readonly tokenizer: TokenizerRef; readonly grammar: GrammarRef },
    signal: AbortSignal | undefined,
    use: (place: Place) => Promise<T>,
  ): Promise<T> {
    const turn = this.#tail.then(async () => {
      throwIfCancelled(signal);
      const vocabulary = await this.#tokenizers.vocabulary(tokenizer);
      const compiled = await this.#grammars.get(grammar, vocabulary, signal);
      if (!isInspectableGrammar(compiled.grammar)) throw new InputError(cannotExplain(grammar.engine));
      if (this.#text?.grammar !== compiled.grammar) {
        this.#text?.dispose();
        this.#text = new ExploredText(compiled.grammar);
      }
      try {
        return await use({ text: this.#text, vocabulary, diagnostics: compiled.diagnostics });
      } catch (error) {
        // A matcher that failed stays failed: the next request gets another.
        if (error instanceof EngineError) this.#forget();
        throw error;
      }
    });
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  #forget(): void {
    if (!this.#text) return;
    this.#text.dispose();
    this.#grammars.forget(this.#text.grammar);
    this.#text = undefined;
  }

  async #idsOf(input: ExploredInput, ref: TokenizerRef, { size, name }: Vocabulary): Promise<Uint32Array> {
    switch (input.kind) {
      case "text":
        return Uint32Array.from((await this.#tokenizers.get(ref)).encode(checkLength(input.text)));
      case "tokens":
        for (const id of input.ids) if (id >= size) throw new InputError(tokenUnknown(id, name, size));
        return input.ids;
      default:
        throw new Error(`unknown input ${input satisfies never}`);
    }
  }

  /// Tokens of what must follow, as far as these are whole characters; half of one is spelled in tokens
  /// of single bytes, where the vocabulary has them.
  async #forcedIds({ text, vocabulary }: Place, ref: TokenizerRef): Promise<readonly number[]> {
    const forced = text.matcher.forcedBytes();
    const whole = utf8Decode(forced.subarray(0, completeUtf8Length(forced)));
    if (whole) return (await this.#tokenizers.get(ref)).encode(whole);
    const { ids, groups } = await this.tokenOrder(ref);
    const single: number[] = [];
    for (const byte of forced) {
      const first = ids[groups[byte]!];
      // The shortest token of a group is its first.
      if (first === undefined || groups[byte] === groups[byte + 1] || vocabulary.bytes(first).length > 1)
        break;
      single.push(first);
    }
    return single;
  }
}

function tokenUnknown(id: number, name: string, size: number): Diagnostic {
  return {
    code: "token-unknown",
    severity: "error",
    message: `${name} has no token ${id}.`,
    hint: `Its ids are 0 to ${size - 1}: type the text anew.`,
  };
}

function checkLength(text: string): string {
  if (text.length <= MAX_TEXT_UNITS) return text;
  throw new InputError({
    code: "explored-text-too-long",
    severity: "error",
    message: `The text has ${text.length} characters; the Mask Explorer takes ${MAX_TEXT_UNITS}.`,
    hint: "Take a part of it. Validate Document Against Grammar reads texts of any length.",
  });
}

async function look(
  { text, vocabulary, diagnostics }: Place,
  ids: Uint32Array,
  wished: number | undefined,
  signal: AbortSignal | undefined,
): Promise<Exploration> {
  const { matcher, grammar } = text;
  const { bytes, starts } = bytesOf(ids, vocabulary, (id) => vocabulary.kind(id) === "normal");
  const accepted = await text.moveTo(ids, ids.length, signal);
  const isComplete = accepted === ids.length && (matcher.isAccepting() || matcher.isTerminated());
  let rejection: Exploration["rejection"];
  if (accepted < ids.length) {
    const { byteOffset, reason } = explainToken(matcher, vocabulary, ids[accepted]!);
    rejection = { byteOffset: starts[accepted]! + byteOffset, reason };
  }
  const position = Math.min(wished ?? accepted, accepted);
  await text.moveTo(ids, position, signal);
  const mask = new Uint32Array(bitsetWords(vocabulary.size));
  const started = performance.now();
  matcher.fillTokenMask(mask);
  const maskMicros = (performance.now() - started) * 1000;
  const { independent, undecided: dependent } = matcher.maskParts();
  const counts = countMask(mask, independent, dependent, vocabulary);
  const forced = matcher.forcedBytes();
  return {
    vocabulary: { id: vocabulary.id, name: vocabulary.name, size: vocabulary.size },
    ids,
    bytes,
    byteStarts: starts,
    markers: [...ids].flatMap((id, index) =>
      vocabulary.kind(id) === "normal" ? [] : [{ index, name: displayBytes(vocabulary.bytes(id)) }],
    ),
    accepted,
    ...(rejection && { rejection }),
    isComplete,
    position,
    mask,
    independent,
    dependent,
    counts,
    maskMicros,
    forced: forced.slice(0, MAX_FORCED_BYTES),
    forcedLength: forced.length,
    stacks: readings(matcher.stacks()),
    statistics: grammar.statistics(),
    diagnostics,
  };
}

/// Counts without the stop tokens, which it takes out of the sets given.
function countMask(
  mask: Uint32Array,
  independent: Uint32Array,
  dependent: Uint32Array,
  { size, stopTokens }: Vocabulary,
): MaskCounts {
  const stops = new Set(stopTokens);
  let stopAllowed = false;
  for (const stop of stops) {
    stopAllowed ||= hasBit(mask, stop);
    clearBit(independent, stop);
    clearBit(dependent, stop);
  }
  let stopBits = 0;
  for (const stop of stops) if (hasBit(mask, stop)) stopBits++;
  let dependentAllowed = 0;
  for (let i = 0; i < mask.length; i++)
    dependentAllowed += countBits(Uint32Array.of(mask[i]! & dependent[i]!));
  const allowed = countBits(mask) - stopBits;
  const independentAllowed = countBits(independent);
  const checked = countBits(dependent);
  return {
    allowed,
    rejected: size - stops.size - allowed,
    stopAllowed,
    independentAllowed,
    independentRejected: size - stops.size - independentAllowed - checked,
    dependent: checked,
    dependentAllowed,
  };
}

function bytesOf(
  ids: Uint32Array,
  vocabulary: Vocabulary,
  counts: (id: number) => boolean,
): { bytes: Uint8Array; starts: Uint32Array } {
  const starts = new Uint32Array(ids.length + 1);
  ids.forEach((id, i) => {
    starts[i + 1] = starts[i]! + (counts(id) ? vocabulary.bytes(id).length : 0);
  });
  const bytes = new Uint8Array(starts[ids.length]!);
  ids.forEach((id, i) => {
    if (counts(id)) bytes.set(vocabulary.bytes(id), starts[i]!);
  });
  return { bytes, starts };
}
