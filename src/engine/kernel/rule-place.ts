import { setBit } from "../../base/bitset.ts";
import type { RuleName, RulePlace } from "../inspection.ts";
import type { LiveGrammar } from "./live-grammar.ts";

// What a grammar and a state look like in memory: wasm/assembly/grammar.ts.
const GRAMMAR_STATES = 8;
const FINAL = 1;

/// States joined by edges that need no byte, of which one place may consist.
const MAX_STATES = 64;

/// What a rule goes on with from a state of it, which is no counter's.
export function rulePlace({ instance, names, address }: LiveGrammar, state: number): RulePlace {
  const words = new Uint32Array(instance.exports.memory.buffer);
  const at = (place: number) => words[place >>> 2]!;
  const bytes = new Uint32Array(8);
  const calls = new Map<string, RuleName>();
  let mayEnd = false;
  const states = new Set([state]);
  for (const each of states) {
    if (names.isVirtual(each) || states.size > MAX_STATES) continue;
    const record = at(at(address + GRAMMAR_STATES) + each * 4);
    mayEnd ||= (at(record) & FINAL) !== 0;
    let edge = record + 16;
    for (let left = at(record + 4) & 0x1ff; left > 0; left--, edge += 8) {
      const range = at(edge);
      for (let byte = range & 255; byte <= range >>> 8; byte++) setBit(bytes, byte);
    }
    for (let left = at(record + 8); left > 0; left--, edge += 4) states.add(at(edge));
    for (let left = at(record + 12); left > 0; left--, edge += 8) {
      const rule = names.ruleOf(at(edge));
      if (rule) calls.set(`${rule.name} ${rule.span?.from}`, { name: rule.name, span: rule.span });
    }
  }
  return { bytes, calls: [...calls.values()], mayEnd };
}
