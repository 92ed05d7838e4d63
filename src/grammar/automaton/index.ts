export { type Budget, checkBudget } from "./budget.ts";
export { type EncodedAutomaton, encode } from "./encode.ts";
export { type Automaton, lower, lowerInSteps, type TokenSet } from "./lower.ts";
