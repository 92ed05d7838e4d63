import type { Llama, LlamaModel } from "node-llama-cpp";
import { createNativeSampler, type NativeContext, type NativeSampler } from "./native.ts";

/// Reads whole rows of logits of a decode.
///
/// The binding hands them over sorted and as JavaScript numbers, which costs more than computing them in
/// a small model (measured with 6,144 tokens: 1.5 ms, of them 0.5 ms on another thread; a decode of one
/// token takes 0.3 ms). It has no other way to read them all.
export class AllLogitsReader {
  readonly #context: NativeContext;
  readonly #vocabularySize: number;
  // While one row becomes numbers on this thread, the next is sorted on another.
  readonly #samplers: readonly [NativeSampler, NativeSampler];

  constructor(llama: Llama, model: LlamaModel, context: NativeContext, vocabularySize: number) {
    this.#context = context;
    this.#vocabularySize = vocabularySize;
    this.#samplers = [createNativeSampler(llama, model), createNativeSampler(llama, model)];
    for (const sampler of this.#samplers) sampler.applyConfig({});
  }

  /// By id, for each of the batch's indexes.
  async read(indexes: Uint32Array): Promise<Float32Array[]> {
    const rows: Float32Array[] = [];
    const readEverySecond = async (from: number): Promise<void> => {
      for (let i = from; i < indexes.length; i += 2) {
        rows[i] = await this.#readRow(indexes[i]!, this.#samplers[from]!);
      }
    };
    await Promise.all([readEverySecond(0), readEverySecond(1)]);
    return rows;
  }

  dispose(): void {
    for (const sampler of this.#samplers) sampler.dispose();
  }

  async #readRow(index: number, sampler: NativeSampler): Promise<Float32Array> {
    const [, , , pairs] = await this.#context.sampleToken(index, sampler, false, false, true, false);
    const count = pairs!.length / 2;
    if (count !== this.#vocabularySize) {
      throw new Error(`the model has ${count} logits, its vocabulary ${this.#vocabularySize}`);
    }
    const row = new Float32Array(count);
    for (let i = 0; i < pairs!.length; i += 2) row[pairs![i]!] = pairs![i + 1]!;
    return row;
  }
}
