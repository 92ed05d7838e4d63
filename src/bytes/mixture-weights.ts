/// Weights for a mixture, and what they are good for. Losses are nats a symbol.
export interface FittedWeights {
  readonly weights: readonly number[];
  /// Of the mixture, on what it was fitted to.
  readonly loss: number;
  /// Of each model alone.
  readonly alone: readonly number[];
  readonly rounds: number;
}

/// The weights under which a mixture predicts held-out text best, by expectation-maximisation.
/// `logProbabilities[m][i]`: what model m gave to symbol i of it (see `scoreBytes`). The loss is convex
/// in the weights: there is one best, and it is no worse than the best model alone.
///
/// Ends when a round gains less than `tolerance` nats a symbol.
export function fitMixtureWeights(
  logProbabilities: readonly Float64Array[],
  { tolerance = 1e-9, maxRounds = 1000 }: { readonly tolerance?: number; readonly maxRounds?: number } = {},
): FittedWeights {
  const models = logProbabilities.length;
  const symbols = logProbabilities[0]?.length ?? 0;
  if (symbols === 0) throw new Error("there is nothing to fit weights to");
  if (logProbabilities.some((list) => list.length !== symbols)) {
    throw new Error("the models have not read the same text");
  }
  const alone = logProbabilities.map((list) => -list.reduce((sum, log) => sum + log, 0) / symbols);
  let weights = new Array<number>(models).fill(1 / models);
  let loss = Number.POSITIVE_INFINITY;
  let rounds = 0;
  while (rounds < maxRounds) {
    rounds++;
    const shares = new Array<number>(models).fill(0);
    let sum = 0;
    for (let i = 0; i < symbols; i++) {
      let top = Number.NEGATIVE_INFINITY;
      for (const list of logProbabilities) top = Math.max(top, list[i]!);
      // Impossible for all of them: no weights can help.
      if (top === Number.NEGATIVE_INFINITY) return { weights, loss: Number.POSITIVE_INFINITY, alone, rounds };
      const parts = logProbabilities.map((list, m) => weights[m]! * Math.exp(list[i]! - top));
      const total = parts.reduce((a, b) => a + b, 0);
      sum -= top + Math.log(total);
      parts.forEach((part, m) => {
        shares[m]! += part / total;
      });
    }
    const better = sum / symbols;
    const gain = loss - better;
    loss = better;
    if (gain < tolerance) break;
    if (rounds < maxRounds) weights = shares.map((share) => share / symbols);
  }
  // Towards a corner the rounds creep.
  const best = alone.indexOf(Math.min(...alone));
  if (alone[best]! <= loss)
    return { weights: alone.map((_, m) => (m === best ? 1 : 0)), loss: alone[best]!, alone, rounds };
  return { weights, loss, alone, rounds };
}
