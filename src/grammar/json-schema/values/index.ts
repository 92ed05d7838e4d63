/// The texts of JSON numbers and strings under constraints.
export { anyString, escapedCharacter, literalString } from "./escapes.ts";
export { formatTexts, hasBoundedTexts, isKnownFormat } from "./formats.ts";
export { withLength } from "./lengths.ts";
export { type NumberBounds, numberValue } from "./numbers.ts";
export { ANY_ONLY_STRING, onlyLiteralString, onlySpelling } from "./one-spelling.ts";
