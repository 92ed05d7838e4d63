// What a byte of text costs on a model: contexts, wall time, CPU time of the model and of all else, characters a
// second:
//   node bench/bytes/run.mjs --model models/tokensieve-mini.gguf [--bytes n] [--rounds n] [--json]
// CPU time is the process's own, the model's threads included, so that a busy machine matters less; one
// thread computes. Rounds of all targets take turns.
import { readFileSync } from "node:fs";
import { ByteModel, CoverStream, type CoverTarget } from "../../src/bytes/index.ts";
import { loadModel } from "../../src/runtime/index.ts";
import type { Tokenizer } from "../../src/tokenizer/index.ts";

interface Case {
  readonly name: string;
  readonly target: CoverTarget;
  /// The next byte's distribution at each byte, or the text's own probability only.
  readonly normalised: boolean;
  /// Ask the tokenizer about each token.
  readonly withoutRules?: boolean;
  /// Of the bytes, for what would take too long.
  readonly share?: number;
}

const CASES: readonly Case[] = [
  { name: "canonical", target: { kind: "canonical", maxUnchecked: 0 }, normalised: true },
  {
    name: "canonical, all but 1e-3",
    target: { kind: "canonical", maxUnchecked: 1e-3 },
    normalised: true,
  },
  { name: "canonical, raw", target: { kind: "canonical", maxUnchecked: 0 }, normalised: false },
  {
    name: "canonical, each token asked about",
    target: { kind: "canonical", maxUnchecked: 0 },
    normalised: true,
    withoutRules: true,
    share: 0.1,
  },
  { name: "all, shares over 1e-3", target: { kind: "all", minShare: 1e-3 }, normalised: true },
  { name: "all, shares over 1e-2", target: { kind: "all", minShare: 1e-2 }, normalised: true },
];

const cpuMillis = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

export interface ModelCost {
  readonly name: string;
  readonly bytes: number;
  readonly contextsAByte: number;
  readonly batchesAByte: number;
  readonly modelMillisAByte: number;
  readonly otherMillisAByte: number;
  readonly wallMillisAByte: number;
  /// Of wall time, and of CPU time.
  readonly charactersASecond: number;
  readonly charactersACpuSecond: number;
  readonly bitsAByte: number;
  /// Absent where no distributions are asked for.
  readonly leastRawSum?: number;
  /// The sum of a distribution's 257 numbers, and how far it is from one at most.
  readonly mostOff: number;
  readonly droppedShare: number;
}

export async function modelCosts(file: string, size: number, rounds: number): Promise<ModelCost[]> {
  const model = await loadModel({ file, gpu: "cpu", contextLength: 1024 });
  const start = model.bosToken ?? model.tokenizer.vocabulary.stopTokens[0]!;
  const source = readFileSync("src/base/bytes.ts", "utf8");
  const text = new TextEncoder().encode(`// ünï 例 😀\n${source}`).subarray(0, size);

  const run = async ({ name, target, normalised, withoutRules, share = 1 }: Case): Promise<ModelCost> => {
    const tree = await model.openContextTree();
    let modelMillis = 0;
    // An object of its own, so that no answers are left from before.
    const tokenizer: Tokenizer = {
      vocabulary: model.tokenizer.vocabulary,
      cutsAtWords: model.tokenizer.cutsAtWords === true,
      encode: (part) => model.tokenizer.encode(part),
      ...(withoutRules !== true && { pieceRules: () => model.tokenizer.pieceRules?.() }),
    };
    const shared = new ByteModel({
      tokenizer,
      evaluate: async (contexts) => {
        const began = cpuMillis();
        const rows = await tree.evaluate(contexts);
        modelMillis += cpuMillis() - began;
        return rows;
      },
    });
    const bytes = text.subarray(0, Math.round(text.length * share));
    const stream = CoverStream.open(shared, [start], target);
    const began = cpuMillis();
    const beganAt = performance.now();
    let [bits, least, off] = [0, 1, 0];
    for (let i = 0; i < bytes.length; i++) {
      await stream.expect(bytes.subarray(i));
      if (normalised) {
        const next = await stream.next();
        bits -= Math.log2(next.bytes[bytes[i]!]!);
        least = Math.min(least, next.rawSum);
        off = Math.max(off, Math.abs(next.bytes.reduce((sum, p) => sum + p, next.stop) - 1));
        if (target.kind === "all") off = Math.max(off, Math.abs(next.rawSum - 1));
      }
      await stream.advance(bytes.subarray(i, i + 1));
    }
    if (!normalised) bits = -stream.logProbability / Math.LN2;
    const millis = cpuMillis() - began;
    const wall = performance.now() - beganAt;
    await tree.dispose();
    const characters = new TextDecoder().decode(bytes).length;
    const { contexts, batches } = shared.evaluations;
    return {
      name,
      bytes: bytes.length,
      contextsAByte: contexts / bytes.length,
      batchesAByte: batches / bytes.length,
      modelMillisAByte: modelMillis / bytes.length,
      otherMillisAByte: (millis - modelMillis) / bytes.length,
      wallMillisAByte: wall / bytes.length,
      charactersASecond: (1000 * characters) / wall,
      charactersACpuSecond: (1000 * characters) / millis,
      bitsAByte: bits / bytes.length,
      ...(normalised && { leastRawSum: least }),
      mostOff: off,
      droppedShare: stream.dropped.share,
    };
  };

  const costs: ModelCost[][] = CASES.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, one] of CASES.entries()) costs[i]!.push(await run(one));
  }
  await model.dispose();
  // The round in which all else took the median time.
  return costs.map((of) => of.sort((a, b) => a.otherMillisAByte - b.otherMillisAByte)[of.length >> 1]!);
}

export function printCosts(costs: readonly ModelCost[]): void {
  console.log(
    "| sequences | contexts a byte | ms a byte | CPU ms: model | all else | characters/s | of CPU time | bits a byte | least raw sum | off one | dropped |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|---|---|");
  for (const cost of costs) {
    const cells = [
      cost.contextsAByte.toFixed(2),
      cost.wallMillisAByte.toFixed(2),
      cost.modelMillisAByte.toFixed(2),
      cost.otherMillisAByte.toFixed(2),
      Math.round(cost.charactersASecond),
      Math.round(cost.charactersACpuSecond),
      cost.bitsAByte.toFixed(3),
      cost.leastRawSum?.toFixed(3) ?? "–",
      cost.mostOff === 0 ? "–" : cost.mostOff.toExponential(0),
      cost.droppedShare === 0 ? "–" : cost.droppedShare.toPrecision(2),
    ];
    console.log(`| ${cost.name} | ${cells.join(" | ")} |`);
  }
}
