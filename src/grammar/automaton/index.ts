export { type Budget, checkBudget } from "./budget.ts";
export {
  type EncodedAutomaton,
  type EncodedPart,
  encode,
  encodePart,
  FIRST_SET,
  FIRST_UNORDERED,
  FIRST_VIRTUAL,
} from "./encode.ts";
export { type Automaton, type LateEntry, lower, lowerInSteps, type TokenSet } from "./lower.ts";
