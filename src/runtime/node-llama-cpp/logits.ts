import type { Llama, LlamaModel } from "node-llama-cpp";
import { bitsetWords, countBits } from "../../base/bitset.ts";
import type {
  ChosenLogits,
  ChosenTokens,
  LogitRequest,
  NextTokenLogits,
} from "../../decoding/language-model.ts";
import { createNativeSampler, type LogitFilter, type NativeContext, type NativeSampler } from "./native.ts";

// Beyond this many tokens, sorting and handing over all of them is no dearer than some.
const MANY = 4096;

const SELECTED_ONLY: LogitFilter = [[], false, false, true, 0];

/// Reads the logits that the last decode of a context left behind, any number of times.
///
/// llama.cpp adds the weights up in single precision: the totals of a read that is not `complete`
/// are exact to about 1e-5 relative.
export class LogitReader {
  readonly #context: NativeContext;
  readonly #vocabularySize: number;
  readonly #createSampler: () => NativeSampler;
  readonly #samplers = new Map<"plain" | "masked" | "top" | "tempered", NativeSampler>();
  readonly #biasKeys: Uint32Array;
  readonly #biasValues: Float32Array;
  readonly #totals = new Map<number, Promise<Peak>>();
  /// The batch's indexes of the rows that were kept; none: there is one, the last.
  #rows: Uint32Array = new Uint32Array(0);

  constructor(llama: Llama, model: LlamaModel, context: NativeContext, vocabularySize: number) {
    this.#context = context;
    this.#vocabularySize = vocabularySize;
    this.#createSampler = () => createNativeSampler(llama, model);
    this.#biasKeys = new Uint32Array(vocabularySize);
    this.#biasValues = new Float32Array(vocabularySize).fill(Number.NEGATIVE_INFINITY);
  }

  /// There are new logits, at these indexes of the batch; unless given, those of its last token.
  reset(rows: Uint32Array = new Uint32Array(0)): void {
    this.#rows = rows;
    this.#totals.clear();
  }

  async read({
    top,
    mask,
    back = 0,
    totals = false,
    total: whole = false,
    temperature,
  }: LogitRequest): Promise<NextTokenLogits> {
    const row = this.#row(back);
    const allowed = this.#countAllowed(mask);
    if (allowed === 0) {
      return {
        tokens: new Uint32Array(0),
        logits: new Float32Array(0),
        complete: true,
        ...((totals || whole) && { logTotal: (await this.#peak(row)).logTotal }),
        ...(totals && { logAllowed: Number.NEGATIVE_INFINITY }),
        ...(temperature !== undefined && { logTempered: Number.NEGATIVE_INFINITY }),
      };
    }
    const bias = this.#bias(mask, allowed);
    if (Math.min(top, allowed) > MANY) return this.#readAll(row, bias, totals || whole, temperature);
    // Each has a sampler and a thread of its own.
    const [total, best, tokens, tempered] = await Promise.all([
      totals || whole ? this.#peak(row) : undefined,
      top === 1 || totals || temperature === 1 ? this.#peakOfMask(row, bias) : undefined,
      top > 1 ? this.#topTokens(row, bias, Math.min(top, allowed)) : undefined,
      temperature === undefined || temperature === 1
        ? undefined
        : this.#temperedWeight(row, bias, temperature),
    ]);
    const pairs = tokens ?? [best!.token, best!.logit];
    const logTempered =
      tempered === undefined ? best?.logTotal : Math.fround(pairs[1]! / temperature!) + Math.log(tempered);
    return {
      ...split(pairs),
      complete: pairs.length / 2 === allowed,
      ...(total && { logTotal: total.logTotal }),
      ...(totals && { logAllowed: best!.logTotal }),
      ...(temperature !== undefined && { logTempered: logTempered! }),
    };
  }

  async chosen(places: readonly ChosenTokens[]): Promise<ChosenLogits[]> {
    const found: ChosenLogits[] = [];
    for (const { back, tokens } of places) found.push(await this.#chosenOf(this.#row(back), tokens));
    return found;
  }

  async mostLikely(mask: Uint32Array | undefined): Promise<number | undefined> {
    const allowed = this.#countAllowed(mask);
    if (allowed === 0) return undefined;
    const sampler = this.#sampler("masked");
    sampler.applyConfig(this.#bias(mask, allowed) ?? {});
    return this.#context.sampleToken(-1, sampler);
  }

  dispose(): void {
    for (const sampler of this.#samplers.values()) sampler.dispose();
    this.#samplers.clear();
  }

  /// The most likely token of all and the logarithm of the total weight.
  #peak(row: number): Promise<Peak> {
    let peak = this.#totals.get(row);
    if (!peak) {
      peak = this.#peakOf(row, "plain", undefined);
      this.#totals.set(row, peak);
    }
    return peak;
  }

  #peakOfMask(row: number, bias: Bias | undefined): Promise<Peak> {
    return bias ? this.#peakOf(row, "masked", bias) : this.#peak(row);
  }

  #row(back: number): number {
    if (this.#rows.length === 0 && back === 0) return -1;
    const row = this.#rows[this.#rows.length - 1 - back];
    if (row === undefined) throw new Error(`no logits were kept ${back} tokens before the last`);
    return row;
  }

  async #peakOf(row: number, name: "plain" | "masked", bias: Bias | undefined): Promise<Peak> {
    const sampler = this.#sampler(name);
    sampler.applyConfig(bias ?? {});
    const [, , , logits, weight] = await this.#context.sampleToken(
      row,
      sampler,
      false,
      false,
      SELECTED_ONLY,
      true,
    );
    const [token, logit] = logits as readonly [number, number];
    return { token, logit, logTotal: logit + Math.log(weight!) };
  }

  async #topTokens(row: number, bias: Bias | undefined, count: number): Promise<readonly number[]> {
    const sampler = this.#sampler("top");
    // llama.cpp's top-k looks for the largest only; the binding's own would sort the vocabulary.
    sampler.applyConfig({ ...bias, temperature: 1, topK: count, seed: 0 });
    const filter: LogitFilter = [[], false, false, false, count];
    const [, , , logits] = await this.#context.sampleToken(row, sampler, false, false, filter, false);
    return logits!;
  }

  /// One look: the binding picks the tokens out, and adds the weights up.
  async #chosenOf(row: number, tokens: readonly number[]): Promise<ChosenLogits> {
    const sampler = this.#sampler("plain");
    sampler.applyConfig({});
    const filter: LogitFilter = [tokens, false, false, true, 0];
    const [best, , , pairs, weight] = await this.#context.sampleToken(
      row,
      sampler,
      false,
      false,
      filter,
      true,
    );
    const logitOf = new Map<number, number>();
    for (let i = 0; i < pairs!.length; i += 2) logitOf.set(pairs![i]!, pairs![i + 1]!);
    return {
      logits: Float32Array.from(tokens, (token) => logitOf.get(token)!),
      logTotal: logitOf.get(best)! + Math.log(weight!),
    };
  }

  /// Σ exp((logit - maximum) / temperature).
  async #temperedWeight(row: number, bias: Bias | undefined, temperature: number): Promise<number> {
    const sampler = this.#sampler("tempered");
    sampler.applyConfig({ ...bias, temperature, seed: 0 });
    const [, , , , weight] = await this.#context.sampleToken(row, sampler, false, false, false, true);
    return weight!;
  }

  async #readAll(
    row: number,
    bias: Bias | undefined,
    totals: boolean,
    temperature: number | undefined,
  ): Promise<NextTokenLogits> {
    const sampler = this.#sampler("masked");
    sampler.applyConfig(bias ?? {});
    const [total, sampled] = await Promise.all([
      totals && bias ? this.#peak(row) : undefined,
      this.#context.sampleToken(row, sampler, false, false, true, false),
    ]);
    const pairs = sampled[3]!;
    if (pairs.length / 2 !== this.#vocabularySize) {
      throw new Error(`the model has ${pairs.length / 2} logits, its vocabulary ${this.#vocabularySize}`);
    }
    const all = split(pairs);
    const logAllowed = logSumExp(all.logits, 1);
    return {
      ...all,
      complete: true,
      ...(totals && { logTotal: total?.logTotal ?? logAllowed, logAllowed }),
      ...(temperature !== undefined && { logTempered: logSumExp(all.logits, temperature) }),
    };
  }

  #countAllowed(mask: Uint32Array | undefined): number {
    if (!mask) return this.#vocabularySize;
    const words = bitsetWords(this.#vocabularySize);
    if (mask.length !== words) throw new Error(`a mask of ${words} words is needed, not ${mask.length}`);
    return countBits(mask);
  }

  /// Rules out the tokens whose bit is not set; `undefined` if there are none.
  #bias(mask: Uint32Array | undefined, allowed: number): Bias | undefined {
    if (!mask || allowed === this.#vocabularySize) return undefined;
    const keys = this.#biasKeys;
    let count = 0;
    for (let i = 0; i < mask.length; i++) {
      // The last word's bits past the vocabulary are left out by the bound below.
      for (let word = ~mask[i]!; word !== 0; word &= word - 1) {
        const token = i * 32 + 31 - Math.clz32(word & -word);
        if (token < this.#vocabularySize) keys[count++] = token;
      }
    }
    return {
      tokenBiasKeys: keys.subarray(0, count),
      tokenBiasValues: this.#biasValues.subarray(0, count),
    };
  }

  #sampler(name: "plain" | "masked" | "top" | "tempered"): NativeSampler {
    const known = this.#samplers.get(name);
    if (known) return known;
    const sampler = this.#createSampler();
    this.#samplers.set(name, sampler);
    return sampler;
  }
}

interface Bias {
  readonly tokenBiasKeys: Uint32Array;
  readonly tokenBiasValues: Float32Array;
}

interface Peak {
  readonly token: number;
  readonly logit: number;
  readonly logTotal: number;
}

/// Takes apart token and logit by turns; tokens that the bias ruled out come last and are dropped.
function split(pairs: readonly number[]): {
  tokens: Uint32Array<ArrayBuffer>;
  logits: Float32Array<ArrayBuffer>;
} {
  let count = pairs.length / 2;
  while (count > 0 && pairs[count * 2 - 1] === Number.NEGATIVE_INFINITY) count--;
  const tokens = new Uint32Array(count);
  const logits = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    tokens[i] = pairs[i * 2]!;
    logits[i] = pairs[i * 2 + 1]!;
  }
  return { tokens, logits };
}

/// log Σ exp(logit / temperature) of descending logits.
function logSumExp(logits: Float32Array, temperature: number): number {
  const max = logits[0]! / temperature;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit / temperature - max);
  return max + Math.log(sum);
}
