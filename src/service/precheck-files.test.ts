import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KernelEngine } from "../engine/index.ts";
import { loadBuiltInTokenizer, type Vocabulary } from "../tokenizer/index.ts";
import type { LogLine } from "./api.ts";
import { CompiledGrammars } from "./compiled-grammars.ts";
import { IdleWork } from "./idle-work.ts";
import { PrecheckFiles } from "./precheck-files.ts";

const root = process.env.TOKENSIEVE_ROOT!;
const wasm = readFileSync(`${root}out/kernel/kernel.wasm`);
const SOURCE = { kind: "json-schema", text: '{"type": "string"}' } as const;

describe("precheck files", () => {
  let vocabulary: Vocabulary;
  let folder: string;
  before(async () => {
    ({ vocabulary } = await loadBuiltInTokenizer("cl100k_base"));
    folder = mkdtempSync(join(tmpdir(), "prechecks-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  /// Compiles a grammar in a process that has begun, as it were, and waits until what is kept is written.
  /// Returns how many prechecks there were before the first mask, and what was logged.
  const run = async (): Promise<{ readonly prechecks: number; readonly lines: LogLine[] }> => {
    const lines: LogLine[] = [];
    const files = new PrecheckFiles(join(folder, "new"), (line) => lines.push(line));
    const engine = new KernelEngine({ wasm });
    const grammars = new CompiledGrammars([engine], { idle: new IdleWork(), files });
    const { grammar } = await grammars.get({ engine: "tokensieve", source: SOURCE }, vocabulary);
    const { exports } = await engine.prepare(vocabulary);
    const prechecks = exports.precheck_count();
    while (grammar.prepare?.(1e6) === false);
    await files.save(engine, vocabulary);
    grammars.dispose();
    return { prechecks, lines };
  };
  const onlyFile = () => join(folder, "new", readdirSync(join(folder, "new"))[0]!);

  it("are written when there is something to keep, and read by the next process", async () => {
    const first = await run();
    assert.deepEqual(first, { prechecks: 0, lines: [] });
    const next = await run();
    assert.ok(next.prechecks > 0);
    assert.deepEqual(
      next.lines.map(({ level }) => level),
      ["debug"],
    );
  });

  it("that are broken are said in the log, and made again", async () => {
    const file = onlyFile();
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, whole.length - 8));
    const { prechecks, lines } = await run();
    assert.equal(prechecks, 0);
    assert.match(lines[0]!.message, /of no use \(damaged\): it is made again$/);
    assert.equal(lines[0]!.level, "warn");
    assert.equal(readFileSync(file).length, whole.length);
  });

  it("that cannot be written are said in the log", async () => {
    const lines: LogLine[] = [];
    writeFileSync(join(folder, "file"), "");
    const engine = new KernelEngine({ wasm });
    const files = new PrecheckFiles(join(folder, "file"), (line) => lines.push(line));
    await engine.compile(SOURCE, vocabulary);
    await files.save(engine, vocabulary);
    assert.match(lines[0]!.message, /cannot be written/);
  });
});
