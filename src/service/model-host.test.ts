import assert from "node:assert/strict";
import { CancelledError } from "../base/cancellation.ts";
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
});
