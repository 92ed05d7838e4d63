import type { LiveGrammar } from "./live-grammar.ts";

/// What a grammar and its vocabulary's kernel hold.
export interface KernelStatistics {
  readonly rules: number;
  readonly states: number;
  readonly counters: number;
  /// Configurations and stack nodes met so far.
  readonly configurations: number;
  readonly stackNodes: number;
  /// Bytes of this grammar, with what it remembers.
  readonly grammarBytes: number;
  /// Prechecked places of the vocabulary, shared by its grammars; how many were derived from others.
  readonly prechecks: number;
  readonly derivedPrechecks: number;
  readonly precheckBytes: number;
  /// Everything that the vocabulary's kernel has in use, and its whole memory.
  readonly engineBytes: number;
  readonly memoryBytes: number;
}

export function statistics({ instance, names, address }: LiveGrammar): KernelStatistics {
  const { exports } = instance;
  return {
    rules: names.rules.length,
    states: names.stateCount,
    // Each counter has a twin that only prechecks use.
    counters: names.counters.length / 2,
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
