import assert from "node:assert/strict";
import { InputError } from "../../src/base/diagnostic.ts";
import { parseOptions } from "./options.ts";

describe("FIM bench: options", () => {
  it("has usual values", () => {
    const { model, format, cases, workers } = parseOptions([]);
    assert.deepEqual([model, format, cases, workers], ["models/tokensieve-mini.gguf", "auto", 100, 2]);
  });
  for (const [args, message] of [
    ["--format chat", /--format chat is unknown/],
    ["--gpu 1", /--gpu 1 is unknown/],
    ["--cases 0", /--cases 0 is no whole number from 1 on/],
    ["--cases many", /--cases many/],
    ["--seed 1.5", /--seed 1.5/],
    ["--workers=", /--workers {2}is no/],
    ["--speed 1", /--speed/],
    ["--model", /--model/],
    ["extra", /extra/],
  ] as const) {
    it(`refuses ${args}`, () => {
      assert.throws(
        () => parseOptions(args.split(" ")),
        (error) =>
          error instanceof InputError &&
          error.diagnostics[0]!.code === "bench-option" &&
          message.test(error.message),
      );
    });
  }
});
