import { fitMixtureWeights } from "../../src/bytes/index.ts";
import { bootstrap, type Interval } from "../common/bootstrap.ts";
import { type FileMeasurement, WRITERS, type Writer } from "./measure.ts";

/// A file's measurement, and where it is from.
export interface MeasuredFile extends FileMeasurement {
  readonly package: string;
  readonly language: string;
}

/// What was fitted on other files.
export interface Fitted {
  readonly mixture: readonly number[];
  readonly product: readonly number[];
}

/// Ways to predict the next byte, by bits a byte.
export interface Bits {
  readonly first: number;
  readonly second: number;
  /// Mixture with equal weights, and with fitted ones.
  readonly mixture: number;
  readonly fittedMixture: number;
  /// Product with exponents of a half, and with fitted ones.
  readonly product: number;
  readonly fittedProduct: number;
  /// The score of generative fusion decoding with the fitted shares: no probability.
  readonly fusionScore: number;
}

export interface EnsembleSummary {
  readonly models: readonly string[];
  readonly fitted: Fitted;
  readonly files: number;
  readonly packages: number;
  readonly bytes: number;
  readonly all: Bits;
  readonly languages: readonly { readonly language: string; readonly bytes: number; readonly bits: Bits }[];
  /// Bits a byte less than the better model alone has; above zero, the ensemble is better.
  readonly gains: Readonly<Record<keyof Omit<Bits, "first" | "second" | "fusionScore">, Interval>>;
  /// Weights that would have been best on these very files.
  readonly hindsight: readonly number[];
  /// Shares of the places where the next bytes were written as they are.
  readonly right: Readonly<Record<Writer, number>>;
  readonly cuts: number;
  /// More than the better model alone, by share of places.
  readonly rightGains: Readonly<Record<"mixture" | "product" | "fusion", Interval>>;
  /// Contexts a byte that each model was asked about to read the files.
  readonly evaluations: readonly number[];
  /// Of reading with both models, and of writing on.
  readonly cpuMillisAByte: number;
}

const SEED = 1;

export function summarize(
  models: readonly string[],
  files: readonly MeasuredFile[],
  fitted: Fitted,
): EnsembleSummary {
  const [v, w] = fitted.product;
  const share = v! / (v! + w!);
  const bitsOf = (file: MeasuredFile): Bits => {
    const [p, q] = file.logs;
    const alone = (log: Float64Array) => -log.reduce((sum, nats) => sum + nats, 0) / Math.LN2;
    const mixture = ([a, b]: readonly number[]) =>
      p!.reduce((sum, log, i) => sum - Math.log2(a! * Math.exp(log) + b! * Math.exp(q![i]!)), 0);
    const [first, second] = [alone(p!), alone(q!)];
    return {
      first,
      second,
      mixture: mixture([0.5, 0.5]),
      fittedMixture: mixture(fitted.mixture),
      product: file.equalProduct,
      fittedProduct: file.product,
      fusionScore: share * first + (1 - share) * second,
    };
  };
  const bits = new Map(files.map((file) => [file, bitsOf(file)]));
  const bytesOf = (list: readonly MeasuredFile[]) => list.reduce((sum, { logs }) => sum + logs[0]!.length, 0);
  const meanOf = (list: readonly MeasuredFile[]): Bits => {
    const mean = (key: keyof Bits) =>
      list.reduce((sum, file) => sum + bits.get(file)![key], 0) / bytesOf(list);
    return {
      first: mean("first"),
      second: mean("second"),
      mixture: mean("mixture"),
      fittedMixture: mean("fittedMixture"),
      product: mean("product"),
      fittedProduct: mean("fittedProduct"),
      fusionScore: mean("fusionScore"),
    };
  };
  const all = meanOf(files);
  const better = all.first <= all.second ? "first" : "second";
  const gain = (key: keyof Bits): Interval =>
    bootstrap(
      files.map((file) => {
        const own = bits.get(file)!;
        return { cluster: file.package, value: own[better] - own[key], count: file.logs[0]!.length };
      }),
      SEED,
    );
  const cuts = files.reduce((sum, file) => sum + file.cuts, 0);
  const right = Object.fromEntries(
    WRITERS.map((writer) => [writer, files.reduce((sum, file) => sum + file.right[writer], 0) / cuts]),
  ) as Record<Writer, number>;
  const betterWriter = right.first >= right.second ? "first" : "second";
  const rightGain = (writer: Writer): Interval =>
    bootstrap(
      files.map((file) => ({
        cluster: file.package,
        value: file.right[writer] - file.right[betterWriter],
        count: file.cuts,
      })),
      SEED,
    );
  const languages = [...new Set(files.map(({ language }) => language))].sort();
  const joined = [0, 1].map((m) => Float64Array.from(files.flatMap(({ logs }) => [...logs[m]!])));
  return {
    models,
    fitted,
    files: files.length,
    packages: new Set(files.map((file) => file.package)).size,
    bytes: bytesOf(files),
    all,
    languages: languages.map((language) => {
      const own = files.filter((file) => file.language === language);
      return { language, bytes: bytesOf(own), bits: meanOf(own) };
    }),
    gains: {
      mixture: gain("mixture"),
      fittedMixture: gain("fittedMixture"),
      product: gain("product"),
      fittedProduct: gain("fittedProduct"),
    },
    hindsight: fitMixtureWeights(joined).weights,
    right,
    cuts,
    rightGains: {
      mixture: rightGain("mixture"),
      product: rightGain("product"),
      fusion: rightGain("fusion"),
    },
    evaluations: [0, 1].map(
      (m) => files.reduce((sum, { evaluations }) => sum + evaluations[m]!, 0) / bytesOf(files),
    ),
    cpuMillisAByte: files.reduce((sum, { cpuMillis }) => sum + cpuMillis, 0) / bytesOf(files),
  };
}
