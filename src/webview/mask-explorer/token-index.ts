import { hasBit } from "../../base/bitset.ts";
import { GROUPS, type TokenFilter, type VocabularyOrder } from "../../protocol/mask-explorer.ts";

/// Which tokens are listed.
export interface TokenSelection {
  readonly filter: TokenFilter;
  readonly mask: Uint32Array;
  readonly dependent: Uint32Array;
  /// What a search found; absent: nothing is searched.
  readonly found: Uint32Array | undefined;
}

/// The tokens of a selection in their order, group by group.
export interface ListedTokens {
  readonly ids: Uint32Array;
  /// Groups that have tokens, ascending, and where each starts in `ids`; one start more than groups.
  readonly groups: Uint16Array;
  readonly starts: Uint32Array;
}

/// How many tokens of the search each filter lists.
export type FilterCounts = Readonly<Record<TokenFilter, number>>;

export function listTokens(order: VocabularyOrder, selection: TokenSelection): ListedTokens {
  const ids = new Uint32Array(order.ids.length);
  const groups: number[] = [];
  const starts: number[] = [];
  let count = 0;
  for (let g = 0; g < GROUPS; g++) {
    const before = count;
    for (let i = order.groups[g]!; i < order.groups[g + 1]!; i++) {
      const id = order.ids[i]!;
      if (isListed(selection, id)) ids[count++] = id;
    }
    if (count === before) continue;
    groups.push(g);
    starts.push(before);
  }
  return {
    ids: ids.subarray(0, count),
    groups: Uint16Array.from(groups),
    starts: Uint32Array.from([...starts, count]),
  };
}

export function countFilters(
  order: VocabularyOrder,
  { mask, dependent, found }: Omit<TokenSelection, "filter">,
): FilterCounts {
  let allowed = 0;
  let checked = 0;
  let all = 0;
  for (let word = 0; word < mask.length; word++) {
    // Beyond the last id there are no tokens, and no bits in any of these but perhaps `found`.
    const left = order.ids.length - word * 32;
    const used = (found ? found[word]! : -1) & (left >= 32 ? -1 : (1 << left) - 1);
    allowed += bits(mask[word]! & used);
    checked += bits(dependent[word]! & used);
    all += bits(used);
  }
  return { allowed, rejected: all - allowed, dependent: checked, all };
}

function isListed({ filter, mask, dependent, found }: TokenSelection, id: number): boolean {
  if (found && !hasBit(found, id)) return false;
  switch (filter) {
    case "allowed":
      return hasBit(mask, id);
    case "rejected":
      return !hasBit(mask, id);
    case "dependent":
      return hasBit(dependent, id);
    case "all":
      return true;
    default:
      return filter satisfies never;
  }
}

function bits(word: number): number {
  let w = word - ((word >>> 1) & 0x55555555);
  w = (w & 0x33333333) + ((w >>> 2) & 0x33333333);
  return (((w + (w >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/// A line of the list.
export type ListRow =
  | { readonly kind: "group"; readonly group: number; readonly count: number; readonly isOpen: boolean }
  /// `number` of `count` in its group, from 1.
  | { readonly kind: "token"; readonly id: number; readonly number: number; readonly count: number };

/// The lines of listed tokens: a head for each group, its tokens below where it is open.
export class ListRows {
  readonly tokens: ListedTokens;
  readonly #isOpen: (group: number) => boolean;
  /// First row of each group, and the number of rows.
  readonly #firsts: Uint32Array;

  constructor(tokens: ListedTokens, isOpen: (group: number) => boolean) {
    this.tokens = tokens;
    this.#isOpen = isOpen;
    const { groups, starts } = tokens;
    this.#firsts = new Uint32Array(groups.length + 1);
    for (let i = 0; i < groups.length; i++) {
      const shown = isOpen(groups[i]!) ? starts[i + 1]! - starts[i]! : 0;
      this.#firsts[i + 1] = this.#firsts[i]! + 1 + shown;
    }
  }

  get length(): number {
    return this.#firsts[this.tokens.groups.length]!;
  }

  at(row: number): ListRow | undefined {
    if (row < 0 || row >= this.length) return undefined;
    const i = this.#groupAt(row);
    const { ids, groups, starts } = this.tokens;
    const count = starts[i + 1]! - starts[i]!;
    const inGroup = row - this.#firsts[i]!;
    if (inGroup === 0) return { kind: "group", group: groups[i]!, count, isOpen: this.#isOpen(groups[i]!) };
    return { kind: "token", id: ids[starts[i]! + inGroup - 1]!, number: inGroup, count };
  }

  /// The row of the group that a row belongs to.
  headOf(row: number): number {
    return this.#firsts[this.#groupAt(row)]!;
  }

  /// The row of a token; undefined if it is not listed or its group is closed.
  rowOf(id: number): number | undefined {
    const { ids, groups, starts } = this.tokens;
    const at = ids.indexOf(id);
    if (at < 0) return undefined;
    let i = 0;
    while (starts[i + 1]! <= at) i++;
    return this.#isOpen(groups[i]!) ? this.#firsts[i]! + 1 + at - starts[i]! : undefined;
  }

  rowOfGroup(group: number): number | undefined {
    const i = this.tokens.groups.indexOf(group);
    return i < 0 ? undefined : this.#firsts[i];
  }

  /// Ids of the tokens among the rows `from` to `to`.
  idsIn(from: number, to: number): number[] {
    const ids: number[] = [];
    for (let row = Math.max(0, from); row < Math.min(to, this.length); row++) {
      const at = this.at(row)!;
      if (at.kind === "token") ids.push(at.id);
    }
    return ids;
  }

  #groupAt(row: number): number {
    let low = 0;
    let high = this.tokens.groups.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#firsts[middle]! <= row) low = middle;
      else high = middle;
    }
    return low;
  }
}
