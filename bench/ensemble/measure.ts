import {
  ByteEnsemble,
  type ByteModel,
  type ByteSource,
  type CoverTarget,
  combine,
  type EnsembleRule,
  type NextBytes,
  WindowedSource,
  writeBytes,
  writeFused,
} from "../../src/bytes/index.ts";

/// A model at work in the bench.
export interface BenchMember {
  readonly name: string;
  readonly bytes: ByteModel;
  readonly start: readonly number[];
  readonly contextLength: number;
}

export const WRITERS = ["first", "second", "mixture", "product", "fusion"] as const;
export type Writer = (typeof WRITERS)[number];

/// What was found out about a beginning of a file.
export interface FileMeasurement {
  /// Natural logarithms of what each model gave each byte.
  readonly logs: readonly Float64Array[];
  /// Bits under a product with exponents of a half, and with those given.
  readonly equalProduct: number;
  readonly product: number;
  /// How often the next bytes were written as they are in the file, of `cuts` times.
  readonly right: Readonly<Record<Writer, number>>;
  readonly cuts: number;
  /// Contexts that each model was asked about.
  readonly evaluations: readonly number[];
  /// User CPU time of the whole, in milliseconds.
  readonly cpuMillis: number;
}

export interface MeasureOptions {
  readonly target: CoverTarget;
  /// Bytes from one place where the text is written on to the next; 0: nowhere.
  readonly every: number;
  /// Bytes that are written there.
  readonly written: number;
  readonly mixture: readonly number[];
  readonly product: readonly number[];
  readonly candidates: number;
  /// Hears what both models say before each byte.
  readonly onByte?: (nexts: readonly NextBytes[], byte: number) => void;
}

/// Reads `text` with both models at a time.
export async function measure(
  members: readonly [BenchMember, BenchMember],
  text: Uint8Array,
  options: MeasureOptions,
): Promise<FileMeasurement> {
  const cpu = process.cpuUsage().user;
  const asked = members.map(({ bytes }) => bytes.evaluations.contexts);
  const { target } = options;
  const open = ({ bytes: model, start, contextLength }: BenchMember) =>
    WindowedSource.open({ model, start, contextLength, target }, new Uint8Array(0));
  const sources = [await open(members[0]), await open(members[1])] as const;
  const logs = members.map(() => new Float64Array(text.length));
  let equalProduct = 0;
  let product = 0;
  const right: Record<Writer, number> = { first: 0, second: 0, mixture: 0, product: 0, fusion: 0 };
  let cuts = 0;
  let readEvaluations = asked;
  for (let i = 0; i < text.length; i++) {
    const rest = text.subarray(i);
    const before = members.map(({ bytes }) => bytes.evaluations.contexts);
    await Promise.all(sources.map((source) => source.expect(rest)));
    const nexts = await Promise.all(sources.map((source) => source.next()));
    const byte = text[i]!;
    for (const [m, { bytes }] of nexts.entries()) logs[m]![i] = Math.log(bytes[byte]!);
    const bitsOf = (weights: readonly number[]) =>
      -Math.log2(combine({ kind: "product", weights }, nexts)?.bytes[byte] ?? 0);
    equalProduct += bitsOf([0.5, 0.5]);
    product += bitsOf(options.product);
    options.onByte?.(nexts, byte);
    readEvaluations = readEvaluations.map(
      (sum, m) => sum + members[m]!.bytes.evaluations.contexts - before[m]!,
    );
    if (options.every > 0 && i % options.every === options.every - 1 && rest.length >= options.written) {
      cuts++;
      const expected = rest.subarray(0, options.written).join();
      for (const writer of WRITERS) {
        if ((await write(writer, members, sources, options)).join() === expected) right[writer]++;
      }
    }
    const own = members.map(({ bytes }) => bytes.evaluations.contexts);
    await Promise.all(sources.map((source) => source.advance(text.subarray(i, i + 1))));
    readEvaluations = readEvaluations.map((sum, m) => sum + members[m]!.bytes.evaluations.contexts - own[m]!);
  }
  return {
    logs,
    equalProduct,
    product,
    right,
    cuts,
    evaluations: readEvaluations.map((sum, m) => sum - asked[m]!),
    cpuMillis: (process.cpuUsage().user - cpu) / 1000,
  };
}

/// The likeliest next bytes by one way to write.
async function write(
  writer: Writer,
  members: readonly [BenchMember, BenchMember],
  sources: readonly [WindowedSource, WindowedSource],
  { written: maxBytes, mixture, product, candidates }: MeasureOptions,
): Promise<Uint8Array> {
  const forks = [sources[0].fork(), sources[1].fork()] as const;
  const greedy = async (source: ByteSource) =>
    (await writeBytes(source, { maxBytes, temperature: 0, random: () => 0 })).bytes;
  const together = (rule: EnsembleRule) =>
    greedy(
      new ByteEnsemble(
        forks.map((source, m) => ({ name: members[m]!.name, source })),
        rule,
      ),
    );
  switch (writer) {
    case "first":
      return greedy(forks[0]);
    case "second":
      return greedy(forks[1]);
    case "mixture":
      return together({ kind: "mixture", weights: mixture });
    case "product":
      return together({ kind: "product", weights: product });
    case "fusion": {
      const others = [{ name: members[1].name, source: forks[1] }];
      const options = { weights: product, candidates, width: 1, maxBytes };
      return (await writeFused(forks[0], others, undefined, options)).bytes;
    }
    default:
      throw new Error(`no way to write ${writer satisfies never}`);
  }
}
