import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GrammarEngine } from "../engine/index.ts";
import type { Vocabulary } from "../tokenizer/index.ts";
import type { LogLine } from "./api.ts";

/// Bytes of one file: what was not used for longest is left out. That is some 150 prechecks of a vocabulary of
/// 128k, and is read within what three of them take to make.
export const MAX_PRECHECK_FILE_BYTES = 3_000_000;
/// Files kept, one a vocabulary.
const MAX_FILES = 8;
/// Milliseconds between two savings of one vocabulary.
const MIN_INTERVAL_MS = 20_000;

/// Keeps what an engine has worked out about vocabularies from one process to the next.
export class PrecheckFiles {
  readonly #folder: string;
  readonly #log: (line: LogLine) => void;
  /// Vocabulary → the loading of its file.
  readonly #loads = new Map<string, Promise<void>>();
  /// Vocabulary → when it was last saved, on `performance.now`'s clock.
  readonly #savedAt = new Map<string, number>();
  #saving: Promise<void> = Promise.resolve();

  /// `folder` is made when something is saved.
  constructor(folder: string, log: (line: LogLine) => void) {
    this.#folder = folder;
    this.#log = log;
  }

  /// Gives the engine what the vocabulary's file holds, once. A file that is of no use is said in the log,
  /// and the next one replaces it.
  load(engine: GrammarEngine, vocabulary: Vocabulary): Promise<void> {
    if (engine.loadPrechecks === undefined) return Promise.resolve();
    let load = this.#loads.get(vocabulary.id);
    if (load === undefined) {
      load = this.#load(engine, vocabulary);
      this.#loads.set(vocabulary.id, load);
    }
    return load;
  }

  async #load(engine: GrammarEngine, vocabulary: Vocabulary): Promise<void> {
    const path = this.#path(vocabulary);
    try {
      const file = await readFile(path);
      const taken = await engine.loadPrechecks!(vocabulary, file);
      if (typeof taken === "number")
        this.#log({ level: "debug", message: `${taken} prechecks of ${vocabulary.name} were loaded` });
      else this.#log({ level: "warn", message: `${path} is of no use (${taken}): it is made again` });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      this.#log({ level: "warn", message: `${path} cannot be read: ${(error as Error).message}` });
    }
  }

  /// Writes the file of a vocabulary, if there is something new since it was loaded or saved, and not again
  /// within some seconds.
  save(engine: GrammarEngine, vocabulary: Vocabulary): Promise<void> {
    const now = performance.now();
    if (now - (this.#savedAt.get(vocabulary.id) ?? -MIN_INTERVAL_MS) < MIN_INTERVAL_MS) return this.#saving;
    this.#savedAt.set(vocabulary.id, now);
    this.#saving = this.#saving.then(() => this.#save(engine, vocabulary));
    return this.#saving;
  }

  async #save(engine: GrammarEngine, vocabulary: Vocabulary): Promise<void> {
    const path = this.#path(vocabulary);
    const own = `${path}.${process.pid}`;
    try {
      const file = await engine.savePrechecks?.(vocabulary, MAX_PRECHECK_FILE_BYTES);
      if (file === undefined) return;
      await mkdir(this.#folder, { recursive: true });
      // Whole or not at all: two windows may do this at once.
      await writeFile(own, file);
      await rename(own, path);
      await this.#dropOldest();
    } catch (error) {
      this.#log({ level: "warn", message: `${path} cannot be written: ${(error as Error).message}` });
      await rm(own, { force: true }).catch(() => undefined);
    }
  }

  async #dropOldest(): Promise<void> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith(".prechecks"));
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name);
        return { path, at: (await stat(path)).mtimeMs };
      }),
    );
    files.sort((a, b) => b.at - a.at);
    for (const { path } of files.slice(MAX_FILES)) await rm(path, { force: true });
  }

  #path({ id }: Vocabulary): string {
    const name = createHash("sha256").update(id).digest("hex").slice(0, 32);
    return join(this.#folder, `${name}.prechecks`);
  }
}
