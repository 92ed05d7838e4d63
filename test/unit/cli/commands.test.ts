import assert from "node:assert/strict";
import { join } from "node:path";
import { fixtureFolder, root, tokensieve } from "./run-cli.ts";

const files = fixtureFolder();
const shipped = (id: string) => join(root, `grammars/${id}/${id}.ebnf`);

const service = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 12 },
    port: { enum: [80, 443, 8080] },
    secure: { type: "boolean" },
  },
  required: ["name", "port"],
  additionalProperties: false,
};

describe("tokensieve generate", () => {
  it("writes text of the grammar and says how each token came about", async () => {
    const version = "\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}";
    const { status, json, stderr } = await tokensieve([
      "generate",
      "--regex",
      version,
      "--prompt",
      "version: ",
      "--json",
    ]);
    assert.equal(status, 0, stderr);
    const { text, tokens, finish, steps } = json();
    assert.match(text, /^\d{1,3}\.\d{1,3}\.\d{1,3}$/);
    assert.notEqual(finish, "length");
    assert.equal(steps.map((step: { text: string }) => step.text).join(""), text);
    assert.ok(tokens.length > 0 && tokens.length <= steps.length);
    for (const step of steps) {
      assert.ok(step.allowed >= 1);
      if (step.origin === "sampled") assert.ok(step.probability <= step.maskedProbability + 1e-6);
    }
  });

  it("writes JSON of the schema, also when sampled hot", async () => {
    const file = files.write("service.schema.json", JSON.stringify(service));
    for (const seed of ["1", "2", "3"]) {
      const { status, json, stderr } = await tokensieve([
        "generate",
        "--schema",
        file,
        "--temperature",
        "2",
        "--seed",
        seed,
        "--whitespace",
        "compact",
        "--max-tokens",
        "400",
        "--json",
      ]);
      assert.equal(status, 0, stderr);
      const { text, finish } = json();
      assert.notEqual(finish, "length", text);
      const value = JSON.parse(text);
      assert.equal(typeof value.name, "string");
      assert.ok([80, 443, 8080].includes(value.port));
    }
  });

  it("gives the same text for the same seed", async () => {
    const run = () =>
      tokensieve([
        "generate",
        "--prompt",
        "export function ",
        "--temperature",
        "1",
        "--seed",
        "7",
        "--max-tokens",
        "12",
        "--json",
      ]);
    const [a, b] = [await run(), await run()];
    assert.equal(a.json().text, b.json().text);
  });

  it("writes characters whose bytes are several tokens", async () => {
    const { status, json, stderr } = await tokensieve(["generate", "--regex", "😀é{2}€", "--json"]);
    assert.equal(status, 0, stderr);
    assert.equal(json().text, "😀éé€");
    assert.equal(json().finish, "grammar");
  });

  it("says length when the tokens run out", async () => {
    const { json } = await tokensieve(["generate", "--regex", "[a-z]{200}", "--max-tokens", "3", "--json"]);
    assert.equal(json().finish, "length");
    assert.equal(json().tokens.length, 3);
  });
});

describe("how JSON is written", () => {
  const file = () =>
    files.write("style.schema.json", JSON.stringify({ properties: { é: { type: "array" } } }));
  const check = (flags: readonly string[], text: string, ok: boolean) =>
    it(`${flags.join(" ")}: ${JSON.stringify(text)}`, async () => {
      const args = ["validate", "--schema", file(), ...flags, files.write("text", text), "--json"];
      const { json, stderr } = await tokensieve(args);
      assert.equal(json()[0].ok, ok, stderr);
    });
  check(["--whitespace", "indent"], '{\n  "é": [\n    1\n  ]\n}\n', true);
  check(["--whitespace", "indent", "--indent", "tab"], '{\n\t"é": [\n\t\t1\n\t]\n}', true);
  check(["--whitespace", "indent", "--indent", "4"], '{\n  "é": [\n    1\n  ]\n}\n', false);
  check(["--whitespace", "indent", "--indent-depth", "1"], '{\n  "é": [1]\n}', true);
  check(["--escapes", "ascii"], '{"\\u00e9": []}', true);
  check(["--escapes", "needed"], '{"\\u00e9": []}', false);
});

describe("tools", () => {
  const tools = [
    { type: "function", function: { name: "add", parameters: { properties: { n: { type: "integer" } } } } },
  ];
  const file = () => files.write("tools.json", JSON.stringify(tools));
  const check = (flags: readonly string[], text: string, ok: boolean) =>
    it(`${flags.join(" ")}: ${JSON.stringify(text)}`, async () => {
      const args = ["validate", "--tools", file(), ...flags, files.write("text", text), "--json"];
      const { json, stderr } = await tokensieve(args);
      assert.equal(json()[0].ok, ok, stderr);
    });
  const call = (n: unknown) => `<tool_call>\n{"name": "add", "arguments": {"n": ${n}}}\n</tool_call>`;
  check([], `Well. ${call(1)}${call(2)}`, true);
  check([], call('"1"'), false);
  check(["--tool-choice", "required"], "Well.", false);
  check(["--no-parallel-tool-calls"], call(1) + call(2), false);
  it("explain tells the place in the file of tools", async () => {
    const prefix = '<tool_call>\n{"name": "add", "arguments": {"n": 1';
    const args = [
      "explain",
      "--tokenizer",
      "model",
      "--tools",
      file(),
      "--prefix",
      prefix,
      "--token",
      "x",
      "--json",
    ];
    const { json, stderr } = await tokensieve(args);
    const [inner] = json().stacks[0].rules;
    const text = JSON.stringify(tools);
    assert.equal(
      text.slice(inner.span.from, inner.span.to),
      '{"properties":{"n":{"type":"integer"}}}',
      stderr,
    );
    assert.equal(inner.column, inner.span.from + 1);
  });
  check(["--tool-template", "llama3"], 'So: {"name": "add", "parameters": {"n": 1}}', true);
});

describe("tokensieve validate", () => {
  const check = (
    name: string,
    text: string,
    expected: { ok: boolean; byteOffset: number | null; expected?: string },
  ) =>
    it(name, async () => {
      const file = files.write("text", text);
      const { status, json, stderr } = await tokensieve([
        "validate",
        "--grammar",
        shipped("semver"),
        "--json",
        file,
      ]);
      const [result] = json();
      assert.equal(status, expected.ok ? 0 : 1, stderr);
      assert.equal(result.file, file);
      assert.equal(result.ok, expected.ok);
      assert.equal(result.byteOffset, expected.byteOffset);
      if (expected.expected !== undefined)
        assert.ok(result.expected.includes(expected.expected), JSON.stringify(result.expected));
    });
  check("a sentence", "1.2.3-rc.1+build.5", { ok: true, byteOffset: null });
  check("a wrong byte", "1.2.x", { ok: false, byteOffset: 4, expected: "0–9" });
  check("an early end", "1.2.", { ok: false, byteOffset: 4, expected: "0–9" });
  check("an empty file", "", { ok: false, byteOffset: 0 });

  it("takes several files and says no if one is wrong", async () => {
    const [good, bad] = [files.write("good", "1.0.0"), files.write("bad", "1.0")];
    const { status, json } = await tokensieve([
      "validate",
      "--grammar",
      shipped("semver"),
      "--json",
      good,
      bad,
    ]);
    assert.equal(status, 1);
    assert.deepEqual(
      json().map((r: { ok: boolean }) => r.ok),
      [true, false],
    );
  });
});

describe("tokensieve validate --schema", () => {
  it("takes members in any order, and says where a value is wrong", async () => {
    const schema = files.write("order.schema.json", JSON.stringify(service));
    const good = files.write("good.json", ' {\n  "port": 443,\n  "name": "api"\n}\n');
    const bad = files.write("bad.json", '{"port": 444, "name": "api"}');
    const { json, stderr } = await tokensieve(["validate", "--schema", schema, "--json", good, bad]);
    const [first, second] = json();
    assert.equal(first.ok, true, stderr);
    assert.deepEqual([second.ok, second.byteOffset], [false, 11]);
    assert.deepEqual(second.expected, ["3"]);
  });
});

describe("tokensieve mask", () => {
  for (const tokenizer of [
    "model",
    "tokensieve-mini-spm",
    "o200k_base",
    "cl100k_base",
    "llama3",
    join(root, "models/tokenizer.json"),
  ]) {
    it(`counts the tokens of ${tokenizer.split("/").at(-1)} that start a word of two letters`, async () => {
      const { status, json, stderr } = await tokensieve([
        "mask",
        "--tokenizer",
        tokenizer,
        "--regex",
        "[ab]c",
        "--ids",
        "--json",
      ]);
      assert.equal(status, 0, stderr);
      const { allowed, stopAllowed, sample, ids, forced } = json();
      assert.equal(ids.length, allowed);
      assert.equal(stopAllowed, false);
      assert.equal(forced, "");
      const texts = sample.map((token: { text: string }) => token.text);
      for (const text of texts) assert.match(text, /^[ab]c?$/);
      assert.ok(texts.includes("a") && texts.includes("b"));
    });
  }

  it("knows what is forced, and where the text may stop", async () => {
    const after = (prefix: string) =>
      tokensieve(["mask", "--tokenizer", "model", "--regex", "abc", "--prefix", prefix, "--json"]);
    assert.equal((await after("")).json().forced, "abc");
    const end = (await after("abc")).json();
    assert.deepEqual([end.allowed, end.stopAllowed, end.forced], [0, true, ""]);
  });
});

describe("tokensieve mask and explain agree", () => {
  const grammar = () =>
    files.write("list.ebnf", 'root ::= "[" item ("," item)* "]"\nitem ::= [a-z]+ | root\n');
  const ask = (name: string, ...rest: string[]) =>
    tokensieve([name, "--tokenizer", "model", "--grammar", grammar(), "--prefix", "[[ab", "--json", ...rest]);

  it("on what may follow, and how much of it the stack decides", async () => {
    const { json, stderr } = await ask("mask", "--ids");
    const { ids, contextIndependent, contextIndependentAllowed, contextDependent, maskMicros } = json();
    const size = 6144;
    assert.equal(contextIndependent + contextDependent, size, stderr);
    // Letters, "," and "]" continue whatever called the list; "]," does in a list alone.
    assert.ok(contextDependent > 0 && contextIndependentAllowed > 26);
    assert.ok(
      ids.length >= contextIndependentAllowed && ids.length <= contextIndependentAllowed + contextDependent,
    );
    assert.ok(maskMicros >= 0);
    for (const id of [ids[0], ids.at(-1)]) {
      const { json, status } = await ask("explain", "--token-id", String(id));
      assert.deepEqual([json().allowed, json().verdict, status], [true, "allowed", 0]);
    }
  });

  it("says where a token dies, in which rules, and what could have come", async () => {
    const { json, stderr, status } = await ask("explain", "--token", "]:");
    assert.equal(status, 0, stderr);
    const { allowed, verdict, reason, byteOffset, byte, expected, stopAllowed, stacks } = json();
    assert.deepEqual(
      [allowed, verdict, byteOffset, byte, stopAllowed],
      [false, "wrong-byte", 1, 0x3a, false],
    );
    assert.deepEqual(expected, [",", "]"]);
    assert.match(reason, /after "\]" it cannot go on with byte 3a/);
    const places = stacks.map(({ rules }: { rules: { name: string; line: number; column: number }[] }) =>
      rules.map(({ name, line, column }) => `${name} ${line}:${column}`),
    );
    assert.ok(places.length > 0 && places.every((place: string[]) => place.at(-1) === "root 1:1"), stderr);
  });

  it("says that a text may not stop yet", async () => {
    const { json } = await ask("explain", "--token", "<|endoftext|>");
    assert.deepEqual([json().allowed, json().verdict], [false, "incomplete"]);
  });
});

describe("tokensieve tokenize", () => {
  const texts = ["const x = 1;\n", "naïve — “quotes” 😀👩‍👩‍👧", "", "  \t\r\n"];
  for (const tokenizer of ["model", "model:tokensieve-mini-spm", "o200k_base", "cl100k_base", "llama3"]) {
    it(`${tokenizer}: the tokens' bytes are the text`, async () => {
      for (const text of texts) {
        const { status, json, stderr } = await tokensieve(
          ["tokenize", "--tokenizer", tokenizer, "--json", "-"],
          text,
        );
        assert.equal(status, 0, stderr);
        const { tokens, count } = json();
        assert.equal(tokens.length, count);
        assert.equal(
          Buffer.from(tokens.map((t: { bytes: string }) => t.bytes).join(""), "hex").toString("utf8"),
          text,
        );
        for (const token of tokens) assert.ok(!token.text.includes("\ufffd"));
      }
    });
  }
});

describe("healing of prompts", () => {
  const cases = [
    ["none", 0],
    ["token", 1],
    ["exact", 1],
  ] as const;
  for (const [mode, bytes] of cases) {
    it(`generate says what ${mode} took back`, async () => {
      const { status, json, stderr } = await tokensieve([
        "generate",
        "--prompt",
        "const x = ",
        "--healing",
        mode,
        "--max-tokens",
        "2",
        "--json",
      ]);
      assert.equal(status, 0, stderr);
      const { healing } = json();
      assert.deepEqual([healing.mode, healing.bytes, healing.dropped], [mode, bytes, 0]);
      assert.ok(healing.evaluations >= 1);
    });
  }

  it("fim heals half a character", async () => {
    const prefix = files.write("half.ts", Buffer.from("// Größe: é", "utf8").subarray(0, -1));
    const suffix = files.write("half-suffix", "\n");
    for (const [mode] of cases) {
      const { status, json, stderr } = await tokensieve([
        "fim",
        "--prefix-file",
        prefix,
        "--suffix-file",
        suffix,
        "--healing",
        mode,
        "--max-tokens",
        "3",
        "--json",
      ]);
      assert.equal(status, 0, stderr);
      assert.equal(json().healing.mode, mode);
      assert.ok(json().healing.bytes >= 1);
    }
  });
});

describe("tokensieve fim", () => {
  it("fills a hole so that the whole is a sentence", async () => {
    // Whatever the model goes on with, the suffix fits behind the port.
    const prefix = files.write("prefix", '{"name": "api", "po');
    const suffix = files.write("suffix", ', "secure": true}');
    const file = files.write("service.schema.json", JSON.stringify(service));
    const { status, json, stderr } = await tokensieve([
      "fim",
      "--prefix-file",
      prefix,
      "--suffix-file",
      suffix,
      "--schema",
      file,
      "--json",
    ]);
    assert.equal(status, 0, stderr);
    const { middle, finish, steps } = json();
    assert.notEqual(finish, "length");
    assert.ok(steps.length > 0);
    const value = JSON.parse(`{"name": "api", "po${middle}, "secure": true}`);
    assert.ok([80, 443, 8080].includes(value.port));
  });

  it("ends the middle where the word after it goes on, unless told not to", async () => {
    const prefix = files.write("prefix.ts", "const name = user.get");
    const suffix = files.write("suffix.ts", "ame();\n");
    const args = ["fim", "--prefix-file", prefix, "--suffix-file", suffix, "--max-tokens", "16", "--json"];
    const { status, json, stderr } = await tokensieve(args);
    assert.equal(status, 0, stderr);
    const { middle, ranking, evaluations, steps } = json();
    assert.ok(ranking.candidates > 1 && ranking.evaluations > 0 && evaluations > ranking.evaluations);
    assert.equal(steps.map((step: { text: string }) => step.text).join(""), middle);
    const unranked = await tokensieve([...args, "--no-suffix-ranking"]);
    assert.equal(unranked.json().ranking, null);
  });

  it("completes code between two lines", async () => {
    const prefix = files.write("prefix.ts", "export function add(a: number, b: number): number {\n  return ");
    const suffix = files.write("suffix.ts", ";\n}\n");
    const { status, json, stderr } = await tokensieve([
      "fim",
      "--prefix-file",
      prefix,
      "--suffix-file",
      suffix,
      "--max-tokens",
      "16",
      "--json",
    ]);
    assert.equal(status, 0, stderr);
    assert.ok(json().middle.length > 0);
  });
});
