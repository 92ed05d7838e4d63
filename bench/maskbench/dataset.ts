import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { dumps, member, parseJsonText } from "./json-text.ts";

export interface BenchTest {
  readonly valid: boolean;
  /// The instance with ", " and ": " between its parts.
  readonly text: string;
}

export interface BenchSchema {
  readonly id: string;
  readonly schema: string;
  readonly tests: readonly BenchTest[];
}

/// Reads schemas out of a (gzipped) file of JSON lines: `id`, `schema`, `tests[{valid, data}]`.
export async function* readDataset(file: string): AsyncGenerator<BenchSchema> {
  const raw = createReadStream(file);
  const lines = createInterface({ input: file.endsWith(".gz") ? raw.pipe(createGunzip()) : raw });
  for await (const line of lines) {
    if (line.trim() === "") continue;
    const entry = parseJsonText(line);
    const tests = member(entry, "tests");
    yield {
      id: JSON.parse(dumps(member(entry, "id")!)) as string,
      schema: dumps(member(entry, "schema")!),
      tests: (tests?.kind === "array" ? tests.items : []).map((test) => ({
        valid: dumps(member(test, "valid")!) === "true",
        text: dumps(member(test, "data")!),
      })),
    };
  }
}
