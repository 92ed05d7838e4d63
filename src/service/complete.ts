import { utf8Encode } from "../base/bytes.ts";
import type { Diagnostic } from "../base/diagnostic.ts";
import {
  type GenerateOptions,
  generate,
  type LanguageModel,
  type ModelSequence,
  SuffixMatcher,
  trimOverlap,
} from "../decoding/index.ts";
import { EngineError, type Matcher } from "../engine/index.ts";
import type { CompleteParams, CompleteResult, Violation } from "./api.ts";
import type { CompiledGrammars } from "./compiled-grammars.ts";
import type { ModelHost } from "./model-host.ts";
import { PrefixMatcher } from "./prefix-matcher.ts";

/// Completes documents at a cursor. Keeps the matcher of the document it was last asked about.
export class Completer {
  readonly #models: ModelHost;
  readonly #grammars: CompiledGrammars;
  #follower: PrefixMatcher | undefined;

  constructor(models: ModelHost, grammars: CompiledGrammars) {
    this.#models = models;
    this.#grammars = grammars;
  }

  complete(params: CompleteParams, signal?: AbortSignal): Promise<CompleteResult> {
    return this.#models.withSequence(params.model, "complete", signal, async (model, sequence) => {
      let diagnostics: readonly Diagnostic[] = [];
      let matcher: Matcher | undefined;
      let violation: Violation | undefined;
      if (params.grammar) {
        const compiled = await this.#grammars.get(params.grammar, model.tokenizer.vocabulary, signal);
        diagnostics = compiled.diagnostics;
        if (this.#follower?.grammar !== compiled.grammar) {
          this.#follower?.dispose();
          this.#follower = new PrefixMatcher(compiled.grammar);
        }
        try {
          violation = this.#follower.moveTo(utf8Encode(params.prefix));
          if (violation && params.onViolation === "refuse") return { kind: "violation", violation };
          if (!violation) {
            const { stopTokens } = model.tokenizer.vocabulary;
            matcher = new SuffixMatcher(this.#follower.matcher, utf8Encode(params.suffix), stopTokens);
          }
          return await run(model, sequence, params, { matcher, diagnostics, violation }, signal);
        } catch (error) {
          // A matcher that failed stays failed: the next request starts with a new one.
          if (error instanceof EngineError) {
            this.#follower = undefined;
            this.#grammars.forget(compiled.grammar);
          }
          throw error;
        }
      }
      return run(model, sequence, params, { matcher, diagnostics, violation }, signal);
    });
  }
}

interface Sieve {
  readonly matcher: Matcher | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly violation: Violation | undefined;
}

async function run(
  model: LanguageModel,
  sequence: ModelSequence,
  params: CompleteParams,
  { matcher, diagnostics, violation }: Sieve,
  signal: AbortSignal | undefined,
): Promise<CompleteResult> {
  const options: GenerateOptions = {
    // A model that has not learnt to fill in can still continue the text before the cursor.
    prompt: model.info.hasFim
      ? { kind: "fim", prefix: params.prefix, suffix: params.suffix }
      : { kind: "text", text: params.prefix },
    sampling: params.sampling ?? { temperature: 0 },
    maxTokens: params.maxTokens,
    ...(matcher && { matcher }),
    ...(signal && { signal }),
  };
  const started = performance.now();
  const stream = generate(model, sequence, options);
  let text = "";
  let tokens = 0;
  let forcedTokens = 0;
  /// Length of the longest text after which the document's suffix goes on as the grammar wants.
  let fits = 0;
  let finish: "stop" | "grammar" | "length" = "stop";
  try {
    for (;;) {
      const next = await stream.next();
      if (next.done) {
        text = next.value.text;
        finish = next.value.finish;
        break;
      }
      tokens++;
      if (next.value.origin === "forced") forcedTokens++;
      text += next.value.text;
      if (matcher?.isAccepting()) fits = text.length;
      if (endOfLine(params, text) !== undefined || endOfBlock(params, matcher, text) !== undefined) break;
    }
  } finally {
    // Ends a stream we broke off, so that its sequence is free for the next request.
    await stream.return({ text, tokens: [], finish });
  }
  const seconds = (performance.now() - started) / 1000;
  let cut = text;
  if (params.suffix.trim() !== "" && fits > 0 && finish === "length") cut = text.slice(0, fits);
  cut = cut.slice(0, endOfLine(params, cut) ?? endOfBlock(params, matcher, cut) ?? cut.length);
  cut = trimOverlap(cut, params.suffix);
  return {
    kind: "completion",
    text: cut,
    finish,
    constrained: matcher !== undefined,
    tokens,
    forcedTokens,
    tokensPerSecond: seconds > 0 ? tokens / seconds : 0,
    ...(violation && { violation }),
    diagnostics,
  };
}

/// Where a single-line completion ends: before the first line break that follows some text.
function endOfLine(params: CompleteParams, text: string): number | undefined {
  if (!params.singleLine) return undefined;
  const at = text.search(/(?<=\S[^\n]*)\r?\n/);
  return at < 0 ? undefined : at;
}

/// Where a free completion has said enough: at a blank line, or at a line indented less than the one
/// the cursor is in, unless that line only closes what the completion opened.
function endOfBlock(params: CompleteParams, matcher: Matcher | undefined, text: string): number | undefined {
  if (matcher) return undefined;
  const lines = text.split("\n");
  const current = params.prefix.slice(params.prefix.lastIndexOf("\n") + 1);
  const indent = /^[ \t]*/.exec(current)![0].length;
  let at = lines[0]!.length;
  for (const [i, line] of lines.slice(1).entries()) {
    const whole = i + 2 < lines.length;
    const blank = line.trim() === "";
    if (blank && whole && at > 0) return at;
    const lineIndent = /^[ \t]*/.exec(line)![0].length;
    if (!blank && lineIndent < indent) return at;
    if (!blank && lineIndent === indent && /^[ \t]*[)\]}]+[;,]?$/.test(line.trimEnd()) && whole) {
      return at + 1 + line.trimEnd().length;
    }
    at += 1 + line.length;
  }
  return undefined;
}
