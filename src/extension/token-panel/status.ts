import type { Notice, PanelStatus } from "../../protocol/token-panel.ts";
import type { PanelServiceState, PanelTokenizer } from "./core.ts";
import type { PanelWords } from "./notices.ts";
import type { Subject } from "./subject.ts";

export interface PanelState {
  readonly tokenizer: PanelTokenizer | undefined;
  /// Why there is no list of tokenizers.
  readonly listFailure: string | undefined;
  readonly subject: Subject | undefined;
  readonly service: PanelServiceState;
  /// The view shows text of the subject.
  readonly shown: boolean;
}

/// What the header and the notices say.
export function statusOf(state: PanelState, words: PanelWords): PanelStatus {
  const { subject, service } = state;
  const notice = noticeOf(state, words);
  if (!subject) return notice ? { notice } : {};
  const { model, selection } = subject;
  const { tokens, bytes, characters, units, pendingUnits } = model.text.totals();
  const complete = !model.loading && pendingUnits === 0;
  const working = !complete && !model.failure && service !== "stopped";
  return {
    scope: selection
      ? { kind: "selection", label: words.lines(subject.name, selection.firstLine, selection.lastLine) }
      : { kind: "document", label: subject.name },
    counts: { tokens, bytes, characters, complete },
    ...(working && { progress: model.loading || pendingUnits === units ? -1 : 1 - pendingUnits / units }),
    ...(notice && { notice }),
    ...(!model.lossless && { lossy: true }),
  };
}

function noticeOf(
  { tokenizer, listFailure, subject, service, shown }: PanelState,
  words: PanelWords,
): Notice | undefined {
  if (!tokenizer) {
    if (service !== "ready") return words.service(service, false);
    return listFailure === undefined ? words.noTokenizer() : words.fault(listFailure);
  }
  if (tokenizer.problem) return words.badTokenizer(tokenizer.name, [tokenizer.problem]);
  if (!subject) return words.noEditor();
  const { failure, loading, text } = subject.model;
  if (failure?.kind === "input") return words.badTokenizer(tokenizer.name, failure.diagnostics);
  const idle = !loading && text.chunks.every((chunk) => chunk.tokenized);
  if (service !== "ready" && !idle) return words.service(service, shown);
  if (failure) return words.fault(failure.message);
  if (!loading && text.length === 0) return words.empty();
  return undefined;
}
