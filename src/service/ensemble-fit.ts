import {
  ByteEnsemble,
  type EnsembleMember,
  type EnsembleNext,
  type FittedWeights,
  fitMixtureWeights,
  type Silence,
} from "../bytes/index.ts";
import { Turns } from "./turns.ts";

/// Reads `text` to its end and tells of each byte what was said before it.
export async function readThrough(
  source: ByteEnsemble,
  text: Uint8Array,
  onByte: (byte: number, next: EnsembleNext, index: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const turns = new Turns();
  for (let i = 0; i < text.length; i++) {
    await turns.pause();
    await source.expect(text.subarray(i), signal);
    onByte(text[i]!, await source.next(signal), i);
    await source.advance(text.subarray(i, i + 1), signal);
  }
}

/// The weights of a mixture of `members` that predicts `text` best.
export async function fitWeights(
  members: readonly EnsembleMember[],
  text: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<{ weights: FittedWeights; silent: readonly Silence[] }> {
  const source = new ByteEnsemble(members, { kind: "mixture", weights: members.map(() => 1) });
  const logs = members.map(() => new Float64Array(text.length));
  await readThrough(
    source,
    text,
    (byte, next, i) => {
      for (const [m, log] of logs.entries()) log[i] = Math.log(next.members[m]?.bytes[byte] ?? 0);
    },
    signal,
  );
  return { weights: fitMixtureWeights(logs), silent: source.silent };
}
