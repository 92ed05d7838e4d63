import { choice, literal, sequence } from "../build.ts";
import type { Expression } from "../ir.ts";

/// A text and what comes after it.
export interface Branch {
  readonly bytes: Uint8Array;
  readonly next: Expression;
  /// Makes a rule of what comes last that may be lowered when a text comes to it.
  readonly late?: (last: Expression) => Expression;
}

/// Bytes that are still there once only one branch is left: tokens of several branches seldom reach further, so
/// that a mask in front of them comes to few late rules.
const SURE_BYTES = 8;

/// One of the branches, written as a tree of their common beginnings: hundreds of tags whose names begin
/// alike are one reading of a text, not hundreds. (The lowering keeps bytes, unlike literals, in one state.)
/// The first `skip` bytes, which all share, are left out.
export function beginTree(branches: readonly Branch[], skip: number): Expression {
  const sorted = [...branches].sort((a, b) => compareBytes(a.bytes, b.bytes));
  return tree(sorted, 0, sorted.length, skip);
}

function tree(branches: readonly Branch[], from: number, to: number, depth: number): Expression {
  const items: Expression[] = [];
  let i = from;
  for (; i < to && branches[i]!.bytes.length === depth; i++) items.push(branches[i]!.next);
  while (i < to) {
    const first = branches[i]!.bytes;
    let end = i + 1;
    while (end < to && branches[end]!.bytes[depth] === first[depth]) end++;
    // Sorted, so what the first and the last share, all share.
    const last = branches[end - 1]!.bytes;
    let shared = depth + 1;
    while (shared < first.length && shared < last.length && first[shared] === last[shared]) shared++;
    if (end === i + 1) shared = Math.min(shared, depth + 1 + SURE_BYTES);
    const byte: Expression = { kind: "bytes", ranges: [[first[depth]!, first[depth]!]] };
    const more = first.slice(depth + 1, shared);
    const rest: Expression[] = more.length === 0 ? [] : [{ kind: "literal", bytes: more }];
    const next = end === i + 1 ? lastOf(branches[i]!, shared) : tree(branches, i, end, shared);
    items.push(sequence([byte, ...rest, next]));
    i = end;
  }
  return choice(items);
}

/// What comes behind the first `depth` bytes of the only branch that has these.
function lastOf({ bytes, next, late }: Branch, depth: number): Expression {
  const rest = bytes.slice(depth);
  const last = rest.length === 0 ? next : sequence([{ kind: "literal", bytes: rest }, next]);
  return late === undefined ? last : late(last);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/// One of these strings.
export function oneOf(texts: readonly string[]): Expression {
  return choice(texts.map((text) => literal(text)));
}
