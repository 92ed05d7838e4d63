export type { Budget } from "./budget.ts";
export { type EncodedAutomaton, encode } from "./encode.ts";
export { type Automaton, type AutomatonRule, lower, type TokenSet } from "./lower.ts";
