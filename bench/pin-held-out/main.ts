// node bench/common/run.mjs pin-held-out NAME…: writes bench/common/held-out/packages.json anew, of the newest
// versions of these packages. Only those whose licence permits copying, and that no model was trained on.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { integrityOf, packArchive, unpack } from "../common/held-out/archives.ts";
import { chooseFiles, sourceLanguage } from "../common/held-out/choose.ts";
import { assertHeldOut, type HeldOutPackage } from "../common/held-out/packages.ts";

const PERMISSIVE = /^\(?(MIT|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause)\)?$|^\(MIT OR /;

const names = [...new Set(process.argv.slice(2))].sort();
assertHeldOut(names, JSON.parse(readFileSync("models/train/corpus.json", "utf8")));
const packages = names.map(pin);
const note = "Source files that no bundled model was trained on. Written by bench/pin-held-out.";
writeFileSync("bench/common/held-out/packages.json", `${JSON.stringify({ note, packages }, undefined, 2)}\n`);

function pin(name: string): HeldOutPackage {
  const folder = mkdtempSync(join(tmpdir(), "pin-"));
  try {
    const archive = packArchive(name, join(folder, "archive"));
    const unpacked = join(folder, "package");
    unpack(archive, unpacked);
    const manifest = JSON.parse(readFileSync(join(unpacked, "package.json"), "utf8"));
    if (!PERMISSIVE.test(manifest.license)) throw new Error(`${name} has the licence ${manifest.license}`);
    const files = chooseFiles(name, candidates(unpacked));
    if (files.length === 0) throw new Error(`${name} has no file that people wrote`);
    console.error(`${name}@${manifest.version}: ${files.length} files`);
    return {
      name: manifest.name,
      version: manifest.version,
      licence: manifest.license,
      integrity: integrityOf(readFileSync(archive)),
      files,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function candidates(folder: string) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => sourceLanguage(path) !== undefined && statSync(join(folder, path)).isFile())
    .map((path) => ({ path, text: readFileSync(join(folder, path), "utf8") }));
}
