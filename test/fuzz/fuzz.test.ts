import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { campaign, describeFailure } from "./campaign.ts";
import { fuzzTargets } from "./targets.ts";

/// A few cases of `npm run fuzz`, the same ones each time.
const CASES = 200;

const wasm = readFileSync(`${process.env.TOKENSIEVE_ROOT}out/kernel/kernel.wasm`);
const targets = await fuzzTargets(wasm);

describe("random input", () => {
  for (const target of targets) {
    it(`${target.name}: diagnostics or a grammar that works`, async () => {
      const failures = await campaign(target, 1, CASES);
      assert.equal(failures.map(describeFailure).join("\n"), "");
    }).timeout(120_000);
  }
});
