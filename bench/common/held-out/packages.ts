import { readFileSync } from "node:fs";
import { InputError } from "../../../src/base/diagnostic.ts";

/// A package that no bundled model was trained on, pinned.
export interface HeldOutPackage {
  readonly name: string;
  readonly version: string;
  /// An SPDX expression.
  readonly licence: string;
  /// `sha512-` and the archive's hash in Base64, as npm's lockfiles have it.
  readonly integrity: string;
  /// Paths in the package.
  readonly files: readonly string[];
}

/// The list of packages that the bundled models' text comes from.
export interface TrainingCorpus {
  /// `held_out`: listed, and kept from training for the scores of the model card.
  readonly packages: readonly { readonly name: string; readonly held_out: boolean }[];
}

const LOCK = "bench/common/held-out/packages.json";
const CORPUS = "models/train/corpus.json";

/// The pinned packages. Throws the `InputError` `held-out-trained` if a model was trained on one.
export function heldOutPackages(): readonly HeldOutPackage[] {
  const { packages } = JSON.parse(readFileSync(LOCK, "utf8")) as { packages: HeldOutPackage[] };
  assertHeldOut(
    packages.map(({ name }) => name),
    JSON.parse(readFileSync(CORPUS, "utf8")) as TrainingCorpus,
  );
  return packages;
}

/// Throws the `InputError` `held-out-trained` for packages in the training text, or of the same scope as
/// one: packages of a scope share code.
export function assertHeldOut(names: readonly string[], corpus: TrainingCorpus): void {
  const trained = new Map<string, string>();
  for (const { name, held_out } of corpus.packages) {
    if (held_out) continue;
    trained.set(name, name);
    if (name.startsWith("@")) trained.set(scopeOf(name), name);
  }
  const bad = names.flatMap((name) => {
    const by = trained.get(name) ?? (name.startsWith("@") ? trained.get(scopeOf(name)) : undefined);
    return by === undefined ? [] : [by === name ? name : `${name} (for ${by})`];
  });
  if (bad.length === 0) return;
  throw new InputError({
    code: "held-out-trained",
    severity: "error",
    message: `the bundled models were trained on ${bad.join(", ")}`,
    location: { kind: "file", file: LOCK },
    hint: `Take packages that ${CORPUS} does not have, and pin them with bench/pin-held-out.`,
  });
}

function scopeOf(name: string): string {
  return name.slice(0, name.indexOf("/") + 1);
}
