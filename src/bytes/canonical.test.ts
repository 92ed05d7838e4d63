import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { utf8Decode, utf8Encode } from "../base/bytes.ts";
import { InputError } from "../base/diagnostic.ts";
import { readTokenizerFile } from "../runtime/tokenizer-files.ts";
import { loadBuiltInTokenizer } from "../tokenizer/built-in.ts";
import { huggingFaceTokenizer } from "../tokenizer/hugging-face.ts";
import { SPLIT_PATTERNS } from "../tokenizer/split-patterns.ts";
import { type Tokenizer, tokensToBytes } from "../tokenizer/vocabulary.ts";
import { ByteModel } from "./byte-model.ts";
import { Canonical } from "./canonical.ts";
import { CoverStream, type CoverTarget } from "./cover-stream.ts";
import { Enumeration } from "./testing/enumeration.ts";
import { allTexts, type ToyBpe, toyBpe } from "./testing/toy-bpe.ts";
import { hashedModel } from "./testing/toy-model.ts";
import { toyScoredSentencePiece, toySentencePiece } from "./testing/toy-sentence-piece.ts";
import { TokenContext } from "./token-context.ts";

const EXACT: CoverTarget = { kind: "canonical", maxUnchecked: 0 };

function near(actual: number, expected: number, what: string, tolerance = 1e-12): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, not ${expected}`);
}

/// What a tokenizer makes of texts of an alphabet.
interface Toy {
  readonly name: string;
  readonly tokenizer: Tokenizer;
  readonly alphabet: string;
  /// The tokens of a text in the middle of another.
  readonly encode: (text: string) => readonly number[];
}

function byteLevel(definition: ToyBpe): Toy {
  const tokenizer = toyBpe(definition);
  return {
    name: JSON.stringify(definition),
    tokenizer,
    alphabet: definition.alphabet,
    encode: (text) => tokenizer.encode(text),
  };
}

/// Every beginning of the tokens of some text of up to `length` characters.
function beginnings({ alphabet, encode }: Toy, length: number): ReadonlySet<string> {
  const found = new Set<string>();
  for (const text of allTexts(alphabet, length)) {
    const tokens = encode(text);
    for (let n = tokens.length; n >= 0; n--) {
      const key = tokens.slice(0, n).join();
      if (found.has(key)) break;
      found.add(key);
    }
  }
  return found;
}

/// Compares with the enumeration of everything that `encode` makes of texts of up to `reach`
/// characters, for all texts of up to `length`.
async function compare(
  toy: Toy,
  length: number,
  reach: number,
  seed: number,
  start: readonly number[] = [],
): Promise<void> {
  const found = beginnings(toy, reach);
  const { tokenizer } = toy;
  const model = hashedModel(tokenizer, seed);
  const { vocabulary } = tokenizer;
  const decode = (tokens: readonly number[]) => new TextDecoder().decode(tokensToBytes(vocabulary, tokens));
  const oracle = new Enumeration(
    model,
    start,
    (tokens) => found.has([...start, ...tokens].join()),
    (tokens) => toy.encode(decode([...start, ...tokens])).join() === [...start, ...tokens].join(),
  );
  const bytesOf = utf8Encode(toy.alphabet);
  const shared = new ByteModel(model);
  for (const text of allTexts(toy.alphabet, length)) {
    const whole = utf8Encode(text);
    // The text, and what it is if its last character is cut.
    const last = text === "" ? 1 : utf8Encode([...text].at(-1)!).length;
    for (let cut = 0; cut < last; cut++) {
      const bytes = whole.subarray(0, whole.length - cut);
      const where = `${toy.name} ${JSON.stringify(text)} less ${cut} bytes`;
      const stream = CoverStream.open(shared, start, EXACT);
      const mass = oracle.mass(bytes);
      // Behind a start not every text can come.
      if (mass === 0 && start.length > 0) {
        await assert.rejects(stream.advance(bytes), InputError);
        continue;
      }
      assert.ok(mass > 0, where);
      await stream.advance(bytes);
      near(stream.logProbability, Math.log(mass), `${where}: log W`);
      const expected = oracle.next(bytes, bytesOf);
      const raw = expected.bytes.reduce((sum, p) => sum + p, expected.stop);
      const actual = await stream.next();
      near(actual.rawSum, raw, `${where}: raw sum`);
      assert.equal(actual.unchecked, 0);
      near(actual.stop, expected.stop / raw, `${where}: stop`);
      for (const b of bytesOf) near(actual.bytes[b]!, expected.bytes[b]! / raw, `${where}: byte ${b}`);
      near(
        actual.bytes.reduce((sum, p) => sum + p, actual.stop),
        1,
        `${where}: sum`,
      );
    }
  }
}

/// Merges among `letters` and what they merged to, at most `longest` bytes.
function merges(letters: string, most: number, longest: number): fc.Arbitrary<[string, string][]> {
  return fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: most }).map((picks) => {
    const tokens = [...letters];
    const pairs: [string, string][] = [];
    for (const [i, j] of picks) {
      const left = tokens[i % tokens.length]!;
      const right = tokens[j % tokens.length]!;
      if (utf8Encode(left + right).length > longest || tokens.includes(left + right)) continue;
      pairs.push([left, right]);
      tokens.push(left + right);
    }
    return pairs;
  });
}

function check(
  name: string,
  split: ToyBpe["split"],
  {
    letters,
    plain,
    length = 2,
    reach = 6,
    most = 8,
    whole = [] as readonly string[],
  }: Readonly<{
    letters: string;
    plain: string;
    length?: number;
    reach?: number;
    most?: number;
    whole?: readonly string[];
  }>,
): void {
  it(name, async () => {
    await fc.assert(
      fc.asyncProperty(merges(letters, most, 3), fc.nat(), async (pairs, seed) => {
        await compare(
          byteLevel({ alphabet: letters + plain, merges: pairs, split, whole }),
          length,
          reach,
          seed,
        );
      }),
      { numRuns: 4 },
    );
  });
}

const regex = (name: "llama3" | "qwen2" | "o200k" | "cl100k" | "falcon") =>
  ({ kind: "regex", regex: SPLIT_PATTERNS[name][0] }) as const;

describe("CoverStream, canonical encodings, equals the enumeration of what encode makes", () => {
  // `plain` characters merge with nothing, as rare ones do in every real vocabulary.
  check("pure BPE", { kind: "none" }, { letters: "ab ", plain: "z", reach: 7 });
  check("GPT-2's white space", { kind: "gpt2" }, { letters: "a \n", plain: "z!", reach: 7 });
  check("GPT-2's contractions", { kind: "gpt2" }, { letters: "'sl", plain: "z ", reach: 7 });
  check("Qwen2's white space", regex("qwen2"), { letters: " \na", plain: "z!", reach: 7 });
  it("GPT-2's contractions, of tokens that meet behind the apostrophe", async () => {
    const definition = { alphabet: "'slz", split: { kind: "gpt2" } } as const;
    for (const merges of [[["'", "l"]], [["l", "l"]], [["l", "s"]]] as const) {
      await compare(byteLevel({ ...definition, merges }), 3, 6, 5);
    }
  });
  check("Llama 3's digits", regex("llama3"), { letters: "1 ", plain: "9z", reach: 7 });
  check("o200k's capitals", regex("o200k"), { letters: "aA's", plain: "zZ", reach: 6 });
  check("cl100k's end of text", regex("cl100k"), { letters: " \na", plain: "z", reach: 8 });
  check("characters of several bytes", { kind: "gpt2" }, { letters: "éê", plain: "z ", reach: 6 });
  check("pieces that are tokens as a whole", regex("qwen2"), {
    letters: "ab",
    plain: "z ",
    whole: ["ba", "ab", "aba"],
    reach: 6,
  });

  it("added tokens", async () => {
    await fc.assert(
      fc.asyncProperty(merges("<t>", 4, 3), fc.nat(), async (pairs, seed) => {
        const added = ["<t>", "t<"];
        const definition = { alphabet: "<t>z", merges: pairs, split: { kind: "gpt2" }, added } as const;
        await compare(byteLevel(definition), 2, 7, seed);
      }),
      { numRuns: 4 },
    );
  });

  it("Unigram", async () => {
    const characters = "ab z";
    // Pieces of two characters or three, and how likely.
    const piece = fc
      .array(fc.constantFrom("a", "b", "▁"), { minLength: 2, maxLength: 3 })
      .map((letters) => letters.join(""));
    const pieces = fc.uniqueArray(fc.tuple(piece, fc.integer({ min: 1, max: 999 })), {
      selector: ([text]) => text,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(pieces, fc.nat(), async (scored, seed) => {
        // No two ways to cut a text are equally likely.
        const vocab = [
          ["<unk>", 0],
          ...[..."ab▁z"].map((character, i) => [character, -3 - i * 0.0137]),
          ...scored.map(([text, score]) => [text, -2 - score * 0.00731]),
        ];
        const tokenizer = huggingFaceTokenizer(
          {
            added_tokens: [
              { id: 0, content: "<unk>", special: true },
              { id: vocab.length, content: "</s>", special: true },
            ],
            pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "never", split: false },
            decoder: { type: "Metaspace", replacement: "▁" },
            model: { type: "Unigram", unk_id: 0, vocab },
          },
          { name: "toy Unigram", config: { eos_token: "</s>" } },
        );
        const encode = (text: string) => tokenizer.encode(text);
        await compare({ name: JSON.stringify(scored), tokenizer, alphabet: characters, encode }, 2, 6, seed);
      }),
      { numRuns: 4 },
    );
  });

  it("behind tokens that are given", async () => {
    await fc.assert(
      fc.asyncProperty(merges("a ", 6, 3), fc.nat(), async (pairs, seed) => {
        const toy = byteLevel({ alphabet: "a z\n", merges: pairs, split: { kind: "gpt2" } });
        for (const text of ["a", " ", "z a", "\n"]) await compare(toy, 1, 7, seed, toy.encode(text));
      }),
      { numRuns: 4 },
    );
  });

  it("SentencePiece with byte fallback", async () => {
    // Four characters of the bytes e2, 80 and 82, one of them a token.
    const characters = "ab z\u2082";
    const bytes = [0x0a, 0xe2, 0x80, 0x82];
    await fc.assert(
      fc.asyncProperty(merges("ab ", 6, 2), fc.nat(), async (pairs, seed) => {
        const tokenizer = toySentencePiece({ characters, merges: pairs, fallback: bytes });
        // Behind a line break no space is put before the text.
        const behind = tokenizer.encode("\n");
        const toy = {
          name: JSON.stringify(pairs),
          tokenizer,
          alphabet: `${characters}\u2080\u2000\u2002\n`,
          encode: (text: string) => tokenizer.encode(`\n${text}`).slice(behind.length),
        };
        await compare(toy, 2, 4, seed);
      }),
      { numRuns: 4 },
    );
  });

  it("SentencePiece by score, where neighbours decide", async () => {
    const characters = "ab z\u2082";
    await fc.assert(
      fc.asyncProperty(
        merges("ab ", 8, 3),
        // Few scores: many are equal.
        fc.array(fc.integer({ min: -3, max: 0 }), { minLength: 8, maxLength: 8 }),
        fc.nat(),
        async (pairs, scores, seed) => {
          const tokenizer = toyScoredSentencePiece(
            { characters, merges: pairs, fallback: [0x0a, 0xe2, 0x80, 0x82] },
            scores,
          );
          assert.equal(tokenizer.joinsByPairs, true);
          const toy = {
            name: JSON.stringify([pairs, scores]),
            tokenizer,
            alphabet: `${characters}\u2080\u2000\u2002\n`,
            encode: (text: string) => tokenizer.encode(text),
          };
          await compare(toy, 1, 4, seed);
        },
      ),
      { numRuns: 6 },
    );
  });

  it("neighbours decide in long texts as in short ones", () => {
    fc.assert(
      fc.property(
        merges("ab ", 12, 6),
        fc.array(fc.integer({ min: -4, max: 0 }), { minLength: 12, maxLength: 12 }),
        fc.array(fc.constantFrom(..."ab "), { minLength: 1, maxLength: 14 }),
        (pairs, scores, text) => {
          const tokenizer = toyScoredSentencePiece(
            { characters: "ab ", merges: pairs, fallback: [] },
            scores,
          );
          const tokens = tokenizer.encode(text.join(""));
          const context = TokenContext.of(tokens.slice(0, -1));
          // The same tokenizer without its promise is asked with all that may follow.
          const asked = Canonical.of({
            vocabulary: tokenizer.vocabulary,
            encode: (t) => tokenizer.encode(t),
          }).after(context);
          const known = Canonical.of(tokenizer).after(context);
          for (let place = 0; place < Canonical.of(tokenizer).order.size; place++)
            assert.equal(known.allows(place), asked.allows(place), `place ${place}`);
          assert.ok(known.allowsToken(tokens.at(-1)!));
          assert.equal(known.mayEnd(), true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("what canonical is not", () => {
  it("sequences that encode to themselves: with lookahead, fewer than what encode makes", () => {
    // " ", " ", "a" are the tokens of "  a", though "  " alone is one token.
    const toy = byteLevel({ alphabet: " ab", merges: [[" ", " "]], split: { kind: "gpt2" } });
    const found = beginnings(toy, 5);
    const decode = (tokens: readonly number[]) =>
      new TextDecoder().decode(tokensToBytes(toy.tokenizer.vocabulary, tokens));
    const cut = [...found].filter((key) => {
      const tokens = key === "" ? [] : key.split(",").map(Number);
      return toy.encode(decode(tokens)).join() !== key;
    });
    assert.ok(cut.length > 0, "every beginning encodes to itself");
    const [a] = toy.encode("a");
    const [space] = toy.encode(" ");
    assert.deepEqual(toy.encode("  a"), [space, space, a]);
    assert.ok(cut.includes(`${space},${space}`));
  });

  it("all encodings: it is a part of them, and what it lacks is in its raw sum", async () => {
    const { tokenizer } = byteLevel({
      alphabet: " abz",
      merges: [
        ["a", "b"],
        [" ", "a"],
        [" ", " "],
      ],
      split: { kind: "gpt2" },
    });
    const model = new ByteModel(hashedModel(tokenizer, 5));
    for (const text of allTexts(" abz", 3)) {
      const canonical = CoverStream.open(model, [], EXACT);
      const all = CoverStream.open(model, [], { kind: "all", minShare: 0 });
      await canonical.advance(utf8Encode(text));
      await all.advance(utf8Encode(text));
      assert.ok(canonical.logProbability <= all.logProbability + 1e-12);
      const tokens = new Set((await all.covers(1000)).map((cover) => cover.tokens.join()));
      for (const cover of await canonical.covers(1000)) assert.ok(tokens.has(cover.tokens.join()));
      assert.ok((await canonical.next()).rawSum <= 1 + 1e-12);
      assert.ok(Math.abs((await all.next()).rawSum - 1) < 1e-12);
    }
  });

  it("a mass left unchecked is stated, and bounds the error", async () => {
    const { tokenizer } = byteLevel({
      alphabet: " abz",
      merges: [
        ["a", "b"],
        [" ", "a"],
        [" ", " "],
        ["ab", "a"],
      ],
      split: { kind: "gpt2" },
    });
    const exact = CoverStream.open(new ByteModel(hashedModel(tokenizer, 5)), [], EXACT);
    // Another tokenizer object, so that nothing is known from before.
    const fresh = { vocabulary: tokenizer.vocabulary, encode: (text: string) => tokenizer.encode(text) };
    const loose = CoverStream.open(new ByteModel(hashedModel(fresh, 5)), [], {
      kind: "canonical",
      maxUnchecked: 0.2,
    });
    await exact.advance(utf8Encode("ab"));
    await loose.advance(utf8Encode("ab"));
    const { unchecked, rawSum } = await loose.next();
    assert.ok(unchecked > 0 && unchecked <= 0.2);
    assert.ok(rawSum >= (await exact.next()).rawSum - 1e-12);
  });

  it("a matter of the few texts tried: no other character lets in what they refuse", () => {
    const file = `${process.env.TOKENSIEVE_ROOT}models/tokenizer.json`;
    const tokenizer = huggingFaceTokenizer(readFileSync(file, "utf8"), { name: "bundled" });
    const canonical = Canonical.of(tokenizer);
    const { order } = canonical;
    const characters = Array.from({ length: 1500 }, (_, i) =>
      String.fromCodePoint(1 + ((i * 7919) % 0xd7ff)),
    );
    let refused = 0;
    for (const text of ["x =\n  ", "it'", "a 12", "word", "é", "(:"]) {
      const window = tokenizer.encode(text);
      const followers = canonical.after(TokenContext.of(window));
      for (let place = 7; place < order.size; place += 67) {
        if (followers.allows(place)) continue;
        const tokens = [...window, order.ids[place]!];
        const whole = utf8Decode(tokensToBytes(tokenizer.vocabulary, tokens));
        if (whole === undefined) continue;
        refused++;
        for (const character of characters) {
          const encoded = tokenizer.encode(whole + character);
          const made = tokens.every((token, i) => encoded[i] === token);
          assert.ok(!made, `${JSON.stringify(whole)} before ${JSON.stringify(character)}`);
        }
      }
    }
    assert.ok(refused > 40, `only ${refused}`);
  });
});

describe("answers by shape are those of each token", () => {
  /// The same tokenizer, its rules unknown.
  const asked = (tokenizer: Tokenizer): Tokenizer => ({
    vocabulary: tokenizer.vocabulary,
    cutsAtWords: tokenizer.cutsAtWords === true,
    encode: (text) => tokenizer.encode(text),
  });
  const check = (name: string, load: () => Promise<Tokenizer>, tokensEach: number) =>
    it(name, async function () {
      this.timeout(120_000);
      const tokenizer = await load();
      assert.ok(tokenizer.pieceRules!() !== undefined);
      const fast = Canonical.of(tokenizer);
      // The rules are worked out when they are worth it.
      const first = fast.after(TokenContext.of([]));
      for (let place = 0; place < fast.order.size; place++) first.allows(place);
      const slow = Canonical.of(asked(tokenizer));
      const { order } = fast;
      const texts = [
        ...[
          "",
          "x",
          "  ",
          "\n    ",
          "x =\n  ",
          "foo_bar",
          "it'",
          "don't",
          "'",
          "a 12",
          "1234",
          "fooBar",
          "XMLHttp",
        ],
        ...[
          "(",
          "({",
          "[[",
          "==",
          " === ",
          "// ",
          "/**\n *",
          "a.b",
          "a/b-c",
          "é",
          "für ",
          "例",
          "😀",
          "naïve",
          "…\n\n",
        ],
        ...[
          '"key": "',
          "</",
          "$x",
          "#include",
          "\t\t",
          "\r\n",
          "x\u00a0",
          "Привет",
          "1,5",
          "a\n\n\n  b",
          "=\n\t",
        ],
      ];
      let number = 0;
      for (const text of texts) {
        const tokens = tokenizer.encode(text);
        for (const from of new Set([0, Math.max(0, tokens.length - 2)])) {
          // Not from the middle of a character.
          const begin = tokens[from] === undefined ? 0 : tokenizer.vocabulary.bytes(tokens[from])[0]!;
          if ((begin & 0xc0) === 0x80) continue;
          const context = TokenContext.of(tokens.slice(from));
          const [one, other] = [fast.after(context), slow.after(context)];
          for (let i = 0; i < tokensEach; i++) {
            const place = (number++ * 7919) % order.size;
            assert.equal(
              one.allows(place),
              other.allows(place),
              `${JSON.stringify(text)} from token ${from}, then ${JSON.stringify(
                new TextDecoder().decode(order.bytesAt(place)),
              )}`,
            );
          }
        }
      }
    });
  check(
    "with the bundled tokenizer",
    async () =>
      huggingFaceTokenizer(readFileSync(`${process.env.TOKENSIEVE_ROOT}models/tokenizer.json`, "utf8"), {
        name: "bundled",
      }),
    400,
  );
  check(
    "with the bundled SentencePiece tokenizer",
    () => readTokenizerFile(`${process.env.TOKENSIEVE_ROOT}models/tokensieve-mini-spm.gguf`),
    300,
  );
  check("with Llama 3's", () => loadBuiltInTokenizer("llama3"), 200);
  check("with o200k_base", () => loadBuiltInTokenizer("o200k_base"), 200);
});
