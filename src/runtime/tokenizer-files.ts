import { type FileHandle, open, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { InputError } from "../base/diagnostic.ts";
import {
  type FlatVocabulary,
  type GgufHeader,
  ggufFileBytes,
  ggufTokenizer,
  ggufVocabulary,
  huggingFaceTokenizer,
  huggingFaceVocabulary,
  parseGgufHeader,
  parseJson,
  type TextTokenizer,
} from "../tokenizer/index.ts";

// Enough for the whole header of most models: vocabularies take a few megabytes.
const FIRST_READ = 4 << 20;
// A header beyond this is a damaged file that claims to have one.
const LONGEST_HEADER = 1 << 30;

/// The header of a GGUF file: metadata and tensor list. Throws an `InputError`: `file-missing`,
/// `file-unreadable`, `gguf-magic`, `gguf-version`, `gguf-invalid`, or `gguf-truncated` (also if only
/// the tensors' data is cut short).
export async function readGgufHeader(file: string): Promise<GgufHeader> {
  const handle = await openFile(file);
  try {
    const { size } = await handle.stat();
    for (let length = Math.min(size, FIRST_READ); ; length = Math.min(size, length * 2)) {
      const header = parseGgufHeader(await readStart(handle, length), size, file);
      if (header !== undefined) return checkLength(header, size, file);
      if (length >= Math.min(size, LONGEST_HEADER)) {
        throw truncated(file, `its header does not end within ${length} bytes`);
      }
    }
  } finally {
    await handle.close();
  }
}

/// The tokenizer in a file, whose content decides how it is read: a GGUF model or a tokenizer.json
/// (with the tokenizer_config.json beside it, if there is one).
///
/// Throws an `InputError`: those of `readGgufHeader`, `ggufTokenizer` and `huggingFaceTokenizer`.
export async function readTokenizerFile(file: string): Promise<TextTokenizer> {
  if (await isGguf(file)) return ggufTokenizer((await readGgufHeader(file)).metadata, { file });
  const { json, options } = await readJsonFiles(file);
  return huggingFaceTokenizer(json, options);
}

/// The vocabulary in a file, also where its tokenizer cannot be used to encode text.
///
/// Throws an `InputError`: those of `readGgufHeader`, `ggufVocabulary` and `huggingFaceVocabulary`.
export async function readVocabularyFile(file: string): Promise<FlatVocabulary> {
  if (await isGguf(file)) return ggufVocabulary((await readGgufHeader(file)).metadata, { file });
  const { json, options } = await readJsonFiles(file);
  return huggingFaceVocabulary(json, options);
}

// A file that is meant to be a model by its name is read as one, so that the error is about that.
async function isGguf(file: string): Promise<boolean> {
  if (/\.gguf$/i.test(file)) return true;
  const handle = await openFile(file);
  try {
    return Buffer.from(await readStart(handle, 4)).toString("latin1") === "GGUF";
  } finally {
    await handle.close();
  }
}

async function readJsonFiles(file: string) {
  const handle = await openFile(file);
  let json: string;
  try {
    json = await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
  const name = basename(file) === "tokenizer.json" ? basename(dirname(file)) || file : basename(file);
  return {
    json,
    options: { name, file, config: await readConfig(join(dirname(file), "tokenizer_config.json")) },
  };
}

async function readConfig(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unreadable(file, error);
  }
  return parseJson(text, file);
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    if ((await stat(file)).isDirectory()) throw new Error("it is a folder");
    return await open(file, "r");
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): InputError {
  const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
  return new InputError({
    code: missing ? "file-missing" : "file-unreadable",
    severity: "error",
    message: missing
      ? `${file}: there is no such file`
      : `${file}: the file cannot be read: ${(error as Error).message}`,
    location: { kind: "file", file },
    hint: missing ? "Check the path." : "Choose a file that you may read.",
  });
}

async function readStart(handle: FileHandle, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function checkLength(header: GgufHeader, size: number, file: string): GgufHeader {
  const needed = ggufFileBytes(header);
  if (needed > size) throw truncated(file, `it has ${size} of at least ${needed} bytes`);
  return header;
}

function truncated(file: string, how: string): InputError {
  return new InputError({
    code: "gguf-truncated",
    severity: "error",
    message: `${file}: the model file is incomplete: ${how}`,
    location: { kind: "file", file },
    hint: "Download the file again.",
  });
}
