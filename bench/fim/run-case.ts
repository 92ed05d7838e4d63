import { RememberedRows } from "../../src/decoding/index.ts";
import type { CompleteParams, ModelRef } from "../../src/service/api.ts";
import type { Completer } from "../../src/service/complete.ts";
import type { BenchModels } from "./bench-models.ts";
import { ARMS, type Arm, type ArmOutcome, type CaseOutcome, type FimCase } from "./case.ts";
import { bitsBehind } from "./likelihood.ts";

/// As the editor asks.
const MAX_TOKENS = 64;
/// Of a document, in UTF-16 units. The editor sends more; a run would then take twice as long.
const PREFIX_UNITS = 2048;
const SUFFIX_UNITS = 1024;
/// Of the true middle so much is scored: the rest depends ever less on how the prompt ends.
const SCORED_BYTES = 16;

const HEALING: Readonly<Record<Arm, "none" | "token" | "exact">> = {
  none: "none",
  token: "token",
  exact: "exact",
  ranked: "exact",
};

/// Runs a case in all arms. `turn` rotates their order. Before each, the model's cache is as the keystroke
/// before the cursor would have left it.
export async function runCase(
  completer: Completer,
  models: BenchModels,
  ref: ModelRef,
  one: FimCase,
  turn: number,
): Promise<CaseOutcome> {
  const prefix = endOf(one.prefix);
  const suffix = one.suffix.slice(0, SUFFIX_UNITS);
  const request: CompleteParams = {
    model: ref,
    prefix,
    suffix,
    onViolation: "refuse",
    singleLine: true,
    maxTokens: MAX_TOKENS,
  };
  const arms: Partial<Record<Arm, ArmOutcome>> = {};
  for (let i = 0; i < ARMS.length; i++) {
    const arm = ARMS[(turn + i) % ARMS.length]!;
    const before = withoutLastCharacter(prefix);
    await completer.complete({
      ...request,
      prefix: before,
      maxTokens: 1,
      healing: "none",
      suffixRanking: false,
    });
    RememberedRows.forget(await models.get(ref));
    const { evaluations, evaluatedTokens } = models.work;
    const started = performance.now();
    const cpu = process.cpuUsage();
    const result = await completer.complete({
      ...request,
      healing: HEALING[arm],
      suffixRanking: arm === "ranked",
    });
    const millis = performance.now() - started;
    const { user, system } = process.cpuUsage(cpu);
    if (result.kind !== "completion") throw new Error("no grammar, no violation");
    arms[arm] = {
      completion: result.text,
      evaluations: models.work.evaluations - evaluations,
      evaluatedTokens: models.work.evaluatedTokens - evaluatedTokens,
      millis,
      cpuMillis: (user + system) / 1000,
    };
  }
  return {
    id: one.id,
    arms: arms as Record<Arm, ArmOutcome>,
    ...(await bits(models, ref, { prefix, middle: one.middle, suffix })),
  };
}

async function bits(
  models: BenchModels,
  ref: ModelRef,
  { prefix, middle, suffix }: { readonly prefix: string; readonly middle: string; readonly suffix: string },
): Promise<Pick<CaseOutcome, "bits" | "bytes">> {
  const model = await models.get(ref);
  const prompt = model.info.prefersFim
    ? ({ kind: "fim", prefix, suffix } as const)
    : ({ kind: "text", text: prefix, cut: true } as const);
  const text = beginning(middle);
  return models.withByteModel(ref, undefined, async (_, bytes) => {
    const of = async (mode: "none" | "token" | "exact") =>
      (await bitsBehind(model, bytes, prompt, { text, healing: mode, maxTokens: MAX_TOKENS })) ?? null;
    return {
      bits: { none: await of("none"), token: await of("token"), exact: await of("exact") },
      bytes: Buffer.byteLength(text),
    };
  });
}

/// From the start of a line on, where there is one.
function endOf(text: string): string {
  if (text.length <= PREFIX_UNITS) return text;
  const end = text.slice(-PREFIX_UNITS);
  return end.slice(end.indexOf("\n") + 1);
}

/// Whole characters, up to `SCORED_BYTES`.
function beginning(text: string): string {
  let kept = "";
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > SCORED_BYTES) break;
    kept += character;
  }
  return kept;
}

function withoutLastCharacter(text: string): string {
  return [...text.slice(-2)].length === 1 ? text.slice(0, -2) : text.slice(0, -1);
}
