// Bits per byte of source files that no bundled model was trained on, and how often the next bytes are
// written right: by each bundled model, their mixture, their product, and generative fusion decoding.
//   npm run bench:ensemble -- [--model F --model G] [--packages n] [--files n] [--bytes n] [--every n]
//     [--checks n] [--json]
// Weights are fitted on every other package, and everything is measured on the rest.
import { parseArgs } from "node:util";
import { completeUtf8Length, utf8Encode } from "../../src/base/bytes.ts";
import {
  ByteModel,
  type CoverTarget,
  fitMixtureWeights,
  fitProductWeights,
  ProductSamples,
} from "../../src/bytes/index.ts";
import { loadModel } from "../../src/runtime/index.ts";
import { textStart } from "../../src/service/text-start.ts";
import { groupBy } from "../common/group-by.ts";
import { type HeldOutFile, heldOutFiles } from "../common/held-out/files.ts";
import { type BenchMember, type FileMeasurement, type MeasureOptions, measure } from "./measure.ts";
import { summarize } from "./summary.ts";
import { summaryTable } from "./table.ts";

const { values } = parseArgs({
  options: {
    model: {
      type: "string",
      multiple: true,
      default: ["models/tokensieve-mini.gguf", "models/tokensieve-mini-spm.gguf"],
    },
    packages: { type: "string", default: "46" },
    files: { type: "string", default: "2" },
    bytes: { type: "string", default: "400" },
    every: { type: "string", default: "40" },
    written: { type: "string", default: "8" },
    checks: { type: "string", default: "256" },
    json: { type: "boolean", default: false },
  },
});
const most = wholeNumber("bytes", 1);
const target: CoverTarget = { kind: "canonical", maxUnchecked: 1e-3, maxChecks: wholeNumber("checks", 1) };

const members: BenchMember[] = [];
for (const file of values.model) {
  const model = await loadModel({ file, gpu: "cpu" });
  members.push({
    name: model.info.name,
    bytes: new ByteModel(await model.openContextTree()),
    start: textStart(model),
    contextLength: model.info.contextLength,
  });
}
const [first, second] = members;
if (members.length !== 2 || !first || !second) throw new Error("this bench is of two models");

function wholeNumber(option: "bytes" | "checks" | "packages" | "files" | "every" | "written", least: number) {
  const number = Number(values[option]);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`--${option} ${values[option]} is not a whole number from ${least} on`);
}

/// The first files of each package, of different languages first.
function chosen(): HeldOutFile[][] {
  const files = heldOutFiles((specifier) => console.error(`fetching ${specifier}`));
  const packages = groupBy(files, (file) => file.package);
  return [...packages.values()].slice(0, wholeNumber("packages", 2)).map((files) => {
    const languages = files.map(({ language }) => language);
    const fresh = files.filter(({ language }, i) => languages.indexOf(language) === i);
    return [...fresh, ...files.filter((file) => !fresh.includes(file))].slice(0, wholeNumber("files", 1));
  });
}

function beginning({ text }: HeldOutFile): Uint8Array {
  const bytes = utf8Encode(text).subarray(0, most);
  return bytes.slice(0, completeUtf8Length(bytes));
}

async function measureAll(files: readonly HeldOutFile[], options: MeasureOptions) {
  const measured: { file: HeldOutFile; measurement: FileMeasurement }[] = [];
  for (const file of files) {
    console.error(`${measured.length + 1}/${files.length} ${file.package} ${file.path}`);
    measured.push({ file, measurement: await measure([first!, second!], beginning(file), options) });
  }
  return measured;
}

const packages = chosen();
const fitFiles = packages.filter((_, i) => i % 2 === 0).flat();
const testFiles = packages.filter((_, i) => i % 2 === 1).flat();
const rest = { target, written: wholeNumber("written", 1), candidates: 8 };
const samples = new ProductSamples(members.length);
const fit = await measureAll(fitFiles, {
  ...rest,
  every: 0,
  mixture: [0.5, 0.5],
  product: [0.5, 0.5],
  onByte: (nexts, byte) => samples.add(nexts, byte),
});
const logs = members.map((_, m) => {
  const all = fit.flatMap(({ measurement }) => [...measurement.logs[m]!]);
  return Float64Array.from(all);
});
const { weights } = fitMixtureWeights(logs);
const { weights: product } = fitProductWeights(samples);

const measured = await measureAll(testFiles, {
  ...rest,
  every: wholeNumber("every", 0),
  mixture: weights,
  product,
});
const summary = summarize(
  members.map(({ name }) => name),
  measured.map(({ file, measurement }) => ({
    ...measurement,
    package: file.package,
    language: file.language,
  })),
  { mixture: weights, product },
);
if (values.json) console.log(JSON.stringify({ ...summary, fitFiles: fitFiles.length, options: values }));
else console.log(summaryTable(summary));
process.exit(0);
