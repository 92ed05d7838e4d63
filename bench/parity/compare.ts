import { hasBit, setBit, setBits } from "../../src/base/bitset.ts";
import { displayBytes } from "../../src/base/bytes.ts";
import type { KernelGrammar } from "../../src/engine/kernel/compiled-grammar.ts";
import type { KernelMatcher } from "../../src/engine/kernel/matcher.ts";
import type { Grammar } from "../../src/grammar/ir.ts";
import type { Tokenizer, Vocabulary } from "../../src/tokenizer/vocabulary.ts";
import { ReferenceMatcher } from "../../test/reference/recognizer.ts";
import type { PlainGrammar } from "../common/xgrammar.ts";

/// Who is right about a token that one engine allows and the other does not.
export type Verdict =
  /// XGrammar's acceptToken takes the token that its mask blocks, or refuses the one that it allows.
  | "theirs-mask"
  /// The reference recogniser sides with the kernel.
  | "theirs"
  /// The reference recogniser sides with XGrammar.
  | "ours"
  /// There is no reference: the engines read different grammars.
  | "unjudged";

/// A token that one engine allows and the other does not.
export interface Sample {
  readonly token: string;
  readonly allowedBy: "kernel" | "xgrammar";
  readonly verdict: Verdict;
}

/// A step at which the masks differ.
export interface Difference {
  /// The end of the text so far.
  readonly after: string;
  /// Tokens of the text before this step.
  readonly step: number;
  readonly text: number;
  readonly kernelOnly: number;
  readonly xgrammarOnly: number;
  readonly samples: readonly Sample[];
}

export interface Comparison {
  readonly steps: number;
  readonly differing: number;
  /// More steps, at which XGrammar alone allows tokens with bytes that no UTF-8 text has, and nothing
  /// else differs.
  readonly illFormed: number;
  /// The first few.
  readonly differences: readonly Difference[];
  /// Who refused a token of a text, and so ended the comparison: one word a text.
  readonly stopped: readonly ("kernel" | "xgrammar" | "both" | "no")[];
}

/// Differing steps looked into for each grammar.
const MAX_DIFFERENCES = 3;
const SAMPLES = 4;
/// The reference takes milliseconds a byte for large grammars.
const MAX_JUDGED_BYTES = 1500;

/// Follows texts in both engines and compares the masks before each token and at the end. `grammar`,
/// where both read the same, lets the reference recogniser judge.
export async function compare(
  kernel: KernelGrammar,
  xgrammar: PlainGrammar,
  grammar: Grammar | undefined,
  tokenizer: Tokenizer,
  texts: readonly string[],
): Promise<Comparison> {
  const { vocabulary } = tokenizer;
  const ours = new Uint32Array((vocabulary.size + 31) >>> 5);
  let steps = 0;
  let differing = 0;
  let illFormed = 0;
  const never = neverInText(vocabulary);
  const differences: Difference[] = [];
  const stopped: Comparison["stopped"][number][] = [];
  for (const [index, text] of texts.entries()) {
    const tokens = tokenizer.encode(text);
    const a = kernel.createMatcher();
    const b = await xgrammar.createMatcher();
    let end: Comparison["stopped"][number] = "no";
    for (let i = 0; i <= tokens.length; i++) {
      a.fillTokenMask(ours);
      const theirs = new Uint32Array((await b.getNextTokenBitmask()).slice().buffer);
      // XGrammar sets bits of ids past the last one too.
      if (vocabulary.size % 32 !== 0) theirs[theirs.length - 1]! &= (1 << (vocabulary.size % 32)) - 1;
      steps++;
      const hasIllFormed = theirs.some((word, k) => (word & ~ours[k]! & never[k]!) !== 0);
      if (hasIllFormed) for (let k = 0; k < theirs.length; k++) theirs[k]! &= ~(never[k]! & ~ours[k]!);
      if (ours.every((word, k) => word === theirs[k])) {
        if (hasIllFormed) illFormed++;
      } else {
        differing++;
        if (differences.length < MAX_DIFFERENCES) {
          const prefix = tokens.slice(0, i);
          const judge = grammar && referenceAt(grammar, vocabulary, prefix);
          const only = split(ours, theirs);
          const samples: Sample[] = [];
          for (const side of ["kernel", "xgrammar"] as const) {
            for (const token of chosen(only[side], vocabulary)) {
              const taken = await takesAfter(xgrammar, prefix, token);
              samples.push(sample(token, side, vocabulary, a, taken, judge));
            }
          }
          differences.push({
            after: textOf(vocabulary, prefix).slice(-80),
            step: i,
            text: index,
            kernelOnly: only.kernel.length,
            xgrammarOnly: only.xgrammar.length,
            samples,
          });
        }
      }
      if (i === tokens.length) break;
      const token = tokens[i]!;
      const refusals = [!hasBit(ours, token) && "kernel", !hasBit(theirs, token) && "xgrammar"].filter(
        Boolean,
      );
      if (refusals.length > 0) {
        end = refusals.length === 2 ? "both" : (refusals[0] as "kernel" | "xgrammar");
        break;
      }
      a.acceptToken(token);
      if (!b.acceptToken(token)) {
        end = "xgrammar";
        break;
      }
    }
    stopped.push(end);
    a.dispose();
    b.dispose();
  }
  return { steps, differing, illFormed, differences, stopped };
}

/// The tokens with bytes that no UTF-8 text has.
function neverInText(vocabulary: Vocabulary): Uint32Array {
  const never = new Uint32Array((vocabulary.size + 31) >>> 5);
  for (let token = 0; token < vocabulary.size; token++) {
    if (
      vocabulary.kind(token) === "normal" &&
      vocabulary.bytes(token).some((b) => b === 0xc0 || b === 0xc1 || b > 0xf4)
    )
      setBit(never, token);
  }
  return never;
}

function split(ours: Uint32Array, theirs: Uint32Array) {
  const of = (a: Uint32Array, b: Uint32Array) => [...setBits(a.map((word, i) => word & ~b[i]!))];
  return { kernel: of(ours, theirs), xgrammar: of(theirs, ours) };
}

/// A few tokens: stop tokens first, then the shortest.
function chosen(tokens: readonly number[], vocabulary: Vocabulary): number[] {
  const weight = (t: number) => (vocabulary.stopTokens.includes(t) ? 0 : vocabulary.bytes(t).length);
  return [...tokens].sort((a, b) => weight(a) - weight(b)).slice(0, SAMPLES);
}

/// Whether XGrammar's acceptToken takes `token` after others, whatever its mask says. Its matcher cannot
/// go back.
async function takesAfter(grammar: PlainGrammar, prefix: readonly number[], token: number): Promise<boolean> {
  const matcher = await grammar.createMatcher();
  const taken = [...prefix, token].every((t) => matcher.acceptToken(t));
  matcher.dispose();
  return taken;
}

function sample(
  token: number,
  allowedBy: Sample["allowedBy"],
  vocabulary: Vocabulary,
  kernel: KernelMatcher,
  taken: boolean,
  judge: ReferenceMatcher | undefined,
): Sample {
  const isStop = vocabulary.stopTokens.includes(token);
  const name = isStop ? "stop" : JSON.stringify(displayBytes(vocabulary.bytes(token)));
  const mine = kernel.acceptToken(token);
  if (mine) kernel.rollback(1);
  const verdict = ((): Verdict => {
    if (mine !== (allowedBy === "kernel")) return "ours";
    if (taken !== (allowedBy === "xgrammar")) return "theirs-mask";
    if (judge === undefined) return "unjudged";
    const right = isStop ? judge.isAccepting : takes(judge, vocabulary.bytes(token));
    return right === (allowedBy === "kernel") ? "theirs" : "ours";
  })();
  return { token: name, allowedBy, verdict };
}

function takes(judge: ReferenceMatcher, bytes: Uint8Array): boolean {
  let count = 0;
  while (count < bytes.length && judge.push(bytes[count]!)) count++;
  judge.pop(count);
  return count === bytes.length;
}

function referenceAt(
  grammar: Grammar,
  vocabulary: Vocabulary,
  tokens: readonly number[],
): ReferenceMatcher | undefined {
  const bytes = tokens.flatMap((token) => [...vocabulary.bytes(token)]);
  if (bytes.length > MAX_JUDGED_BYTES) return undefined;
  const reference = new ReferenceMatcher(grammar);
  return bytes.every((byte) => reference.push(byte)) ? reference : undefined;
}

function textOf(vocabulary: Vocabulary, tokens: readonly number[]): string {
  return displayBytes(Uint8Array.from(tokens.flatMap((token) => [...vocabulary.bytes(token)])));
}
