import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { utf8Encode } from "../base/bytes.ts";
import { huggingFaceTokenizer } from "../tokenizer/index.ts";
import { cutWindows } from "./score-windows.ts";

const json = readFileSync(`${process.env.TOKENSIEVE_ROOT}models/tokenizer.json`, "utf8");
const tokenizer = huggingFaceTokenizer(json, { name: "bundled" });
const ROOM = 32;

describe("windows of a text", () => {
  const check = (name: string, text: string | Uint8Array, from = 0) => {
    for (const target of ["canonical", "all"] as const) {
      it(`${name}, ${target}`, () => {
        const bytes = typeof text === "string" ? utf8Encode(text) : text;
        const windows = cutWindows(tokenizer, bytes, from, target, ROOM);
        let at = from;
        for (const { context, from: begin, to } of windows) {
          assert.equal(begin, at);
          assert.ok(to > begin && context <= begin);
          assert.ok(context === 0 || begin > 0, "a context of nothing");
          assert.ok(typeof text !== "string" || (bytes[context]! & 0xc0) !== 0x80, "half a character");
          const read = new TextDecoder().decode(bytes.subarray(context, to));
          // A token may be another where its text is cut.
          const most = target === "all" ? ROOM : ROOM + 4;
          const tokens = target === "all" ? to - context : tokenizer.encode(read).length;
          assert.ok(tokens <= most || typeof text !== "string", `${tokens} tokens`);
          at = to;
        }
        assert.equal(at, bytes.length);
      });
    }
  };
  check("of nothing", "");
  check("of one", "a");
  check("of many", "const total = values.length * 2;\n".repeat(30));
  check("from its middle", "const total = values.length * 2;\n".repeat(30), 500);
  check("from its end", "const total = values.length;\n".repeat(30), 29 * 30);
  check("of few, long tokens", " ".repeat(9000));
  check("of few, long tokens, from its middle", " ".repeat(9000), 7000);
  check("of characters of several bytes", "\u4f8b\u00fc\u{1f600}".repeat(80), 9);
  check(
    "of no text",
    Uint8Array.from({ length: 300 }, (_, i) => 255 - (i % 128)),
    20,
  );
});
