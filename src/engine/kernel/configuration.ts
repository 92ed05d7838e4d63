import type { RuleFrame, RuleStack } from "../inspection.ts";
import type { LiveGrammar } from "./live-grammar.ts";
import { rulePlace } from "./rule-place.ts";

// What a configuration and a stack node look like in memory: wasm/assembly/configuration.ts.
const CONFIG_FLAGS = 8;
const CONFIG_THREADS = 64;
const NODE_PAIRS = 8;
const NODE_FIRST = 16;
const ACCEPT = 0;
/// Below are the ends that are no rule's.
const FIRST_STATE = 2;

/// Frames of one stack that are read.
const MAX_DEPTH = 200;

/// The readings of the text that a configuration stands for, at most `limit`.
export function ruleStacks(live: LiveGrammar, config: number, limit: number): RuleStack[] {
  const { names } = live;
  const { memory } = live.instance.exports;
  const words = new Uint32Array(memory.buffer);
  const at = (address: number) => words[address >>> 2]!;
  const count = Math.min(limit, at(config + CONFIG_FLAGS) >>> 8);
  const stacks: RuleStack[] = [];
  for (let i = 0; i < count; i++) {
    const thread = config + CONFIG_THREADS + i * 8;
    const rules: RuleFrame[] = [];
    let isMerged = false;
    /// The caller that a part has its name of.
    let named = -1;
    let state = at(thread);
    let node = at(thread + 4);
    while (state !== ACCEPT && rules.length < MAX_DEPTH) {
      const rule = names.ruleOf(state);
      // A counter's own frame says nothing more: the item that it repeats carries its rule's name.
      if (rule && names.isUnordered(state)) {
        // The rule is in the midst of its items; the item's own frame may have its name already.
        if (named !== state) rules.push(rule);
      } else if (rule && !names.isVirtual(state)) {
        // A part of a rule that others have, too, goes by the name of the one it returns to.
        const caller = at(node + NODE_FIRST);
        const isPart = caller >= FIRST_STATE && names.isInItem(state);
        const { name, span } = isPart ? names.callerAt(caller) : rule;
        if (isPart) named = caller;
        rules.push({ name, span, place: rulePlace(live, state) });
      }
      isMerged ||= at(node + NODE_PAIRS) > 1;
      state = at(node + NODE_FIRST);
      node = at(node + NODE_FIRST + 4);
    }
    stacks.push({ rules, isMerged, isCut: state !== ACCEPT });
  }
  return stacks;
}
