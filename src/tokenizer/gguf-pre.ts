import type { SplitPatternName } from "./split-patterns.ts";

/// What a `tokenizer.ggml.pre` stands for: how text is split, and whether a piece that is a token
/// becomes it without merging.
export interface GgufPre {
  readonly pattern: SplitPatternName;
  readonly wholePieces: boolean;
}

// Names by pattern. Where llama.cpp only approximates the model's own pattern (case outside of ASCII
// in `o200k` and `tekken`), this is the model's own.
const NAMES: Readonly<Partial<Record<SplitPatternName, readonly string[]>>> = {
  gpt2: [
    ...["gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum"],
    ...["modern-bert", "jina-v1-en", "jina-v2-code", "roberta-bpe", "exaone4", "mpt", "olmo", "jais"],
    ...["trillion", "granite-docling"],
  ],
  starcoder: ["starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b", "mellum2"],
  llama3: ["dbrx", "smaug-bpe", "glm4", "chatglm-bpe"],
  qwen2: [
    ...["qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "stablelm2", "hunyuan", "solar-open"],
    ...["grok-2"],
  ],
  qwen35: ["qwen35"],
  o200k: ["gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"],
  "deepseek-coder": ["deepseek-coder"],
  "deepseek-v3": ["deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"],
  falcon: ["falcon"],
  bloom: ["bloom", "poro-chat", "gpt3-finnish"],
  viking: ["viking"],
  bailing: ["bailingmoe", "bailingmoe2", "llada-moe"],
  "seed-coder": ["seed-coder"],
  laguna: ["laguna"],
  default: ["default"],
};

const WHOLE_PIECE_NAMES: Readonly<Partial<Record<SplitPatternName, readonly string[]>>> = {
  llama3: [
    ...["llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2"],
    ...["jina-v5-nano"],
  ],
  tekken: ["tekken"],
  minicpm5: ["minicpm5"],
};

const TABLE: ReadonlyMap<string, GgufPre> = new Map([
  ...entries(NAMES, false),
  ...entries(WHOLE_PIECE_NAMES, true),
]);

function entries(
  table: Readonly<Partial<Record<SplitPatternName, readonly string[]>>>,
  wholePieces: boolean,
): [string, GgufPre][] {
  return Object.entries(table).flatMap(([pattern, names]) =>
    names.map((name): [string, GgufPre] => [name, { pattern: pattern as SplitPatternName, wholePieces }]),
  );
}

/// The known values of `tokenizer.ggml.pre`, ascending.
export const ggufPreNames: readonly string[] = [...TABLE.keys()].sort();

export function findGgufPre(name: string): GgufPre | undefined {
  return TABLE.get(name);
}
