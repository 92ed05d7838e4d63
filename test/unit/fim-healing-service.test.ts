// What the FIM Healing view asks, put to the core's own process.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CancelledError } from "../../src/base/cancellation.ts";
import { CoreClient } from "../../src/service/client.ts";
import type { HealingStep } from "../../src/service/inspect-healing-api.ts";

const root = process.env.TOKENSIEVE_ROOT!;
const service = join(root, "dist/service.mjs");

describe("inspectHealing in the core's process", function () {
  this.timeout(60_000);
  const died: string[] = [];
  let client: CoreClient;

  before(() => {
    if (!existsSync(service)) throw new Error("dist/service.mjs is missing: run npm run build first");
    client = new CoreClient(service, {
      onStatus: () => undefined,
      onLog: () => undefined,
      onDied: (reason) => died.push(reason),
    });
  });
  after(() => {
    client.dispose();
    assert.deepEqual(died, []);
  });

  const inspect = (onStep: (step: HealingStep) => void, signal?: AbortSignal) =>
    client.inspectHealing(
      {
        model: { file: join(root, "models/tokensieve-mini.gguf"), gpu: "cpu" },
        prefix: "const value = JSON.pa",
        suffix: "e(text);\n",
        onViolation: "refuse",
        singleLine: true,
        maxTokens: 16,
        mostCovers: 4,
      },
      onStep,
      signal,
    );

  it("tells each step as it is done, and bytes as bytes", async () => {
    const told: HealingStep[] = [];
    const { steps } = await inspect((step) => told.push(step));
    assert.deepEqual(told, steps);
    assert.deepEqual(
      steps.map((step) => (step.kind === "completion" ? step.arm : step.kind)),
      ["edges", "none", "token", "exact", "ranked"],
    );
    const [first] = steps;
    assert.ok(first?.kind === "edges" && first.edges.takenBack instanceof Uint8Array);
    assert.equal(first.edges.covers.length, 4);
  });

  it("stops at a cancel, and answers the next", async () => {
    const abort = new AbortController();
    await assert.rejects(
      inspect(() => abort.abort(), abort.signal),
      CancelledError,
    );
    let steps = 0;
    await inspect(() => {
      steps++;
    });
    assert.equal(steps, 5);
  });
});
