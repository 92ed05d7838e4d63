import { toolCallTag } from "../../src/grammar/index.ts";
import { makeTools } from "./tools.ts";

// In front of calls there is text that comes close to one.
const FREE = [
  "Let me see. If a < b and b < c, we are done; otherwise I shall need a tool.\n",
  "<tool or not, the house is größer als gedacht 😀; `<tool_cal` is no call.\n\n",
  "First I look it up, then I write it down:\n",
];

export interface BenchAnswer {
  /// A structural tag of so many tools.
  readonly tag: string;
  /// What a model might answer: free text and calls in turns.
  readonly parts: readonly { readonly kind: "free" | "call"; readonly text: string }[];
}

export function makeAnswer(toolCount: number): BenchAnswer {
  const tools = makeTools(toolCount);
  const list = tools.map(({ name, parameters }) => ({ type: "function", function: { name, parameters } }));
  const { text } = toolCallTag(JSON.stringify(list), { template: "hermes" });
  if (text === undefined) throw new Error("the bench's tools are refused");
  const step = Math.max(1, Math.floor(toolCount / 24));
  const called = tools.filter((_, i) => i % step === 0).slice(0, 24);
  const parts = called.flatMap(({ name, example }, i) => {
    const call = `<tool_call>\n{"name": "${name}", "arguments": ${JSON.stringify(example)}}\n</tool_call>`;
    return [
      { kind: "free" as const, text: FREE[i % FREE.length]! },
      { kind: "call" as const, text: call },
    ];
  });
  return { tag: text, parts };
}
