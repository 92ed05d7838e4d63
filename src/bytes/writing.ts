import { type CancelSignal, throwIfCancelled } from "../base/cancellation.ts";
import type { ByteSource, NextBytes } from "./byte-source.ts";

/// The symbol behind the 256 bytes: the end of the text.
export const STOP = 256;

/// Bytes written behind those a source had read.
export interface WrittenBytes {
  readonly bytes: Uint8Array;
  /// What the source's `logProbability` grew by, the end included if the text ended.
  readonly logProbability: number;
  readonly finish: "stop" | "length";
}

export interface WriteOptions {
  readonly maxBytes: number;
  /// 0 takes the most likely byte each time; 1, the default, samples from the distribution as it is.
  readonly temperature?: number;
  /// Uniform in [0, 1). Not called at temperature 0.
  readonly random: () => number;
  readonly signal?: CancelSignal;
}

/// Writes on, a byte at a time. `source` has read the bytes afterwards.
export async function writeBytes(source: ByteSource, options: WriteOptions): Promise<WrittenBytes> {
  const { maxBytes, temperature = 1, random, signal } = options;
  const start = source.logProbability;
  const bytes: number[] = [];
  while (bytes.length < maxBytes) {
    throwIfCancelled(signal);
    const next = await source.next(signal);
    const symbol = chooseSymbol(next, temperature, random);
    if (symbol === STOP) {
      const ended = source.logProbability - start + Math.log(next.stop) + next.logScale;
      return { bytes: Uint8Array.from(bytes), logProbability: ended, finish: "stop" };
    }
    bytes.push(symbol);
    await source.advance(Uint8Array.of(symbol), signal);
  }
  return { bytes: Uint8Array.from(bytes), logProbability: source.logProbability - start, finish: "length" };
}

/// The byte, or `STOP`, that a temperature and `random` choose: see `WriteOptions`.
export function chooseSymbol(next: NextBytes, temperature: number, random: () => number): number {
  return temperature === 0 ? mostLikely(next) : pick(next, temperature, random());
}

/// The likeliest texts of up to `maxBytes`, best first: of all continuations of the `width` best so far
/// the `width` best are kept at each byte, and compared with those that ended. Width 1 is greedy.
/// `source` is left as it is.
export async function searchBytes(
  source: ByteSource,
  {
    width,
    maxBytes,
    signal,
  }: { readonly width: number; readonly maxBytes: number; readonly signal?: CancelSignal },
): Promise<WrittenBytes[]> {
  const start = source.logProbability;
  const ended: WrittenBytes[] = [];
  let open: { source: ByteSource; bytes: readonly number[] }[] = [{ source: source.fork(), bytes: [] }];
  const scoreOf = (entry: { source: ByteSource }) => entry.source.logProbability - start;
  try {
    for (let length = 0; length < maxBytes && open.length > 0; length++) {
      throwIfCancelled(signal);
      const nexts = await Promise.all(open.map((entry) => entry.source.next(signal)));
      const candidates: { from: number; symbol: number; score: number }[] = [];
      for (const [from, { bytes, stop, logScale }] of nexts.entries()) {
        const score = scoreOf(open[from]!) + logScale;
        for (let b = 0; b < 256; b++) {
          if (bytes[b]! > 0) candidates.push({ from, symbol: b, score: score + Math.log(bytes[b]!) });
        }
        if (stop > 0) candidates.push({ from, symbol: STOP, score: score + Math.log(stop) });
      }
      candidates.sort((a, b) => b.score - a.score);
      const chosen = candidates.slice(0, width);
      for (const { from, symbol, score } of chosen) {
        if (symbol !== STOP) continue;
        const bytes = Uint8Array.from(open[from]!.bytes);
        ended.push({ bytes, logProbability: score, finish: "stop" });
      }
      ended.sort((a, b) => b.logProbability - a.logProbability).splice(width);
      // Nothing that goes on gets better than it is.
      const least = ended.length === width ? ended.at(-1)!.logProbability : Number.NEGATIVE_INFINITY;
      const kept = chosen.filter(({ symbol, score }) => symbol !== STOP && score > least);
      const former = open;
      open = kept.map(({ from, symbol }) => ({
        source: former[from]!.source.fork(),
        bytes: [...former[from]!.bytes, symbol],
      }));
      for (const entry of former) entry.source.dispose();
      await Promise.all(
        open.map((entry) => entry.source.advance(Uint8Array.of(entry.bytes.at(-1)!), signal)),
      );
    }
    const cut = open.map((entry): WrittenBytes => {
      return { bytes: Uint8Array.from(entry.bytes), logProbability: scoreOf(entry), finish: "length" };
    });
    return [...ended, ...cut].sort((a, b) => b.logProbability - a.logProbability).slice(0, width);
  } finally {
    for (const entry of open) entry.source.dispose();
  }
}

function mostLikely({ bytes, stop }: NextBytes): number {
  let best = STOP;
  let most = stop;
  for (let b = 0; b < 256; b++) {
    if (bytes[b]! > most) {
      best = b;
      most = bytes[b]!;
    }
  }
  return best;
}

/// The symbol where the sum of tempered probabilities, bytes in order and the end last, passes `u`.
function pick({ bytes, stop }: NextBytes, temperature: number, u: number): number {
  // Relative to the most likely, as tiny numbers vanish under low temperatures.
  const top = bytes.reduce((most, p) => Math.max(most, p), stop);
  const temper = (p: number): number => (temperature === 1 ? p : (p / top) ** (1 / temperature));
  let total = temper(stop);
  for (const p of bytes) total += temper(p);
  let left = u * total;
  let last = STOP;
  for (let b = 0; b < 256; b++) {
    const weight = temper(bytes[b]!);
    if (weight === 0) continue;
    if (left < weight) return b;
    left -= weight;
    last = b;
  }
  return stop > 0 ? STOP : last;
}
