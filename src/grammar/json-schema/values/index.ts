/// The texts of JSON numbers and strings under constraints.
export {
  ANY_ESCAPED_CHARACTER,
  anyString,
  escaped,
  escapedCharacter,
  literalString,
  quoted,
} from "./escapes.ts";
export { formatTexts, isKnownFormat } from "./formats.ts";
export { type NumberBounds, numberValue, type ValueResult } from "./numbers.ts";
export { type StringConstraints, stringValue } from "./strings.ts";
