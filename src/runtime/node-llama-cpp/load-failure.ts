import { InputError } from "../../base/diagnostic.ts";

/// Says what a failed load means, from the error and from what llama.cpp logged on the way.
export function loadFailure(file: string, error: Error, log: readonly string[]): InputError {
  const lines = [error.message, ...log];
  const found = (pattern: RegExp) => lines.map((line) => pattern.exec(line)).find((match) => match !== null);
  const diagnostic = (code: string, message: string, hint: string) =>
    new InputError({
      code,
      severity: "error",
      message: `${file}: ${message}`,
      location: { kind: "file", file },
      hint,
    });

  const architecture = found(/unknown model architecture: '(.*?)'/);
  if (architecture) {
    return diagnostic(
      "model-architecture-unsupported",
      `the model's architecture "${architecture[1]}" is not supported`,
      "Choose another model; this version of llama.cpp does not know this one.",
    );
  }
  const memory = found(/insufficient memory|failed to allocate|out of memory|OutOfDeviceMemory/i);
  if (error.name === "InsufficientMemoryError" || memory) {
    return diagnostic(
      "not-enough-memory",
      "there is not enough memory for the model and its context",
      "Choose a smaller model or a shorter context, or close other programs.",
    );
  }
  const tensor = found(/tensor '(.*?)' data is not within the file bounds/);
  if (tensor) {
    return diagnostic(
      "gguf-truncated",
      `the model file is incomplete: it ends before the tensor ${tensor[1]} does`,
      "Download the file again.",
    );
  }
  const cause = found(/error loading model: (.*)/)?.[1] ?? log.at(-1) ?? error.message;
  return diagnostic(
    "model-load-failed",
    `the model cannot be loaded: ${cause}`,
    "Check that the file is a whole GGUF model for text generation; the log says more.",
  );
}
