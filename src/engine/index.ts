/// Grammar engines: a grammar and a vocabulary in, token masks out.
export * from "./engine.ts";
export { XGrammarEngine, type XGrammarEngineOptions } from "./xgrammar/engine.ts";
