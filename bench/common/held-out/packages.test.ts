import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../../src/base/diagnostic.ts";
import { fillOnce, integrityOf, packArchive, verifyArchive } from "./archives.ts";
import { assertHeldOut, heldOutPackages } from "./packages.ts";

const code = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof InputError);
    return error.diagnostics[0]!.code;
  }
};

describe("held-out packages", () => {
  const corpus = {
    packages: [
      { name: "trained", held_out: false },
      { name: "@trained/core", held_out: false },
      { name: "held", held_out: true },
      { name: "@held/core", held_out: true },
    ],
  };
  for (const [names, expected] of [
    [["other", "held", "@held/core", "@held/more", "@other/core"], undefined],
    [["other", "trained"], "held-out-trained"],
    [["@trained/core"], "held-out-trained"],
    [["@trained/more"], "held-out-trained"],
  ] as const) {
    it(`${names.join(", ")}: ${expected}`, () =>
      assert.equal(
        code(() => assertHeldOut(names, corpus)),
        expected,
      ));
  }

  it("no bundled model was trained on the pinned ones, and each can be verified", () => {
    const packages = heldOutPackages();
    assert.ok(packages.length >= 40);
    for (const { integrity, files } of packages) {
      assert.match(integrity, /^sha512-[A-Za-z0-9+/]{86}==$/);
      assert.ok(files.length > 0);
    }
  });

  it("refuses an archive that is another", () => {
    const folder = mkdtempSync(join(tmpdir(), "held-out-"));
    try {
      const file = join(folder, "a.tgz");
      writeFileSync(file, "one");
      assert.equal(
        code(() => verifyArchive(file, "a@1", integrityOf(Buffer.from("one")))),
        undefined,
      );
      assert.equal(
        code(() => verifyArchive(file, "a@1", integrityOf(Buffer.from("two")))),
        "held-out-integrity",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("says what npm could not fetch", () => {
    const folder = mkdtempSync(join(tmpdir(), "held-out-"));
    try {
      assert.equal(
        code(() => packArchive(join(folder, "no-package"), folder)),
        "held-out-unavailable",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("a folder is filled whole or not at all", () => {
    const folder = mkdtempSync(join(tmpdir(), "held-out-"));
    try {
      const target = join(folder, "target");
      const write = (text: string) => (own: string) => writeFileSync(join(own, "file"), text);
      assert.throws(() =>
        fillOnce(target, (own) => {
          write("half")(own);
          throw new Error("no more");
        }),
      );
      fillOnce(target, write("one"));
      // Another process was faster.
      rmSync(target, { recursive: true });
      fillOnce(target, (own) => {
        write("slow")(own);
        mkdirSync(target);
        writeFileSync(join(target, "file"), "fast");
      });
      assert.equal(
        fillOnce(target, () => assert.fail("it is there")),
        target,
      );
      assert.equal(readFileSync(join(target, "file"), "utf8"), "fast");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
