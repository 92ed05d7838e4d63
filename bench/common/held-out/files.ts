import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fillOnce, packArchive, unpack, verifyArchive } from "./archives.ts";
import { type SourceLanguage, sourceLanguage } from "./choose.ts";
import { type HeldOutPackage, heldOutPackages } from "./packages.ts";

/// A source file that no bundled model was trained on.
export interface HeldOutFile {
  readonly package: string;
  readonly version: string;
  /// In the package.
  readonly path: string;
  readonly language: SourceLanguage;
  /// Lines end with "\n".
  readonly text: string;
}

/// All held-out files, package by package, in the lockfile's order: 46 packages of 3 to 10 files.
///
/// Fetches what the cache folder lacks, and verifies it; `onFetch` hears of each package. Throws the
/// `InputError` `held-out-trained`, `held-out-unavailable` or `held-out-integrity`.
export function heldOutFiles(onFetch: (specifier: string) => void = () => {}): HeldOutFile[] {
  return heldOutPackages().flatMap((one) => {
    const folder = fetched(one, onFetch);
    return one.files.map((path) => ({
      package: one.name,
      version: one.version,
      path,
      language: sourceLanguage(path)!,
      text: readFileSync(join(folder, path), "utf8"),
    }));
  });
}

function fetched(one: HeldOutPackage, onFetch: (specifier: string) => void): string {
  const cache = process.env.TOKENSIEVE_CACHE;
  if (!cache) throw new Error("bench/common/run.mjs says where the cache is");
  const specifier = `${one.name}@${one.version}`;
  // Other files of the same package are another folder.
  const digest = createHash("sha256").update(JSON.stringify(one)).digest("hex");
  const key = `${specifier.replaceAll("/", "+")}-${digest.slice(0, 8)}`;
  return fillOnce(join(cache, "held-out", key), (folder) => {
    onFetch(specifier);
    const archive = packArchive(specifier, join(folder, ".archive"));
    verifyArchive(archive, specifier, one.integrity);
    unpack(archive, folder, one.files);
    rmSync(join(folder, ".archive"), { recursive: true });
  });
}
