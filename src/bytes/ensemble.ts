import { type CancelSignal, throwIfCancelled } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import type { ByteSource, NextBytes } from "./byte-source.ts";
import { unreachable } from "./unreachable.ts";

/// How models with different tokenizers are one: at each byte, from their normalised distributions.
export type EnsembleRule =
  /// Σ weight × p: weights count relative to their sum. One model's doubt does not stop another.
  | { readonly kind: "mixture"; readonly weights: readonly number[] }
  /// Π p ^ weight, normalised at each byte: each model has a veto.
  | { readonly kind: "product"; readonly weights: readonly number[] }
  /// The score of generative fusion decoding (Hsu et al., 2024, https://arxiv.org/abs/2405.14259): of
  /// two models, (1 - ratio) × log p of the first + ratio × log p of the second, added up over the text
  /// and not normalised, so that texts are ranked by it. The paper's p, which goes through the second
  /// model's usual tokens and all that may replace the last of them, is the target `canonical`'s.
  | { readonly kind: "fusion"; readonly ratio: number };

/// What comes next by all members together.
export interface EnsembleNext extends NextBytes {
  /// By each member alone; absent for the silent ones.
  readonly members: readonly (NextBytes | undefined)[];
}

/// Several sources of one text as one. Each member may stand behind a prompt of its own.
///
/// In a mixture a member that cannot read a byte says no more from there on (`silent`), and the others'
/// weights count; else such a byte ends the ensemble, too.
export class ByteEnsemble implements ByteSource {
  readonly #members: readonly ByteSource[];
  readonly #rule: EnsembleRule;
  readonly #weights: readonly number[];
  readonly #silent: Set<number>;
  #length = 0;
  #logProbability = 0;

  /// Takes the members over. Throws the `InputError` `ensemble-weights` for weights that do not fit.
  constructor(members: readonly ByteSource[], rule: EnsembleRule, silent: Iterable<number> = []) {
    this.#members = members;
    this.#rule = rule;
    this.#weights = weightsOf(rule, members.length);
    this.#silent = new Set(silent);
  }

  get length(): number {
    return this.#length;
  }

  get logProbability(): number {
    return this.#logProbability;
  }

  /// Numbers of the members that could not read some byte.
  get silent(): readonly number[] {
    return [...this.#silent].sort((a, b) => a - b);
  }

  async next(signal?: CancelSignal): Promise<EnsembleNext> {
    const members = await Promise.all(
      this.#members.map((member, i) => (this.#silent.has(i) ? undefined : member.next(signal))),
    );
    const combined = new Float64Array(257);
    if (this.#rule.kind === "mixture") {
      let total = 0;
      members.forEach((member, i) => {
        if (member !== undefined) total += this.#weights[i]!;
      });
      if (total === 0) throw this.#disagreement();
      members.forEach((member, i) => {
        if (member === undefined) return;
        const weight = this.#weights[i]! / total;
        for (let b = 0; b < 256; b++) combined[b]! += weight * member.bytes[b]!;
        combined[256]! += weight * member.stop;
      });
    } else {
      for (let b = 0; b <= 256; b++) {
        let log = 0;
        members.forEach((member, i) => {
          // A weight of zero takes the member out, whatever it says.
          if (this.#weights[i] !== 0)
            log += this.#weights[i]! * Math.log(b < 256 ? member!.bytes[b]! : member!.stop);
        });
        combined[b] = Math.exp(log);
      }
    }
    const rawSum = combined.reduce((sum, p) => sum + p, 0);
    if (rawSum === 0) throw this.#disagreement();
    const logScale = this.#rule.kind === "fusion" ? Math.log(rawSum) : 0;
    return {
      bytes: combined.slice(0, 256).map((p) => p / rawSum),
      stop: combined[256]! / rawSum,
      rawSum,
      logScale,
      members,
    };
  }

  async expect(bytes: Uint8Array, signal?: CancelSignal): Promise<void> {
    await Promise.all(
      this.#members.map((member, i) => (this.#silent.has(i) ? undefined : member.expect(bytes, signal))),
    );
  }

  async advance(bytes: Uint8Array, signal?: CancelSignal): Promise<void> {
    for (let i = 0; i < bytes.length; i++) {
      throwIfCancelled(signal);
      await this.expect(bytes.subarray(i), signal);
      const next = await this.next(signal);
      const byte = bytes[i]!;
      if (next.bytes[byte] === 0) {
        throw unreachable("the ensemble", byte, this.#length, "None of its models can go on with this byte.");
      }
      for (const [m, member] of next.members.entries()) {
        if (member === undefined) continue;
        if (member.bytes[byte]! > 0) await this.#members[m]!.advance(bytes.subarray(i, i + 1), signal);
        else this.#silent.add(m);
      }
      this.#logProbability += Math.log(next.bytes[byte]!) + next.logScale;
      this.#length++;
    }
  }

  fork(): ByteEnsemble {
    const other = new ByteEnsemble(
      this.#members.map((member) => member.fork()),
      this.#rule,
      this.#silent,
    );
    other.#length = this.#length;
    other.#logProbability = this.#logProbability;
    return other;
  }

  dispose(): void {
    for (const member of this.#members) member.dispose();
  }

  #disagreement(): InputError {
    return new InputError({
      code: "ensemble-disagreement",
      severity: "error",
      message: `no byte has a probability in all models at byte ${this.#length}`,
      location: { kind: "byte", byteOffset: this.#length },
      hint: "Use a mixture, in which one model's probability is enough.",
    });
  }
}

function weightsOf(rule: EnsembleRule, members: number): readonly number[] {
  const wrong = (message: string): InputError =>
    new InputError({
      code: "ensemble-weights",
      severity: "error",
      message,
      hint: "Give one weight of zero or more for each model, and not all zero.",
    });
  switch (rule.kind) {
    case "mixture":
    case "product": {
      const { weights } = rule;
      if (weights.length !== members) {
        throw wrong(`${weights.length} weights for an ensemble of ${members} models`);
      }
      if (!weights.every((weight) => weight >= 0 && Number.isFinite(weight)) || !weights.some((w) => w > 0)) {
        throw wrong(`the weights ${weights.join(", ")} do not make an ensemble`);
      }
      return weights;
    }
    case "fusion": {
      if (members !== 2) throw wrong(`fusion is of two models, not of ${members}`);
      if (!(rule.ratio >= 0 && rule.ratio <= 1)) throw wrong(`the ratio ${rule.ratio} is not from 0 to 1`);
      return [1 - rule.ratio, rule.ratio];
    }
    default:
      return rule satisfies never;
  }
}
