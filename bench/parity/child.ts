// Answers one grammar at a time, on the vocabulary named by the first argument.
import { readFileSync } from "node:fs";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import { parseSource, printEbnf } from "../../src/grammar/index.ts";
import { loadTokenizer } from "../common/vocabularies.ts";
import { PlainXGrammar } from "../common/xgrammar.ts";
import { compare } from "./compare.ts";
import { CHANGES, keywordsOf, without } from "./keywords.ts";
import type { ParityAnswer, ParityTask } from "./task.ts";

const LIMITS = { timeoutMs: 20_000 };
const tokenizer = await loadTokenizer(process.argv[2]!);
const engine = new KernelEngine({ wasm: readFileSync("out/kernel/kernel.wasm") });
const xgrammar = await PlainXGrammar.load(tokenizer.vocabulary);

process.on("message", async (task: ParityTask) => {
  try {
    process.send!(await answer(task));
  } catch (error) {
    process.send!({ refused: { by: "xgrammar", why: String(error).slice(0, 200) }, warnings: [] });
  }
});
process.send!({ ready: true });

async function answer(task: ParityTask): Promise<ParityAnswer> {
  const result = await run(task);
  const first = result.comparison?.differences[0];
  if (task.arm === "same" || first === undefined) return result;
  // What is it about? Whatever makes the masks the same at that place when it is taken out of the schema.
  const text = task.texts[first.text]!;
  const isAbout = async (changed: string): Promise<boolean> => {
    const { comparison } = await run({ ...task, source: { ...task.source, text: changed }, texts: [text] });
    if (comparison === undefined || comparison.steps <= first.step) return false;
    const next = comparison.differences[0];
    return next === undefined || next.step > first.step;
  };
  for (const { name, apply } of CHANGES)
    if (await isAbout(apply(task.source.text))) return { ...result, causes: [name] };
  const causes: string[] = [];
  for (const keyword of keywordsOf(task.source.text))
    if (await isAbout(without(task.source.text, keyword))) causes.push(keyword);
  return { ...result, causes };
}

async function run({ arm, source, texts }: ParityTask): Promise<ParityAnswer> {
  const { grammar, diagnostics } = parseSource(source, "allowed");
  const code = (list: readonly { readonly code: string; readonly severity: string }[]) =>
    list.find((d) => d.severity === "error")?.code ?? "no grammar";
  if (grammar === undefined) return { refused: { by: "kernel", why: code(diagnostics) }, warnings: [] };
  const printed = arm === "same" ? printEbnf(grammar) : undefined;
  const warnings = printed?.diagnostics.filter((d) => d.severity === "warning").map((d) => d.code) ?? [];
  if (printed !== undefined && printed.text === undefined)
    return { refused: { by: "printer", why: code(printed.diagnostics) }, warnings };
  const ours = await engine.compileGrammar(grammar, source, tokenizer.vocabulary, LIMITS);
  if (!ours.ok) return { refused: { by: "kernel", why: code(ours.diagnostics) }, warnings };
  const theirs =
    printed?.text === undefined
      ? await xgrammar.schema(source.text, false)
      : await xgrammar.ebnf(printed.text);
  try {
    const judge = arm === "same" ? grammar : undefined;
    return { comparison: await compare(ours.grammar, theirs, judge, tokenizer, texts), warnings };
  } finally {
    ours.grammar.dispose();
    theirs.dispose();
  }
}
