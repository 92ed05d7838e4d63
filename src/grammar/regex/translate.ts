import type { AST } from "@eslint-community/regexpp";
import type { Span } from "../../base/span.ts";
import { characters, choice, empty, literal, nothing, repeat, sequence } from "../build.ts";
import { invertRanges, isSurrogate } from "../code-points.ts";
import type { Expression } from "../ir.ts";
import { MAX_REPEAT } from "../limits.ts";
import { isPauseDue, type Steps, spend } from "../work.ts";
import { characterSet, type Flags, lineTerminators, wordCharacters } from "./character-sets.ts";
import { UnsupportedRegex } from "./errors.ts";
import { ANY_TEXT, isNullable } from "./language.ts";
import {
  concatenated,
  isPlain,
  type Piece,
  type Product,
  partTexts,
  plainText,
  temperedLoop,
  text,
  wholeTexts,
} from "./pieces.ts";

// Loops with claims inside are written out if they are no longer than this.
const MAX_UNROLLED = 6;

const spanOf = (node: { readonly start: number; readonly end: number }): Span => ({
  from: node.start,
  to: node.end,
});

/// Which texts a pattern stands for: the whole texts that it matches, the texts that have a match in
/// them, or whatever it matches as part of a longer text.
export type Extent = "whole" | "search" | "part";

export function* patternTexts(pattern: AST.Pattern, flags: Flags, extent: Extent): Steps<Expression> {
  const span = spanOf(pattern);
  const body = yield* alternatives(pattern.alternatives, flags, span);
  if (extent === "part") return partTexts(body, span);
  const any = [text(ANY_TEXT)];
  return wholeTexts(extent === "search" ? concatenated(concatenated(any, body), any) : body);
}

function* alternatives(list: readonly AST.Alternative[], flags: Flags, span: Span): Steps<Product[]> {
  const parts: Product[][] = [];
  for (const alternative of list) parts.push(yield* elements(alternative, flags));
  return union(parts, span);
}

/// Alternatives without claims become one choice, so that they do not multiply.
function union(parts: readonly (readonly Product[])[], span: Span): Product[] {
  const products = parts.flat();
  const plain = products.filter(isPlain);
  if (plain.length < 2) return products;
  const joined = text(choice(plain.map(plainText), span));
  return [joined, ...products.filter((product) => !isPlain(product))];
}

function* elements(alternative: AST.Alternative, flags: Flags): Steps<Product[]> {
  let out: Piece[][] = [[]];
  const append = (next: readonly Product[]): void => {
    // The common case appends in place: long patterns would take quadratic time otherwise.
    if (next.length === 1) for (const product of out) product.push(...next[0]!);
    else out = concatenated(out, next);
  };
  const list = alternative.elements;
  for (let i = 0; i < list.length; i++) {
    spend(2 * out.length);
    if (isPauseDue()) yield;
    const run = flags.ignoreCase ? undefined : literalRun(list, i);
    if (run === undefined) {
      append(yield* element(list[i]!, flags));
      continue;
    }
    append([text(literal(run.value, { from: list[i]!.start, to: list[run.end - 1]!.end }))]);
    i = run.end - 1;
  }
  return out.map((product) =>
    isPlain(product) ? text(sequence(textsOf(product), spanOf(alternative))) : product,
  );
}

function textsOf(product: Product): Expression[] {
  return product.flatMap((piece) =>
    piece.kind === "text" && piece.text.kind !== "empty" ? [piece.text] : [],
  );
}

/// The characters from `from` on that stand for themselves.
function literalRun(list: readonly AST.Element[], from: number): { value: string; end: number } | undefined {
  let value = "";
  let end = from;
  for (; end < list.length; end++) {
    const node = list[end]!;
    if (node.type !== "Character") break;
    // Without the u flag, a character past U+FFFF is read as its two halves.
    const low = list[end + 1];
    if (isSurrogate(node.value)) {
      if (node.value > 0xdbff || low?.type !== "Character" || low.value < 0xdc00 || low.value > 0xdfff) break;
      value += String.fromCharCode(node.value, low.value);
      end++;
    } else value += String.fromCodePoint(node.value);
  }
  return value === "" ? undefined : { value, end };
}

function* element(node: AST.Element, flags: Flags): Steps<Product[]> {
  switch (node.type) {
    case "Character":
    case "CharacterSet":
      return [text(characters(characterSet(node, flags), false, spanOf(node)))];
    case "CharacterClass":
      if (node.unicodeSets) throw withoutV();
      return [text(characters(characterSet(node, flags), false, spanOf(node)))];
    case "ExpressionCharacterClass":
      throw withoutV();
    case "Group":
      return yield* alternatives(node.alternatives, modified(flags, node.modifiers), spanOf(node));
    case "CapturingGroup":
      return yield* alternatives(node.alternatives, flags, spanOf(node));
    case "Backreference":
      throw new UnsupportedRegex(
        "regex-unsupported-backreference",
        spanOf(node),
        `${node.raw} refers back to a group: such a pattern is not regular`,
        "write out what the group may match, one alternative for each",
      );
    case "Quantifier":
      return yield* quantified(node, flags);
    case "Assertion":
      return yield* assertion(node, flags);
    default:
      return node satisfies never;
  }
}

function withoutV(): Error {
  return new Error("patterns are parsed without the flag v");
}

function modified(flags: Flags, modifiers: AST.Modifiers | null): Flags {
  if (modifiers === null) return flags;
  const { add, remove } = modifiers;
  return {
    ...flags,
    ignoreCase: (flags.ignoreCase || add.ignoreCase) && remove?.ignoreCase !== true,
    dotAll: (flags.dotAll || add.dotAll) && remove?.dotAll !== true,
    multiline: (flags.multiline || add.multiline) && remove?.multiline !== true,
  };
}

function* assertion(node: AST.Assertion, flags: Flags): Steps<Product[]> {
  switch (node.kind) {
    case "start":
      return flags.multiline
        ? [[{ kind: "last-character", set: lineTerminators(flags), orNone: true }]]
        : [[{ kind: "start" }]];
    case "end":
      return flags.multiline
        ? [[{ kind: "next-character", set: lineTerminators(flags), orNone: true }]]
        : [[{ kind: "end" }]];
    case "word":
      return wordBoundary(flags, node.negate);
    case "lookahead":
    case "lookbehind":
      return yield* lookaround(node, flags);
    default:
      return node satisfies never;
  }
}

/// A boundary has a word character on exactly one side; the edges of the text have none outside.
function wordBoundary(flags: Flags, negate: boolean): Product[] {
  const word = wordCharacters(flags);
  const other = invertRanges(word);
  const last = (isWord: boolean): Piece => ({
    kind: "last-character",
    set: isWord ? word : other,
    orNone: !isWord,
  });
  const next = (isWord: boolean): Piece => ({
    kind: "next-character",
    set: isWord ? word : other,
    orNone: !isWord,
  });
  return negate
    ? [
        [last(true), next(true)],
        [last(false), next(false)],
      ]
    : [
        [last(true), next(false)],
        [last(false), next(true)],
      ];
}

function* lookaround(node: AST.LookaroundAssertion, flags: Flags): Steps<Product[]> {
  const span = spanOf(node);
  const ahead = node.kind === "lookahead";
  const inner = yield* alternatives(node.alternatives, flags, span);
  const single = singleCharacter(inner);
  if (single !== undefined) {
    const set = node.negate ? invertRanges(single) : single;
    return [[{ kind: ahead ? "next-character" : "last-character", set, orNone: node.negate }]];
  }
  const any = [text(ANY_TEXT)];
  const outward: readonly Piece["kind"][] = ahead
    ? ["start", "last-character", "behind"]
    : ["end", "next-character", "ahead"];
  const looksOut = inner.some((product) =>
    product.some((p) => outward.includes(p.kind) || ("looksOut" in p && p.looksOut)),
  );
  const language = wholeTexts(ahead ? concatenated(inner, any) : concatenated(any, inner));
  // A body with claims of its own may look past its end, so nothing bounds its length.
  const body = inner.every(isPlain) ? choice(inner.map(plainText)) : ANY_TEXT;
  return [
    [
      {
        kind: ahead ? "ahead" : "behind",
        body,
        language,
        negated: node.negate,
        looksOut,
        isTempered: false,
        span,
      },
    ],
  ];
}

function singleCharacter(products: readonly Product[]) {
  const [product, ...others] = products;
  if (product === undefined || others.length > 0 || !isPlain(product)) return undefined;
  const e = plainText(product);
  if (e.kind === "characters") return e.ranges;
  // One ASCII byte; other literals are few enough to go the general way.
  if (e.kind === "literal" && e.bytes.length === 1) return [[e.bytes[0]!, e.bytes[0]!] as const];
  return undefined;
}

function* quantified(node: AST.Quantifier, flags: Flags): Steps<Product[]> {
  const span = spanOf(node);
  const { min } = node;
  const max = node.max === Number.POSITIVE_INFINITY ? undefined : node.max;
  if (min > MAX_REPEAT || (max ?? 0) > MAX_REPEAT)
    throw new UnsupportedRegex(
      "regex-bad-repeat",
      span,
      `a repetition counts to ${MAX_REPEAT} at most`,
      "leave the end open: {0,}",
    );
  if (max === 0) return [text(empty(span))];
  const inner = yield* element(node.element, flags);
  if (inner.every(isPlain)) {
    const item = choice(inner.map(plainText), span);
    return [text(item.kind === "nothing" && min === 0 ? empty(span) : repeat(item, min, max, span))];
  }
  const tempered = temperedItem(inner);
  if (tempered !== undefined) return [temperedLoop(tempered.claim, repeat(tempered.item, min, max, span))];
  const settled = settledWithin(inner);
  if (settled !== undefined) return [text(repeat(settled, min, max, span))];
  if (max !== undefined && max <= MAX_UNROLLED) return unrolled(inner, min, max);
  const edges = loopWithEdges(inner, min, max, span);
  if (edges !== undefined) return edges;
  throw new UnsupportedRegex(
    "regex-unsupported-lookaround",
    span,
    "assertions inside of this repetition are not supported",
    "move them out of the repetition",
  );
}

function unrolled(inner: readonly Product[], min: number, max: number): Product[] {
  const out: Product[] = [];
  let rounds: Product[] = [[]];
  for (let count = 0; count <= max; count++) {
    if (count >= min) out.push(...rounds);
    if (count < max) rounds = concatenated(rounds, inner);
  }
  return out;
}

function temperedItem(inner: readonly Product[]) {
  const [claim, item, ...rest] = inner[0] ?? [];
  if (inner.length !== 1 || rest.length > 0 || claim?.kind !== "ahead" || item?.kind !== "text")
    return undefined;
  if (!claim.negated || claim.isTempered || item.text.kind !== "characters" || isNullable(claim.body))
    return undefined;
  // A body with claims of its own was replaced by any text, which is nullable.
  return { claim: { ...claim, kind: claim.kind }, item: item.text };
}

/// The texts of one round, if each claim in it is decided by the text of the same round.
function settledWithin(inner: readonly Product[]): Expression | undefined {
  for (const product of inner) {
    for (const [i, piece] of product.entries()) {
      if (piece.kind === "text") continue;
      if (piece.kind !== "next-character" && piece.kind !== "last-character") return undefined;
      const beside = piece.kind === "next-character" ? product.slice(i + 1) : product.slice(0, i);
      if (!beside.some((p) => p.kind === "text" && !isNullable(p.text))) return undefined;
    }
  }
  return wholeTexts(inner);
}

/// Loops such as (?:^|,)x: a round with ^ can only be the first one that takes any text, a round with
/// $ only the last.
function loopWithEdges(
  inner: readonly Product[],
  min: number,
  max: number | undefined,
  span: Span,
): Product[] | undefined {
  const isText = (p: Piece) => p.kind === "text";
  const plain = inner.filter(isPlain);
  const starts = inner.filter((p) => p[0]?.kind === "start" && p.slice(1).every(isText));
  const ends = inner.filter((p) => p.at(-1)?.kind === "end" && p.slice(0, -1).every(isText));
  if (plain.length + starts.length + ends.length !== inner.length) return undefined;
  const item = plain.length === 0 ? nothing() : choice(plain.map(plainText), span);
  const isEmptyRound = (p: Product) => isNullable(plainText(p));
  /// What is left to repeat when `edges` took rounds of their own; edges that match the empty text can
  /// be repeated as well, and so stand for any number of rounds.
  const middle = (edges: readonly Product[]): Product[] => {
    const most = max === undefined ? undefined : max - edges.length;
    const least = edges.some(isEmptyRound) ? 0 : Math.max(0, min - edges.length);
    if (most !== undefined && most < 0) return [];
    if (item.kind === "nothing") return least === 0 ? [text(empty())] : [];
    return [text(repeat(item, least, most, span))];
  };
  const out = [...middle([])];
  for (const start of starts) out.push(...concatenated([start], middle([start])));
  for (const end of ends) out.push(...concatenated(middle([end]), [end]));
  for (const start of starts)
    for (const end of ends) out.push(...concatenated(concatenated([start], middle([start, end])), [end]));
  return out;
}
