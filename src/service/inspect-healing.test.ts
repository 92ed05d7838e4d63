import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBlankModel } from "../../test/support/blank-model.ts";
import { displayBytes, utf8DecodeLossy } from "../base/bytes.ts";
import { CancelledError } from "../base/cancellation.ts";
import { KernelEngine } from "../engine/index.ts";
import { Core } from "./core.ts";
import type {
  HealedCompletion,
  HealingEdges,
  HealingStep,
  InspectHealingParams,
} from "./inspect-healing-api.ts";

const root = process.env.TOKENSIEVE_ROOT!;

describe("inspectHealing", function () {
  this.timeout(60_000);
  const bundled = { file: `${root}models/tokensieve-mini.gguf`, gpu: "cpu" } as const;
  const core = new Core([new KernelEngine({ wasm: readFileSync(`${root}out/kernel/kernel.wasm`) })]);
  const folder = mkdtempSync(join(tmpdir(), "inspect-healing-"));
  after(async () => {
    await core.dispose();
    rmSync(folder, { recursive: true });
  });

  const inspect = async (
    prefix: string,
    suffix: string,
    more: Partial<InspectHealingParams> = {},
    signal?: AbortSignal,
    onStep: (step: HealingStep) => void = () => {},
  ) => {
    const told: HealingStep[] = [];
    const { steps } = await core.inspectHealing(
      {
        model: bundled,
        prefix,
        suffix,
        onViolation: "refuse",
        singleLine: suffix.split("\n")[0]!.trim() !== "",
        maxTokens: 16,
        mostCovers: 8,
        ...more,
      },
      signal,
      (step) => {
        told.push(step);
        onStep(step);
      },
    );
    assert.deepEqual(told, steps);
    const edges = steps[0] as { readonly kind: "edges"; readonly edges: HealingEdges };
    assert.equal(edges.kind, "edges");
    const completions = steps.filter((step): step is HealedCompletion => step.kind === "completion");
    return { steps, edges: edges.edges, completions };
  };

  it("tells the edges, the covers, and four completions with their bits", async () => {
    const { edges, completions } = await inspect("const value = JSON.pa", "e(text);\n");
    assert.equal(edges.fillsIn, false);
    assert.equal(edges.before.map(({ bytes }) => displayBytes(bytes)).at(-1), "a");
    assert.equal(displayBytes(edges.takenBack), ".pa");
    assert.equal(edges.remainder, "e");
    assert.equal(edges.joinsWith, "e(text);");
    assert.equal(edges.after.map(({ bytes }) => utf8DecodeLossy(bytes)).join(""), "e(text);\n");
    const { covers, otherCovers } = edges;
    assert.ok(covers.length > 1 && covers.length <= 8);
    const sum = covers.reduce((total, { weight }) => total + weight, otherCovers);
    assert.ok(Math.abs(sum - 1) < 1e-6);
    for (const { tokens, beyond } of covers) {
      const text = tokens.map(({ bytes }) => displayBytes(bytes)).join("");
      assert.equal(text.slice(0, text.length - beyond), ".pa");
    }
    assert.deepEqual(
      completions.map(({ arm }) => arm),
      ["none", "token", "exact", "ranked"],
    );
    const [, , exact, ranked] = completions;
    assert.equal(ranked!.text, "rs");
    assert.ok(ranked!.joinBits! < exact!.joinBits!);
    for (const { bits, joinBits, evaluations, millis, text } of completions) {
      assert.ok(bits! > 0 && joinBits! > bits! - 20 && evaluations > 0 && millis > 0, text);
    }
    // The likelier of two texts, one of which the other begins with, is the shorter.
    assert.ok(exact!.text.startsWith(ranked!.text));
    assert.ok(ranked!.bits! < exact!.bits!);
  });

  it("tells nothing to join with at the end of a text, and works on an empty one", async () => {
    const { edges, completions } = await inspect("const x = JSON.par", "");
    assert.equal(edges.joinsWith, "");
    assert.equal(edges.after.length, 0);
    assert.equal(completions.length, 4);
    assert.equal(completions[2]!.joinBits, undefined);
    const empty = await inspect("", "");
    assert.equal(empty.edges.takenBack.length, 0);
    assert.equal(empty.completions.length, 4);
  });

  it("works under a grammar, and says where the text leaves it", async () => {
    const grammar = {
      source: { kind: "ebnf", text: 'root ::= "x = return " ("value" | "variable") ";"' },
      engine: "tokensieve",
    } as const;
    const { completions } = await inspect("x = retur", "", { grammar });
    for (const { text } of completions) assert.match(text, /^n (value|variable);$/);
    const { steps } = await inspect("y = retur", "", { grammar });
    assert.deepEqual(
      steps.map(({ kind }) => kind),
      ["edges", "violation"],
    );
  });

  it("reads a long document as far as it fits, and half a pair of surrogates as no text", async () => {
    const { completions } = await inspect(`${"const alpha = beta(1);\n".repeat(600)}const gam`, "ma;\n");
    for (const { diagnostics, bits } of completions) {
      assert.equal(diagnostics[0]!.code, "prompt-windowed");
      assert.ok(bits! > 0);
    }
    const half = await inspect("const s = '\ud83d", "';\n");
    assert.equal(half.completions.length, 4);
    for (const { bits } of half.completions) assert.ok(Number.isFinite(bits!));
  });

  it("goes on with the text where a model has no FIM tokens, or none for its bytes", async () => {
    const file = join(folder, "letters.gguf");
    writeBlankModel(file, ["<|end|>", ..."abcdefghijklmnopqrstuvwxyz", "Ġ", "Ċ"]);
    const model = { file, gpu: "cpu" } as const;
    const { edges, completions } = await inspect("let ab", "cd", { model, maxTokens: 4 });
    assert.equal(edges.model.hasFim, false);
    assert.equal(edges.fillsIn, false);
    assert.equal(completions.length, 4);
    // Of "=" the vocabulary has nothing: what it does not spell is no cover's.
    const unreachable = await inspect("let a =", "", { model, maxTokens: 4 });
    assert.equal(unreachable.completions.length, 4);
    for (const { diagnostics } of unreachable.completions) {
      assert.deepEqual(
        diagnostics.map(({ code }) => code),
        ["prompt-unspelled"],
      );
      assert.match(diagnostics[0]!.message, /"=" \(0x3d\)/);
    }
  });

  it("stops at a cancel between two completions", async () => {
    const abort = new AbortController();
    const seen: string[] = [];
    await assert.rejects(
      inspect("const na", "me = 1;\n", {}, abort.signal, (step) => {
        seen.push(step.kind);
        if (seen.length === 2) abort.abort();
      }),
      CancelledError,
    );
    assert.deepEqual(seen, ["edges", "completion"]);
  });
});
