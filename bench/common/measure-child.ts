// Measures one grammar at a time: the arguments are an engine and a vocabulary.
import { bitsetWords, hasBit } from "../../src/base/bitset.ts";
import { parseSource, printEbnf } from "../../src/grammar/index.ts";
import { type BenchGrammar, benchGrammar, readyKernel } from "./bench-grammar.ts";
import { type MeasuredCase, type Measurement, measurement } from "./measured-case.ts";
import { loadTokenizer } from "./vocabularies.ts";
import { benchXGrammar, PlainXGrammar } from "./xgrammar.ts";

/// What is measured of an engine.
interface Subject {
  readonly grammar: BenchGrammar;
  grammarBytes?(): number;
}

const micros = () => performance.now() * 1000;
const [, , engine, vocabularyName] = process.argv;
const tokenizer = await loadTokenizer(vocabularyName!);
const { vocabulary } = tokenizer;
const compile = engine === "tokensieve" ? await kernel() : await xgrammar();

process.on("message", async (task: MeasuredCase) => {
  let answer: Measurement;
  try {
    answer = await measure(task);
  } catch (error) {
    const isBroken = error instanceof WebAssembly.RuntimeError;
    const problem = String(error).slice(0, 200);
    answer = { problem, masks: 0, processBytes: 0, ...(isBroken && { isBroken }) };
  }
  process.send!(answer);
});
process.send!({ ready: true });

async function kernel() {
  const made = await readyKernel(vocabulary);
  return async ({ source }: MeasuredCase): Promise<Subject | string> => {
    const result = await made.compile(source, vocabulary);
    if (!result.ok) return result.diagnostics.find((d) => d.severity === "error")?.code ?? "no grammar";
    const { grammar } = result;
    return { grammar: benchGrammar(grammar), grammarBytes: () => grammar.statistics().grammarBytes };
  };
}

async function xgrammar() {
  const made = await PlainXGrammar.load(vocabulary);
  return async ({ source }: MeasuredCase): Promise<Subject | string> => {
    const plain = await plainGrammar(made, source);
    return typeof plain === "string" ? plain : { grammar: benchXGrammar(plain) };
  };
}

/// EBNF and schemas as they are, structural tags in XGrammar's own reading, others printed as EBNF.
async function plainGrammar(made: PlainXGrammar, source: MeasuredCase["source"]) {
  if (source.kind === "json-schema") return made.schema(source.text, false);
  if (source.kind === "structural-tag") return made.structuralTag(source.text);
  if (source.kind === "ebnf") return made.ebnf(source.text);
  const { grammar } = parseSource(source, "error");
  const text = grammar && printEbnf(grammar).text;
  return text === undefined ? "cannot be printed as EBNF" : made.ebnf(text);
}

async function measure(task: MeasuredCase): Promise<Measurement> {
  const tokens = tokenizer.encode(task.text);
  const mask = new Uint32Array(bitsetWords(vocabulary.size));
  const before = process.memoryUsage().rss;
  const begun = micros();
  const subject = await compile(task);
  const compiled = micros();
  if (typeof subject === "string") return { problem: subject, masks: 0, processBytes: 0 };
  const matcher = await subject.grammar.createMatcher();
  const masks: number[] = [];
  let ttfm = 0;
  let problem: string | undefined;
  for (let i = 0; i <= tokens.length; i++) {
    const from = micros();
    await matcher.fill(mask);
    const to = micros();
    if (i === 0) ttfm = to - begun;
    else masks.push(to - from);
    if (i === tokens.length) {
      if (!vocabulary.stopTokens.some((stop) => hasBit(mask, stop))) problem = "the text is not complete";
      break;
    }
    if (hasBit(mask, tokens[i]!) && matcher.accept(tokens[i]!)) continue;
    problem = `refuses token ${i} of ${tokens.length}`;
    break;
  }
  matcher.dispose();
  const grammarBytes = subject.grammarBytes?.();
  subject.grammar.dispose();
  return measurement(
    { compile: compiled - begun, ttfm, masks },
    {
      ...(problem === undefined ? {} : { problem }),
      processBytes: Math.max(0, process.memoryUsage().rss - before),
      ...(grammarBytes === undefined ? {} : { grammarBytes }),
    },
  );
}
