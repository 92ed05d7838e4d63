import { InputError } from "../../base/diagnostic.ts";

export function contextOverflow(tokens: number, room: number): InputError {
  return new InputError({
    code: "context-overflow",
    severity: "error",
    message: `the text is ${tokens} tokens long, the model's context holds ${room}`,
    hint: "Shorten the text, or load the model with a longer context if it was trained for one.",
  });
}
