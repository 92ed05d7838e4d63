import type { Diagnostic } from "../base/diagnostic.ts";

/// Whether something is wrong with the model, so that another one may do.
export function isAboutModel({ code, location }: Diagnostic): boolean {
  return (
    /^(model|gpu|runtime|context-length)/.test(code) ||
    (location?.kind === "file" && location.file.endsWith(".gguf"))
  );
}
