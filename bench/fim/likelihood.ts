import { utf8Encode } from "../../src/base/bytes.ts";
import { InputError } from "../../src/base/diagnostic.ts";
import { type ByteModel, CoverStream, type HealingMode, takeBackTokens } from "../../src/bytes/index.ts";
import type { LanguageModel, Prompt } from "../../src/decoding/index.ts";
import { layOutPrompt } from "../../src/decoding/prompt.ts";

/// Token sequences of all kinds count: behind a prompt that was cut within a word the tokenizer makes none.
const TARGET = { kind: "all", minShare: 1e-3, maxHeads: 8 } as const;

/// Bits that the bytes of `text` take behind a prompt, if the model must first spell what `healing` takes
/// back: −log₂ P(text | prompt). `undefined` where no token sequence spells them.
export async function bitsBehind(
  model: LanguageModel,
  bytes: ByteModel,
  prompt: Prompt,
  {
    text,
    healing,
    maxTokens,
  }: {
    readonly text: string;
    readonly healing: HealingMode;
    /// For which a long prompt leaves room.
    readonly maxTokens: number;
  },
): Promise<number | undefined> {
  const layout = layOutPrompt(model, prompt, maxTokens);
  const taken = takeBackTokens(model.tokenizer, layout.text, new Uint8Array(0), healing);
  const context = [...layout.before, ...taken.tokens, ...layout.after];
  if (context.length === 0) context.push(model.tokenizer.vocabulary.stopTokens[0]!);
  const stream = CoverStream.open(bytes, context, TARGET);
  try {
    await stream.advance(taken.bytes);
    const before = stream.logProbability;
    await stream.advance(utf8Encode(text));
    return (before - stream.logProbability) / Math.LN2;
  } catch (error) {
    if (error instanceof InputError && error.diagnostics[0]?.code === "bytes-unreachable") return undefined;
    throw error;
  } finally {
    stream.dispose();
  }
}
