/// Grammar engines: a grammar and a vocabulary in, token masks out.
export * from "./engine.ts";
export * from "./inspection.ts";
export { KernelEngine } from "./kernel/engine.ts";
export { XGrammarEngine } from "./xgrammar/engine.ts";
