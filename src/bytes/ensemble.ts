import { type CancelSignal, throwIfCancelled } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import type { ByteSource, NextBytes } from "./byte-source.ts";
import { unreachable } from "./unreachable.ts";

/// How models with different tokenizers are one: at each byte, from their normalised distributions.
export type EnsembleRule =
  /// Σ weight × p: weights count relative to their sum. One model's doubt does not stop another.
  | { readonly kind: "mixture"; readonly weights: readonly number[] }
  /// Π p ^ weight, normalised at each byte: each model has a veto. With weights that sum to one, and not
  /// normalised, it is what generative fusion decoding adds up over a text (see ensemble-fusion.ts).
  | { readonly kind: "product"; readonly weights: readonly number[] };

export interface EnsembleMember {
  /// What messages call it.
  readonly name: string;
  readonly source: ByteSource;
}

/// Where a member said no more.
export interface Silence {
  /// Its number.
  readonly member: number;
  /// The byte that it gave no probability; absent if it gave none to any.
  readonly byte?: number;
  /// Where that byte would have been.
  readonly byteOffset: number;
}

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
  readonly #members: readonly EnsembleMember[];
  readonly #rule: EnsembleRule;
  readonly #weights: readonly number[];
  readonly #silent: Map<number, Silence>;
  /// What `next` said here, if it was asked.
  #next: EnsembleNext | undefined;
  #length = 0;
  #logProbability = 0;

  readonly #offset: number;

  /// Takes the members over. `silent`: those that say nothing from the start; `offset`: bytes before the
  /// ensemble's first one in the text that places are told of.
  ///
  /// Throws the `InputError` `ensemble-weights` for weights that do not fit.
  constructor(
    members: readonly EnsembleMember[],
    rule: EnsembleRule,
    { silent = [], offset = 0 }: { readonly silent?: Iterable<Silence>; readonly offset?: number } = {},
  ) {
    this.#offset = offset;
    this.#members = members;
    this.#rule = rule;
    checkWeights(rule.weights, members.length);
    this.#weights = rule.weights;
    this.#silent = new Map([...silent].map((silence) => [silence.member, silence]));
  }

  get length(): number {
    return this.#length;
  }

  get logProbability(): number {
    return this.#logProbability;
  }

  /// The members that could not read some byte, in the order of their numbers.
  get silent(): readonly Silence[] {
    return [...this.#silent.values()].sort((a, b) => a.member - b.member);
  }

  async next(signal?: CancelSignal): Promise<EnsembleNext> {
    this.#next ??= this.#combine(
      await Promise.all(this.#members.map((_, member) => this.#nextOf(member, signal))),
    );
    return this.#next;
  }

  async expect(bytes: Uint8Array, signal?: CancelSignal): Promise<void> {
    await Promise.all(
      this.#members.map(({ source }, member) =>
        this.#silent.has(member) ? undefined : source.expect(bytes, signal),
      ),
    );
  }

  async advance(bytes: Uint8Array, signal?: CancelSignal): Promise<void> {
    for (let i = 0; i < bytes.length; i++) {
      throwIfCancelled(signal);
      await this.expect(bytes.subarray(i), signal);
      const next = await this.next(signal);
      const byte = bytes[i]!;
      if (next.bytes[byte] === 0) throw this.#refusal(byte, next);
      this.#next = undefined;
      await Promise.all(
        next.members.map(async (member, m) => {
          if (member === undefined) return;
          if (member.bytes[byte]! > 0)
            await this.#members[m]!.source.advance(bytes.subarray(i, i + 1), signal);
          else this.#silent.set(m, { member: m, byte, byteOffset: this.#here });
        }),
      );
      this.#logProbability += Math.log(next.bytes[byte]!);
      this.#length++;
    }
  }

  fork(): ByteEnsemble {
    const other = new ByteEnsemble(
      this.#members.map(({ name, source }) => ({ name, source: source.fork() })),
      this.#rule,
      { silent: this.#silent.values(), offset: this.#offset },
    );
    other.#next = this.#next;
    other.#length = this.#length;
    other.#logProbability = this.#logProbability;
    return other;
  }

  dispose(): void {
    for (const { source } of this.#members) source.dispose();
  }

  get #here(): number {
    return this.#offset + this.#length;
  }

  async #nextOf(member: number, signal: CancelSignal | undefined): Promise<NextBytes | undefined> {
    if (this.#silent.has(member)) return undefined;
    try {
      return await this.#members[member]!.source.next(signal);
    } catch (error) {
      const deadEnd = error instanceof InputError && error.diagnostics[0]?.code === "bytes-dead-end";
      if (!deadEnd || this.#rule.kind !== "mixture") throw error;
      this.#silent.set(member, { member, byteOffset: this.#here });
      return undefined;
    }
  }

  #combine(members: readonly (NextBytes | undefined)[]): EnsembleNext {
    const together = combine(this.#rule, members);
    if (together === undefined) throw this.#disagreement();
    return { ...together, logScale: 0, members };
  }

  /// Why `byte` cannot be read: names those who refuse it.
  #refusal(byte: number, { members }: EnsembleNext): InputError {
    const refusing = this.#members
      .filter((_, m) => this.#weights[m] !== 0 && (members[m]?.bytes[byte] ?? 0) === 0)
      .map(({ name }) => name);
    const all = refusing.length === this.#members.length;
    return unreachable(
      all ? "the ensemble" : refusing.join(" and "),
      byte,
      this.#here,
      all
        ? "None of its models can go on with this byte."
        : "In a product each model has a veto: use a mixture, in which one model's probability is enough.",
    );
  }

  #disagreement(): InputError {
    const names = this.#members.map(({ name }) => name).join(", ");
    const mixture = this.#rule.kind === "mixture";
    return new InputError({
      code: "ensemble-disagreement",
      severity: "error",
      message: mixture
        ? `none of ${names} can go on at byte ${this.#here}`
        : `no byte has a probability in all of ${names} at byte ${this.#here}`,
      location: { kind: "byte", byteOffset: this.#here },
      hint: mixture
        ? "Add a model whose tokens can spell this text, or give one a weight."
        : "Use a mixture, in which one model's probability is enough.",
    });
  }
}

/// Next bytes of several models by a rule; `rawSum` is what they summed to before they were made to sum to
/// one. `undefined` if nothing is left: no model of a mixture says anything, or those of a product share no
/// byte.
export function combine(
  { kind, weights }: EnsembleRule,
  members: readonly (NextBytes | undefined)[],
): Omit<NextBytes, "logScale"> | undefined {
  const combined = new Float64Array(257);
  switch (kind) {
    case "mixture": {
      const total = weights.reduce((sum, weight, i) => (members[i] ? sum + weight : sum), 0);
      if (total === 0) return undefined;
      members.forEach((member, i) => {
        if (member === undefined) return;
        const weight = weights[i]! / total;
        for (let b = 0; b < 256; b++) combined[b]! += weight * member.bytes[b]!;
        combined[256]! += weight * member.stop;
      });
      break;
    }
    case "product":
      for (let b = 0; b <= 256; b++) {
        let log = 0;
        members.forEach((member, i) => {
          // A weight of zero takes the member out, whatever it says.
          if (weights[i] === 0) return;
          const p = member === undefined ? 0 : b < 256 ? member.bytes[b]! : member.stop;
          log += weights[i]! * Math.log(p);
        });
        combined[b] = Math.exp(log);
      }
      break;
    default:
      throw new Error(`no rule ${kind satisfies never}`);
  }
  const rawSum = combined.reduce((sum, p) => sum + p, 0);
  if (rawSum === 0) return undefined;
  return {
    bytes: combined.slice(0, 256).map((p) => p / rawSum),
    stop: combined[256]! / rawSum,
    rawSum,
  };
}

/// Throws the `InputError` `ensemble-weights` unless there is a weight of zero or more for each model, and
/// one above zero.
export function checkWeights(weights: readonly number[], models: number): void {
  const wrong = (message: string): InputError =>
    new InputError({
      code: "ensemble-weights",
      severity: "error",
      message,
      hint: "Give one weight of zero or more for each model, and not all zero.",
    });
  if (weights.length !== models) {
    throw wrong(`${weights.length} weights for an ensemble of ${models} models`);
  }
  if (!weights.every((weight) => weight >= 0 && Number.isFinite(weight)) || !weights.some((w) => w > 0)) {
    throw wrong(`the weights ${weights.join(", ")} do not make an ensemble`);
  }
}
