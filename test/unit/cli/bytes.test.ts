import assert from "node:assert/strict";
import { fixtureFolder, tokensieve } from "./run-cli.ts";

const files = fixtureFolder();

interface BytesJson {
  readonly bytes: readonly { readonly byte: number; readonly p: number }[];
  readonly stop: number;
  readonly sum: number;
  readonly rawSum: number;
  readonly covers: readonly { readonly tokens: readonly number[]; readonly weight: number }[];
  readonly evaluations: number;
}

async function bytes(...args: string[]): Promise<BytesJson> {
  const { status, json, stderr } = await tokensieve(["bytes", "--gpu", "cpu", ...args, "--json"]);
  assert.equal(status, 0, stderr);
  return json();
}

describe("tokensieve bytes", () => {
  for (const [target, model] of [
    ["canonical", "tokensieve-mini"],
    ["all", "tokensieve-mini"],
    ["canonical", "tokensieve-mini-spm"],
    ["all", "tokensieve-mini-spm"],
  ] as const) {
    it(`${target}, ${model}: sums to one, likeliest first`, async () => {
      const {
        bytes: list,
        stop,
        sum,
        rawSum,
        covers,
        evaluations,
      } = await bytes("--model", model, "--target", target, "--prompt", "export fun");
      assert.equal(list.length, 256);
      assert.equal(new Set(list.map(({ byte }) => byte)).size, 256);
      const total = list.reduce((all, { p }) => all + p, stop);
      assert.ok(Math.abs(total - 1) < 1e-6 && Math.abs(sum - 1) < 1e-6, `${total} ${sum}`);
      assert.ok(rawSum > 0.5 && rawSum < 1 + 1e-6, `${rawSum}`);
      for (const [i, { p }] of list.entries()) assert.ok(i === 0 || p <= list[i - 1]!.p);
      assert.ok(covers.length > 0 && covers[0]!.tokens.length > 0);
      assert.ok(covers.reduce((all, { weight }) => all + weight, 0) < 1 + 1e-6);
      assert.ok(evaluations > 0);
    });
  }

  it("prints as many as asked for, and the end of the text", async () => {
    const { status, stdout, stderr } = await tokensieve(["bytes", "--prompt", "a", "--top", "3"]);
    assert.equal(status, 0, stderr);
    const lines = stdout.trimEnd().split("\n");
    assert.equal(lines.filter((line) => /^\d\.\d{6} {2}0x[0-9a-f]{2}/.test(line)).length, 3);
    assert.match(lines[3]!, /end of text$/);
    assert.match(lines.at(-1)!, /raw sum .* model evaluations$/);
  });

  it("reads the end of a prompt longer than the context, and says so", async () => {
    const file = files.write("long.txt", "const a = 1;\n".repeat(3000));
    const { status, json, stderr } = await tokensieve(["bytes", "--prompt-file", file, "--json"]);
    assert.equal(status, 0, stderr);
    const { windowed, context } = json();
    assert.ok(windowed && context > 30_000 && context < 39_000);
    assert.match(stderr, /context of 1024 tokens: what is before byte \d+ was left out/);
    const short = await tokensieve(["bytes", "--prompt", "const a", "--json"]);
    assert.deepEqual([short.json().windowed, short.json().context, short.stderr], [false, 0, ""]);
  });

  it("states what it dropped", async () => {
    const args = ["bytes", "--prompt", "return values", "--target", "all", "--min-share", "0.05"];
    const { stdout } = await tokensieve(args);
    const dropped = /raw sum \d\.\d+, dropped (\S+); \d+ model evaluations/.exec(stdout);
    assert.ok(Number(dropped![1]) > 0, stdout);
    const { json } = await tokensieve([...args, "--json"]);
    assert.ok(json().dropped.share > 0 && json().dropped.bound > 0);
  });

  it("goes on with half a character", async () => {
    const { bytes: list } = await bytes("--prompt-file", files.write("half.txt", Uint8Array.of(0x22, 0xc3)));
    assert.ok(list[0]!.byte >= 0x80 && list[0]!.byte < 0xc0, `${list[0]!.byte}`);
  });
});

describe("tokensieve score", () => {
  const score = async (...args: string[]) => {
    const { status, json, stderr } = await tokensieve(["score", "--gpu", "cpu", ...args, "--json"]);
    assert.equal(status, 0, stderr);
    return json();
  };

  it("adds up what bytes says, byte by byte", async function () {
    this.timeout(120_000);
    const text = "if (";
    const { surprises, bits, bitsPerByte, windowed } = await score(files.write("if.ts", text), "--per-byte");
    assert.equal(windowed, false);
    for (const [i, character] of [...text].entries()) {
      const { bytes: list } = await bytes("--prompt", text.slice(0, i));
      const { p } = list.find(({ byte }) => byte === character.charCodeAt(0))!;
      // Another order of evaluation rounds differently.
      assert.ok(Math.abs(surprises[i] + Math.log2(p)) < 0.05, `${surprises[i]} ${-Math.log2(p)}`);
    }
    assert.ok(Math.abs(surprises.reduce((a: number, b: number) => a + b, 0) - bits) < 1e-6);
    assert.ok(Math.abs(bits / text.length - bitsPerByte) < 1e-9);
  });

  it("knows code better than noise, and reads any bytes with --target all", async () => {
    const code = await score(files.write("code.ts", "export function "), "--raw");
    const noise = await score(
      files.write("noise.bin", Uint8Array.of(0x80, 0xff, 0x00, 0xc3)),
      "--target",
      "all",
    );
    assert.ok(code.bitsPerByte < noise.bitsPerByte, `${code.bitsPerByte} ${noise.bitsPerByte}`);
    assert.equal(code.surprises, undefined);
  });

  it("reads standard input, and prints a line", async () => {
    const { status, stdout, stderr } = await tokensieve(["score", "-", "--raw"], "const a = 1;");
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^\d+\.\d{4} bits per byte: \d+\.\d bits, 12 bytes; \d+ model evaluations\n$/);
  });

  it("has no bits per byte of no bytes", async () => {
    assert.equal((await score(files.write("empty.ts", ""))).bitsPerByte, null);
  });
});

describe("bad input of bytes and score", () => {
  const check = (name: string, args: () => string[], ...expected: RegExp[]) =>
    it(name, async () => {
      const { status, stdout, stderr } = await tokensieve(args());
      assert.equal(status, 2, stderr);
      assert.equal(stdout, "");
      for (const part of expected) assert.match(stderr, part);
      assert.doesNotMatch(stderr, /^\s+at .*\(.*:\d+:\d+\)/m, "a stack trace is no message");
    });
  const bad = () => files.write("bad.txt", Uint8Array.of(0x61, 0xff, 0x62));

  check("a prompt that is no text", () => ["bytes", "--prompt-file", bad()], /bytes-not-utf8/, /byte 1/);
  check("a file that is no text", () => ["score", bad()], /bytes-unreachable/, /0xff/, /"all"/);
  check("a file that is not there", () => ["score", files.path("none.ts")], /none\.ts/, /file-unreadable/);
  check("two prompts", () => ["bytes", "--prompt", "a", "--prompt-file", "b"], /--prompt-file/);
  check("a target that is none", () => ["bytes", "--prompt", "a", "--target", "some"], /canonical, all/);
  check("no bytes at all", () => ["bytes", "--prompt", "a", "--top", "0"], /whole number from 1/);
});
