import type { GrammarStatistics } from "../inspection.ts";
import type { LiveGrammar } from "./live-grammar.ts";

export function statistics(live: LiveGrammar): GrammarStatistics {
  const { instance, names, address } = live;
  const { exports } = instance;
  return {
    rules: names.rules.length,
    states: names.stateCount,
    counters: names.counterCount,
    lateRules: live.lateRules,
    configurations: exports.grammar_counts(address, 0),
    stackNodes: exports.grammar_counts(address, 1),
    grammarBytes: exports.grammar_bytes(address),
    prechecks: exports.precheck_count(),
    derivedPrechecks: exports.derived_count(),
    precheckBytes: exports.precheck_bytes(),
    engineBytes: exports.live_bytes(),
    memoryBytes: exports.memory.buffer.byteLength,
  };
}
