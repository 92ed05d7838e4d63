import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8Encode } from "../base/bytes.ts";
import { SPLIT_PATTERNS } from "../tokenizer/split-patterns.ts";
import { tokensToBytes } from "../tokenizer/vocabulary.ts";
import { ByteModel } from "./byte-model.ts";
import { CoverStream, type CoverTarget } from "./cover-stream.ts";
import { Enumeration } from "./testing/enumeration.ts";
import { allTexts, type ToyBpe, toyBpe } from "./testing/toy-bpe.ts";
import { hashedModel } from "./testing/toy-model.ts";

const EXACT: CoverTarget = { kind: "canonical", maxUnchecked: 0 };

function near(actual: number, expected: number, what: string, tolerance = 1e-12): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, not ${expected}`);
}

/// Every beginning of the tokens of some text of up to `length` characters.
function beginnings({ alphabet, ...rest }: ToyBpe, length: number) {
  const tokenizer = toyBpe({ alphabet, ...rest });
  const found = new Set<string>();
  for (const text of allTexts(alphabet, length)) {
    const tokens = tokenizer.encode(text);
    for (let n = tokens.length; n >= 0; n--) {
      const key = tokens.slice(0, n).join();
      if (found.has(key)) break;
      found.add(key);
    }
  }
  return { tokenizer, found };
}

/// Compares with the enumeration of everything that `encode` makes of texts of up to `reach`
/// characters, for all texts of up to `length`.
async function compare(toy: ToyBpe, length: number, reach: number, seed: number): Promise<void> {
  const { tokenizer, found } = beginnings(toy, reach);
  const model = hashedModel(tokenizer, seed);
  const { vocabulary } = tokenizer;
  const decode = (tokens: readonly number[]) =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(tokensToBytes(vocabulary, tokens));
  const oracle = new Enumeration(
    model,
    [],
    (tokens) => found.has(tokens.join()),
    (tokens) => tokenizer.encode(decode(tokens)).join() === tokens.join(),
  );
  const bytesOf = utf8Encode(toy.alphabet);
  const shared = new ByteModel(model);
  for (const text of allTexts(toy.alphabet, length)) {
    const whole = utf8Encode(text);
    // The text, and what it is if its last character is cut.
    const last = text === "" ? 1 : utf8Encode([...text].at(-1)!).length;
    for (let cut = 0; cut < last; cut++) {
      const bytes = whole.subarray(0, whole.length - cut);
      const where = `${JSON.stringify(toy)} ${JSON.stringify(text)} less ${cut} bytes`;
      const stream = CoverStream.open(shared, [], EXACT);
      const mass = oracle.mass(bytes);
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
        await compare({ alphabet: letters + plain, merges: pairs, split, whole }, length, reach, seed);
      }),
      { numRuns: 6 },
    );
  });
}

const regex = (name: "llama3" | "qwen2" | "o200k" | "cl100k" | "falcon") =>
  ({ kind: "regex", regex: SPLIT_PATTERNS[name][0] }) as const;

describe("CoverStream, canonical encodings, equals the enumeration of what encode makes", () => {
  // `plain` characters merge with nothing, as rare ones do in every real vocabulary.
  check("pure BPE", { kind: "none" }, { letters: "ab ", plain: "z", reach: 7 });
  check("GPT-2's white space", { kind: "gpt2" }, { letters: "a \n", plain: "z!", reach: 6 });
  check("GPT-2's contractions", { kind: "gpt2" }, { letters: "'sl", plain: "z ", reach: 6 });
  check("Qwen2's white space", regex("qwen2"), { letters: " \na", plain: "z!", reach: 6 });
  check("Llama 3's digits", regex("llama3"), { letters: "1 ", plain: "9z", reach: 7 });
  check("o200k's capitals", regex("o200k"), { letters: "aA's", plain: "zZ", reach: 6 });
  check("cl100k's end of text", regex("cl100k"), { letters: " \na", plain: "z", reach: 7 });
  check("characters of several bytes", { kind: "gpt2" }, { letters: "éê", plain: "z ", reach: 6 });
  check("pieces that are tokens as a whole", regex("qwen2"), {
    letters: "ab",
    plain: "z ",
    whole: ["ba", "ab", "aba"],
    reach: 6,
  });
});
