/// Exact probabilities of bytes from models of tokens.
export { ByteModel, type EvaluationCounts } from "./byte-model.ts";
export type { ByteSource, NextBytes } from "./byte-source.ts";
export {
  type Cover,
  type CoverDistribution,
  CoverStream,
  type CoverTarget,
  type Dropped,
} from "./cover-stream.ts";
export type { NextTokenModel } from "./next-token-model.ts";
export { TokenContext } from "./token-context.ts";
