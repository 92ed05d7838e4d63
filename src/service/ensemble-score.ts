import { combine, disagreement, fitMixtureWeights } from "../bytes/index.ts";
import { withEnsemble } from "./ensemble.ts";
import type { EnsembleMethod, EnsembleScoreParams, EnsembleScoreResult } from "./ensemble-api.ts";
import { readThrough } from "./ensemble-fit.ts";
import type { ModelHost } from "./model-host.ts";

const METHODS: readonly EnsembleMethod[] = ["mixture", "product", "fusion"];

/// How well several models know a text together, by every method, and each of them alone.
///
/// Throws what `withEnsemble` does, and the `InputError` `bytes-unreachable` at a byte that the ensemble
/// cannot go on with.
export function runEnsembleScore(
  models: ModelHost,
  { ensemble: ref, text }: EnsembleScoreParams,
  signal: AbortSignal | undefined,
): Promise<EnsembleScoreResult> {
  return withEnsemble(models, ref, new Uint8Array(0), signal, async ({ source, weights, answer }) => {
    const logs = weights.map(() => new Float64Array(text.length));
    const surprises: Record<EnsembleMethod, Float64Array> = {
      mixture: new Float64Array(text.length),
      product: new Float64Array(text.length),
      fusion: new Float64Array(text.length),
    };
    const share = weights.reduce((sum, weight) => sum + weight, 0);
    let divergence = 0;
    await readThrough(
      source,
      text,
      (byte, { members }, i) => {
        divergence += disagreement(members, weights);
        let fused = 0;
        for (const [m, log] of logs.entries()) {
          log[i] = Math.log(members[m]?.bytes[byte] ?? 0);
          if (weights[m] !== 0) fused += (weights[m]! / share) * log[i]!;
        }
        for (const kind of ["mixture", "product"] as const) {
          surprises[kind][i] = -Math.log2(combine({ kind, weights }, members)?.bytes[byte] ?? 0);
        }
        surprises.fusion[i] = -fused / Math.LN2;
      },
      signal,
    );
    const bitsOf = (list: Float64Array): number | null => {
      const bits = list.reduce((sum, surprise) => sum + surprise, 0);
      return Number.isFinite(bits) ? bits : null;
    };
    const members = logs.map((log) => {
      const own = log.map((nats) => -nats / Math.LN2);
      return { bits: bitsOf(own), surprises: own };
    });
    return {
      // The ensemble has read all bytes: none of them is impossible.
      bits: bitsOf(surprises[ref.method])!,
      surprises: surprises[ref.method],
      members,
      methods: Object.fromEntries(METHODS.map((method) => [method, bitsOf(surprises[method])])) as Record<
        EnsembleMethod,
        number | null
      >,
      hindsight:
        text.length === 0
          ? { weights, loss: 0, alone: weights.map(() => 0), rounds: 0 }
          : fitMixtureWeights(logs),
      disagreement: text.length === 0 ? 0 : divergence / text.length,
      ...answer(),
    };
  });
}
