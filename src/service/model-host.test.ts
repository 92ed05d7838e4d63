import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBlankModel } from "../../test/support/blank-model.ts";
import { CancelledError } from "../base/cancellation.ts";
import { InputError } from "../base/diagnostic.ts";
import { CoverStream } from "../bytes/index.ts";
import type { ServiceStatus } from "./api.ts";
import { ModelHost } from "./model-host.ts";

const file = `${process.env.TOKENSIEVE_ROOT}models/tokensieve-mini.gguf`;

describe("ModelHost", () => {
  let statuses: ServiceStatus[];
  let host: ModelHost;
  beforeEach(() => {
    statuses = [];
    host = new ModelHost(
      (status) => statuses.push(status),
      () => {},
    );
  });
  afterEach(() => host.unload());
  const kinds = () => statuses.map(({ kind }) => kind).filter((kind, i, all) => kind !== all[i - 1]);

  it("a cancelled load is no failure, and the next request loads anew", async () => {
    const abort = new AbortController();
    const first = host.get({ file, gpu: "cpu" }, abort.signal);
    // Let the load begin.
    await Promise.resolve();
    abort.abort();
    // Asked before the first load has come to its end.
    const second = host.get({ file, gpu: "cpu" });
    await assert.rejects(first, CancelledError);
    assert.equal((await second).info.vocabularySize, 6144);
    assert.deepEqual(kinds().at(-1), "model-ready");
    assert.ok(!kinds().includes("model-failed"), kinds().join());
  });

  it("a load that one of two requests gives up goes on for the other", async () => {
    const abort = new AbortController();
    const first = host.get({ file, gpu: "cpu" }, abort.signal);
    const second = host.get({ file, gpu: "cpu" });
    await Promise.resolve();
    abort.abort();
    await assert.rejects(first, CancelledError);
    assert.equal((await second).info.vocabularySize, 6144);
    assert.deepEqual(kinds(), ["model-loading", "model-ready"]);
  });

  it("says when nothing is loaded any more because the load was cancelled", async () => {
    const abort = new AbortController();
    const only = host.get({ file, gpu: "cpu" }, abort.signal);
    await Promise.resolve();
    abort.abort();
    await assert.rejects(only, CancelledError);
    await new Promise((resolve) => setImmediate(resolve));
    for (let i = 0; i < 100 && kinds().at(-1) === "model-loading"; i++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(kinds(), ["model-loading", "model-cancelled"]);
  });

  describe("holds several models", () => {
    const folder = mkdtempSync(join(tmpdir(), "tokensieve-"));
    after(() => rmSync(folder, { recursive: true, force: true }));
    const blank = { file: join(folder, "blank.gguf"), gpu: "cpu" } as const;
    const other = { file: join(folder, "other.gguf"), gpu: "cpu" } as const;
    const bundled = { file, gpu: "cpu" } as const;
    before(() => {
      writeBlankModel(blank.file, ["a", "b", "<|end|>"]);
      writeBlankModel(other.file, ["a", "b", "ab", "<|end|>"]);
    });
    const loads = () =>
      statuses.flatMap((status) => (status.kind === "model-ready" ? [status.file] : [])).join();
    /// What each model says of the first byte being an "a".
    const first = (...refs: (typeof blank)[]) =>
      host.withByteModels(refs, undefined, (models) =>
        Promise.all(
          models.map(async ({ model, bytes }) => {
            const start = model.tokenizer.vocabulary.stopTokens[0]!;
            const stream = CoverStream.open(bytes, [start], { kind: "all", minShare: 0 });
            return (await stream.next()).bytes[0x61]!.toFixed(3);
          }),
        ),
      );

    it("at a time, each with its own tokens and context", async () => {
      assert.deepEqual(await first(blank, other), ["0.333", "0.500"]);
      const memory = await host.withByteModels([blank, bundled], undefined, async (models) =>
        models.map(({ model }) => model.memoryBytes),
      );
      assert.ok(memory[0]! > 0 && memory[1]! > 3e6, memory.join());
    });

    it("and loads nothing for one of them; the others go when something else is loaded", async () => {
      await first(blank, other);
      assert.deepEqual(await first(other), ["0.500"]);
      await host.get(blank);
      assert.equal(loads().split(",").length, 2);
      await first(other, bundled);
      await first(blank);
      assert.equal(loads().split(",").length, 4);
    });

    it("once, if one is named twice", async () => {
      assert.deepEqual(await first(blank, blank), ["0.333", "0.333"]);
      assert.equal(loads(), blank.file);
    });

    it("and ensembles that share models in another order wait for each other", async () => {
      const answers = await Promise.all([first(blank, other), first(other, blank), first(blank)]);
      assert.deepEqual(answers, [["0.333", "0.500"], ["0.500", "0.333"], ["0.333"]]);
    });

    it("a model is not taken away from who uses it", async () => {
      const using = first(blank, other);
      const next = first(bundled);
      assert.deepEqual(await using, ["0.333", "0.500"]);
      assert.equal((await next).length, 1);
    });

    it("and says which one does not load; the next request is served", async () => {
      const missing = { file: join(folder, "none.gguf"), gpu: "cpu" } as const;
      await assert.rejects(first(blank, missing), (error) => {
        assert.ok(error instanceof InputError);
        assert.equal(error.diagnostics[0]!.code, "file-missing");
        assert.deepEqual(error.diagnostics[0]!.location, { kind: "file", file: missing.file });
        return true;
      });
      assert.deepEqual(await first(blank), ["0.333"]);
    });
  });
});
