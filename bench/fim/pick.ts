import { createHash } from "node:crypto";
import { Random } from "../../src/decoding/index.ts";
import { groupBy } from "../common/group-by.ts";
import type { HeldOutFile } from "../common/held-out/files.ts";
import { type FimCase, MID_IDENTIFIER, STRATA, type Stratum } from "./case.ts";
import { type Hole, holesOf, isAligned, textOf } from "./strata.ts";

export interface PickOptions {
  /// Equal seeds and files give equal cases.
  readonly seed: number;
  /// Three times as many within names, which are what matters most.
  readonly perStratum: number;
  readonly encode: (text: string) => readonly number[];
}

/// Draws cases of each stratum: from all packages in turn, so that none of them says most.
export function pickCases(files: readonly HeldOutFile[], options: PickOptions): FimCase[] {
  return STRATA.flatMap((stratum) => pickStratum(files, stratum, options));
}

function pickStratum(
  files: readonly HeldOutFile[],
  stratum: Stratum,
  { seed, perStratum, encode }: PickOptions,
): FimCase[] {
  const byPackage = groupBy(files, (file) => file.package);
  const draws = [...byPackage].map(([name, own]) => drawHoles(own, stratum, `${seed}/${stratum}/${name}`));
  const most = MID_IDENTIFIER.includes(stratum) ? 3 * perStratum : perStratum;
  const cases: FimCase[] = [];
  let open = shuffled(draws, random(`${seed}/${stratum}`));
  while (open.length > 0 && cases.length < most) {
    const left: typeof open = [];
    for (const draw of open) {
      if (cases.length === most) break;
      let next = draw.next();
      while (
        !next.done &&
        stratum === "aligned" &&
        !isAligned(next.value.file.text, next.value.hole, encode)
      ) {
        next = draw.next();
      }
      if (next.done) continue;
      cases.push(caseOf(stratum, next.value.file, next.value.hole));
      left.push(draw);
    }
    open = left;
  }
  return cases;
}

/// Holes of a package's files in random order, no two of them on a line of a file.
function* drawHoles(files: readonly HeldOutFile[], stratum: Stratum, key: string) {
  const next = random(key);
  const holes = files.flatMap((file) => holesOf(file, stratum).map((hole) => ({ file, hole })));
  const lines = new Set<string>();
  for (const one of shuffled(holes, next)) {
    const line = `${one.file.path}:${textOf(one.file, stratum).lastIndexOf("\n", one.hole.from - 1)}`;
    if (lines.has(line)) continue;
    lines.add(line);
    yield one;
  }
}

function caseOf(stratum: Stratum, file: HeldOutFile, { from, to }: Hole): FimCase {
  const text = textOf(file, stratum);
  return {
    id: `${stratum}/${file.package}@${file.version}/${file.path}:${from}-${to}`,
    stratum,
    package: file.package,
    path: file.path,
    language: file.language,
    prefix: text.slice(0, from),
    middle: text.slice(from, to),
    suffix: text.slice(to),
  };
}

function shuffled<T>(list: readonly T[], { next }: { next(): number }): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

function random(key: string): { next(): number } {
  const source = new Random(createHash("sha256").update(key).digest().readUInt32LE());
  return { next: () => source.next() };
}
