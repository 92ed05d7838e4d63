import { type ParseError, parse } from "jsonc-parser";
import type { FileSystem } from "typescript/unstable/fs";
import { API } from "typescript/unstable/sync";
import type { SourceLanguage } from "../common/held-out/choose.ts";

/// A version of a document, to be parsed.
export interface SourceText {
  readonly path: string;
  readonly language: SourceLanguage;
  readonly text: string;
}

const FOLDER = "/documents";

/// Errors that TypeScript's parser finds in each text, or jsonc-parser's in JSON; `undefined` for Markdown,
/// which has no errors.
export function syntaxErrors(texts: readonly SourceText[]): (number | undefined)[] {
  const sources = new Map<string, string>();
  const names = texts.map(({ path, language, text }, i) => {
    if (language !== "typescript" && language !== "javascript") return undefined;
    const name = `${i}.${/[^.]+$/.exec(path)![0]}`;
    sources.set(name, text);
    return name;
  });
  const counts = countDiagnostics(sources);
  return texts.map(({ language, text }, i) => {
    if (language === "json") return jsonErrors(text);
    const name = names[i];
    return name === undefined ? undefined : counts.get(name)!;
  });
}

function jsonErrors(text: string): number {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: false, allowTrailingComma: true });
  return errors.length;
}

function countDiagnostics(sources: ReadonlyMap<string, string>): Map<string, number> {
  const counts = new Map<string, number>();
  if (sources.size === 0) return counts;
  const config = `${FOLDER}/tsconfig.json`;
  // Nothing but the parser has work: no libraries, no imports, no types.
  const compilerOptions = { allowJs: true, noLib: true, noResolve: true, types: [], jsx: "preserve" };
  const contents = new Map([[config, JSON.stringify({ compilerOptions, files: [...sources.keys()] })]]);
  for (const [name, text] of sources) contents.set(`${FOLDER}/${name}`, text);
  const api = new API({ cwd: FOLDER, fs: inMemory(contents) });
  try {
    const project = api.updateSnapshot({ openProjects: [config] }).getProject(config);
    if (!project) throw new Error("TypeScript opened no project");
    for (const name of sources.keys()) {
      const found = project.program.getSyntacticDiagnostics(`${FOLDER}/${name}`);
      // 8001 to 8999: what only TypeScript may have, which is no error of JavaScript's grammar here.
      counts.set(name, found.filter(({ code }) => code < 8000 || code > 8999).length);
    }
  } finally {
    api.close();
  }
  return counts;
}

function inMemory(contents: ReadonlyMap<string, string>): FileSystem {
  return {
    readFile: (file) => contents.get(file) ?? null,
    fileExists: (file) => contents.has(file),
    directoryExists: (folder) => folder === FOLDER || folder === "/",
    getAccessibleEntries: (folder) => ({
      files: folder === FOLDER ? [...contents.keys()].map((file) => file.slice(FOLDER.length + 1)) : [],
      directories: folder === "/" ? [FOLDER.slice(1)] : [],
    }),
    realpath: (file) => file,
  };
}
