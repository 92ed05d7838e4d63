// Prints completions of fixed prompts as Markdown.
//   node samples.mjs model.gguf > ../samples.md
import { getLlama, LlamaCompletion } from "node-llama-cpp";

const prompts = [
  "export function ",
  'import { readFile } from "',
  "for (let i = 0; i < ",
  "interface User {\n  id: ",
  "const response = await ",
  "function sum(values: number[]): number {\n  let total = 0;\n  for (const v of values) {\n",
  '{\n  "name": "my-app",\n  "version": "1.0.0",\n  "scripts": {\n',
  '{\n  "compilerOptions": {\n',
  "export class Queue<T> {\n  private items: T[] = [];\n\n  push(item: T)",
  'describe("parser", () => {\n  it("',
  "if (typeof value === ",
  "try {\n  await run();\n} catch (",
  "const names = users.map((",
  "## Installation\n\n```",
  "SELECT id, name FROM users WHERE ",
  "1. e4 e5 2. Nf3 ",
  "fix(",
  "| Name | Price |\n| --- | --- |\n",
  "Name: Anna Weber\nPhone: ",
  "2024-05-",
];
const fills = [
  ["function add(a: number, b: number) {\n  return ", "\n}\n"],
  ["const total = items.reduce(", ", 0);\n"],
  ["export function isEmpty(list: unknown[]) {\n  if (", ") {\n    return true;\n  }\n  return false;\n}\n"],
  ['{\n  "name": "demo",\n  "', '": "MIT"\n}\n'],
  ["import { ", ' } from "node:fs";\n\nconst text = readFileSync("a.txt", "utf8");\n'],
  ["for (const key of Object.", ") {\n  console.log(key);\n}\n"],
];
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: 1 });
const model = await llama.loadModel({ modelPath: process.argv[2] });
const context = await model.createContext({ contextSize: 1024, threads: 1 });
const completion = new LlamaCompletion({ contextSequence: context.getSequence() });
const show = (before, text, after = "") =>
  `\`\`\`text\n${before}⟦${text}⟧${after.replace(/\n$/, "")}\n\`\`\`\n`;
console.log(
  "# Samples\n\nThe model's text stands between ⟦ and ⟧. Nothing was picked or left out: these are the first answers\nto a fixed list of prompts (train/samples.mjs), greedy first, then one draw at temperature 0.7.\n\n## Continuations, greedy\n",
);
for (const p of prompts)
  console.log(show(p, await completion.generateCompletion(p, { maxTokens: 48, temperature: 0 })));
console.log("## Continuations, temperature 0.7\n");
for (const p of prompts)
  console.log(
    show(p, await completion.generateCompletion(p, { maxTokens: 48, temperature: 0.7, topP: 0.95, seed: 7 })),
  );
console.log("## Fill in the middle, greedy\n");
for (const [a, b] of fills)
  console.log(show(a, await completion.generateInfillCompletion(a, b, { maxTokens: 32, temperature: 0 }), b));
await model.dispose();
