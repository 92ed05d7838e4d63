import type { Span } from "../../base/span.ts";
import { choice, empty, nothing, sequence } from "../build.ts";
import type { CodePointRange, Expression } from "../ir.ts";
import { TooManyWays, unsupportedLookaround } from "./errors.ts";
import {
  ANY_TEXT,
  complement,
  endingWith,
  intersection,
  isNullable,
  lengthBounds,
  startingWith,
} from "./language.ts";

/// What a pattern is made of between two choices: texts, and claims about the place between them.
export type Piece =
  | { readonly kind: "text"; readonly text: Expression }
  /// The text begins (ends) here.
  | { readonly kind: "start" | "end" }
  /// The next (last) character is one of `set`, or there is none and `orNone`.
  | {
      readonly kind: "next-character" | "last-character";
      readonly set: readonly CodePointRange[];
      readonly orNone: boolean;
    }
  /// All text after (before) this place is in `language`, or outside of it if `negated`. `body` is
  /// what the assertion itself matches: if no longer than the neighbouring text, that alone decides.
  | {
      readonly kind: "ahead" | "behind";
      readonly body: Expression;
      readonly language: Expression;
      readonly negated: boolean;
      /// The body has claims that look the other way, past its own edge: it means what `language` says
      /// only at the very start (end) of the text.
      readonly looksOut: boolean;
      /// Holds only where at most one more text follows: see `temperedLoop`.
      readonly isTempered: boolean;
      readonly span: Span;
    };

/// One way through a pattern.
export type Product = readonly Piece[];

// Each claim about one character can split a way in two; past this the pattern is refused.
const MAX_WAYS = 512;

export function text(e: Expression): Product {
  return [{ kind: "text", text: e }];
}

export function isPlain(product: Product): boolean {
  return product.every((piece) => piece.kind === "text");
}

/// The language of a product without claims.
export function plainText(product: Product): Expression {
  return sequence(
    product.flatMap((piece) => (piece.kind === "text" && piece.text.kind !== "empty" ? [piece.text] : [])),
  );
}

/// Every way through `a`, then every way through `b`.
export function concatenated(a: readonly Product[], b: readonly Product[]): Piece[][] {
  if (a.length * b.length > MAX_WAYS) throw new TooManyWays();
  return a.flatMap((left) => b.map((right) => [...left, ...right]));
}

/// The whole texts that one of `products` matches from end to end.
export function wholeTexts(products: readonly Product[]): Expression {
  const ways = products.flatMap((product) => decideCharacters(decideEdges(product)));
  if (ways.length > MAX_WAYS) throw new TooManyWays();
  const texts = ways.map(decideLookaround).filter((e) => e.kind !== "nothing");
  return choice(texts);
}

/// The texts that one of `products` matches wherever they stand in a longer text: claims must be
/// decided by the texts beside them. Throws where one is not.
export function partTexts(products: readonly Product[], span: Span): Expression {
  const isSettled = (product: Product): Expression => {
    if (product.some((p) => p.kind === "start" || p.kind === "end")) throw unsupportedLookaround(span);
    const ways = decideCharacters(product, span).map(decideLocally);
    const open = ways.flat().find((p) => p.kind !== "text");
    if (open !== undefined) throw unsupportedLookaround("span" in open ? open.span : span);
    return choice(ways.map(plainText));
  };
  return choice(products.map(isSettled).filter((e) => e.kind !== "nothing"));
}

/// Drops `start` and `end`: what stands outside of them must be empty. Undefined if it cannot be.
function decideEdges(product: Product): Product | undefined {
  const start = product.findLastIndex((piece) => piece.kind === "start");
  const end = product.findIndex((piece) => piece.kind === "end");
  const out: Piece[] = [];
  for (const [i, piece] of product.entries()) {
    if (piece.kind === "start" || piece.kind === "end") continue;
    const isOutside = i < start || (end !== -1 && i > end);
    if (piece.kind === "text" && isOutside) {
      if (!isNullable(piece.text)) return undefined;
    } else if (piece.kind !== "text" || piece.text.kind !== "empty") out.push(piece);
  }
  for (const [i, piece] of out.entries())
    if (piece.kind === "ahead" && piece.isTempered) checkTempered(piece.span, out, i);
  return out;
}

/// Decides claims about single characters by narrowing the text beside them. Where that text may be
/// empty the way splits in two, and in one half the claim meets what comes next. A claim that meets no
/// text speaks of the edge of the whole text, unless `part` says that there is more around it.
function decideCharacters(product: Product | undefined, part?: Span): Product[] {
  if (product === undefined) return [];
  const done: Product[] = [];
  const work: Product[] = [product];
  while (work.length > 0) {
    const pieces = work.pop()!;
    if (done.length + work.length > MAX_WAYS) throw new TooManyWays();
    const at = pieces.findIndex((p) => p.kind === "next-character" || p.kind === "last-character");
    const claim = pieces[at];
    if (claim?.kind !== "next-character" && claim?.kind !== "last-character") {
      done.push(pieces);
      continue;
    }
    const forward = claim.kind === "next-character";
    const isText = (p: Piece) => p.kind === "text";
    const beside = forward
      ? pieces.findIndex((p, i) => i > at && isText(p))
      : pieces.findLastIndex((p, i) => i < at && isText(p));
    const neighbour = pieces[beside];
    if (neighbour?.kind !== "text") {
      if (part !== undefined) throw unsupportedLookaround(part);
      if (claim.orNone) work.push(pieces.toSpliced(at, 1));
      continue;
    }
    if (isNullable(neighbour.text)) work.push(pieces.toSpliced(beside, 1));
    const narrowed = (forward ? startingWith : endingWith)(neighbour.text, claim.set);
    if (narrowed.kind !== "nothing")
      work.push(pieces.with(beside, { kind: "text", text: narrowed }).toSpliced(at, 1));
  }
  return done;
}

/// Turns lookaround into intersections. Looking ahead constrains all that follows, looking behind all
/// that precedes; both nest as long as no text lies between an earlier look ahead and a later look
/// behind.
function decideLookaround(product: Product): Expression {
  const pieces = decideLocally(product);
  const isText = (p: Piece) => p.kind === "text";
  const wholeText: Expression[] = [];
  const rest: Piece[] = [];
  const firstText = pieces.findIndex(isText);
  const lastText = pieces.findLastIndex(isText);
  for (const [i, piece] of pieces.entries()) {
    if (piece.kind === "ahead" && (firstText === -1 || i < firstText)) wholeText.push(allowed(piece));
    else if (piece.kind === "behind" && i > lastText) wholeText.push(allowed(piece));
    else if (piece.kind === "ahead" || piece.kind === "behind") {
      if (piece.looksOut) throw unsupportedLookaround(piece.span);
      rest.push(piece);
    } else rest.push(piece);
  }
  // At the very start nothing precedes, at the very end nothing follows.
  let before: Expression = empty();
  let lastBehind = rest.findLastIndex((p) => p.kind === "behind");
  for (const piece of rest.slice(0, lastBehind + 1)) {
    if (piece.kind === "text") before = joined(before, piece.text);
    else if (piece.kind === "behind") before = intersection([before, allowed(piece)]);
    else if (piece.kind === "ahead") {
      // A look ahead among the looks behind: only if no text separates them may it trade places.
      const between = rest.slice(rest.indexOf(piece), lastBehind).some(isText);
      if (between) throw unsupportedLookaround(piece.span);
    }
  }
  const aheadAmongBehind = rest.slice(0, lastBehind + 1).filter((p) => p.kind === "ahead");
  lastBehind++;
  let after: Expression = empty();
  for (const piece of [...aheadAmongBehind, ...rest.slice(lastBehind)].reverse()) {
    if (piece.kind === "text") after = joined(piece.text, after);
    else if (piece.kind === "ahead") after = intersection([after, allowed(piece)]);
  }
  return intersection([...wholeText, joined(before, after)]);
}

function joined(a: Expression, b: Expression): Expression {
  if (a.kind === "nothing" || b.kind === "nothing") return nothing();
  const items = [a, b]
    .filter((e) => e.kind !== "empty")
    .flatMap((e) => (e.kind === "sequence" ? e.items : [e]));
  return sequence(items);
}

function allowed(piece: Piece & { kind: "ahead" | "behind" }): Expression {
  return piece.negated ? complement(piece.language) : piece.language;
}

/// A lookaround no longer than the text beside it says something of that text alone.
function decideLocally(product: Product): Product {
  let pieces = product;
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i]!;
    if ((piece.kind !== "ahead" && piece.kind !== "behind") || piece.isTempered) continue;
    const beside = piece.kind === "ahead" ? i + 1 : i - 1;
    const neighbour = pieces[beside];
    if (neighbour?.kind !== "text") continue;
    if (lengthBounds(piece.body)[1] > lengthBounds(neighbour.text)[0]) continue;
    const narrowed = intersection([neighbour.text, allowed(piece)]);
    pieces = pieces.with(beside, { kind: "text", text: narrowed }).toSpliced(i, 1);
    i = -1;
  }
  return pieces;
}

/// `(?:(?!x)c)*` reads "no x starts inside this loop". As sets of texts that is simple only if the
/// loop ends the text: then no x occurs in it at all.
export function temperedLoop(
  claim: Piece & { readonly kind: "ahead" | "behind" },
  loop: Expression,
): Product {
  const occurs = sequence([ANY_TEXT, claim.body, ANY_TEXT]);
  return [
    { ...claim, language: occurs, negated: true, isTempered: true },
    { kind: "text", text: loop },
  ];
}

function checkTempered(span: Span, pieces: Product, at: number): void {
  const texts = pieces.slice(at + 1).filter((p) => p.kind === "text");
  if (texts.length > 1) throw unsupportedLookaround(span);
}
