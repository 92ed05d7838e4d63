import { InputError } from "../base/diagnostic.ts";
import type { FinishReason, GenerationResult, GenerationStep } from "../decoding/index.ts";
import type { Matcher } from "../engine/index.ts";

/// The middle of a document, and how its generation ended.
export interface FittingText {
  readonly text: string;
  readonly steps: readonly GenerationStep[];
  readonly tokens: readonly number[];
  readonly finish: FinishReason;
  /// Lengths of the beginnings of `text` after which the suffix fits, ascending.
  readonly fits: readonly number[];
}

/// Draws the middle of a document from `stream` until it ends or `isEnough` says so.
///
/// The grammar lets a middle go on past the last place where the suffix could follow (it may close what
/// the suffix closes): the masks of `SuffixMatcher` look one token ahead, not to the end. So where the
/// text runs into a dead end or out of tokens, it is cut back to the last place where the suffix fits.
/// Without a matcher nothing is cut.
export async function drawFittingText(
  stream: AsyncGenerator<GenerationStep, GenerationResult>,
  matcher: Matcher | undefined,
  isEnough: (text: string) => boolean = () => false,
): Promise<FittingText> {
  const steps: GenerationStep[] = [];
  const fits: { readonly steps: number; readonly length: number }[] = [];
  let text = "";
  const note = () => {
    if (matcher?.isAccepting()) fits.push({ steps: steps.length, length: text.length });
  };
  const ended = (finish: FinishReason): FittingText => ({
    text,
    steps,
    tokens: tokensOf(steps),
    finish,
    fits: fits.map(({ length }) => length),
  });
  const cutBack = (): FittingText | undefined => {
    const last = fits.at(-1);
    if (!last) return undefined;
    steps.length = last.steps;
    text = text.slice(0, last.length);
    return ended("stop");
  };
  note();
  try {
    for (;;) {
      const next = await stream.next();
      if (next.done) {
        const { finish } = next.value;
        return (finish === "length" && cutBack()) || ended(finish);
      }
      steps.push(next.value);
      text += next.value.text;
      note();
      if (isEnough(text)) return ended("stop");
    }
  } catch (error) {
    const cut = isDeadEnd(error) && cutBack();
    if (cut) return cut;
    throw error;
  } finally {
    // Ends a stream that was broken off, so that its sequence is free for the next request.
    await stream.return({ text, tokens: [], finish: "stop" });
  }
}

function isDeadEnd(error: unknown): boolean {
  return error instanceof InputError && error.diagnostics[0]?.code === "no-token-continues";
}

/// Some steps take the place of tokens before them.
function tokensOf(steps: readonly GenerationStep[]): number[] {
  const tokens: number[] = [];
  for (const { token, replaces } of steps) {
    tokens.length -= replaces;
    tokens.push(token);
  }
  return tokens;
}
