import { printParseErrorCode } from "jsonc-parser";
import type { SchemaNode } from "../json-schema/document.ts";
import type { SchemaReport } from "../json-schema/report.ts";
import { MAX_DEPTH, readTreeInSteps } from "../json-schema/tree.ts";
import { MAX_SOURCE_LENGTH } from "../limits.ts";
import type { Steps } from "../work.ts";

/// Reads strict JSON; `what` names the text in messages. Errors: `grammar-too-large`, `grammar-too-deep`,
/// `structural-tag-syntax`.
export function* readJson(text: string, what: string, report: SchemaReport): Steps<SchemaNode | undefined> {
  if (text.length > MAX_SOURCE_LENGTH) {
    const message = `${what} has ${text.length} characters; at most ${MAX_SOURCE_LENGTH} are read`;
    report.text("grammar-too-large", { from: 0, to: 0 }, message, "split it, or shorten its schemas");
    return undefined;
  }
  const { root, errors, tooDeepAt: deep } = yield* readTreeInSteps(text);
  if (deep !== undefined) {
    const message = `${what} is nested more than ${MAX_DEPTH} levels deep`;
    report.text("grammar-too-deep", { from: deep, to: deep + 1 }, message, "nest less");
    return undefined;
  }
  for (const { error, offset, length } of errors) {
    const words = printParseErrorCode(error)
      .replace(/([a-z])([A-Z])/g, "$1 $2")
      .toLowerCase();
    report.text(
      "structural-tag-syntax",
      { from: offset, to: offset + length },
      `${what} is not JSON: ${words}`,
      "write strict JSON, without comments and trailing commas",
    );
  }
  if (root === undefined && errors.length === 0)
    report.text("structural-tag-syntax", { from: 0, to: 0 }, `${what} is empty`, "write its JSON");
  return errors.length > 0 ? undefined : root;
}
