import type { CancelSignal } from "../../base/cancellation.ts";
import type { BytesOfTokens, ExplainedToken, VocabularyOrder } from "../../protocol/mask-explorer.ts";
import type { TokenizerChoice } from "../../protocol/token-panel.ts";
import type { Session } from "../session.ts";
import type { Disposable } from "../token-panel/core.ts";
import type { SessionTokenPanelCore } from "../token-panel-core.ts";
import { ViewService } from "../view-service.ts";
import type { ExplorerCore } from "./ports.ts";

/// The Mask Explorer's questions, put to the core's process. Tokenizers are those of the Tokens view.
export class SessionExplorerCore extends ViewService implements ExplorerCore {
  readonly #session: Session;

  constructor(session: Session, panel: SessionTokenPanelCore) {
    super(panel);
    this.#session = session;
  }

  listTokenizers(): Promise<readonly TokenizerChoice[]> {
    return this.panel.listTokenizers();
  }

  onDidChangeTokenizers(listener: () => void): Disposable {
    return this.panel.onDidChangeTokenizers(listener);
  }

  async explore({ tokenizer, grammar, signal, ...request }: Parameters<ExplorerCore["explore"]>[0]) {
    const { input, position, acceptForced } = request;
    const answer = await this.#session.core.explore(
      {
        tokenizer: this.panel.ref(tokenizer),
        grammar: { source: grammar.source, engine: grammar.engine },
        input,
        ...(position !== undefined && { position }),
        ...(acceptForced && { acceptForced }),
      },
      signal,
    );
    const { vocabulary, independent: _, diagnostics, ...text } = answer;
    return { text: { ...text, vocabulary: vocabulary.id, size: vocabulary.size }, diagnostics };
  }

  async explain({
    tokenizer,
    grammar,
    signal,
    before,
    token,
  }: Parameters<ExplorerCore["explain"]>[0]): Promise<ExplainedToken> {
    const {
      token: told,
      stopAllowed: _,
      ...answer
    } = await this.#session.core.exploreToken(
      {
        tokenizer: this.panel.ref(tokenizer),
        grammar: { source: grammar.source, engine: grammar.engine },
        before,
        token,
      },
      signal,
    );
    return { ...answer, id: told.id, bytes: told.bytes };
  }

  order(tokenizer: string, signal: CancelSignal): Promise<VocabularyOrder> {
    return this.#session.core.tokenOrder(this.panel.ref(tokenizer), signal);
  }

  bytes(tokenizer: string, ids: Uint32Array, signal: CancelSignal): Promise<BytesOfTokens> {
    return this.#session.core.tokenBytes({ tokenizer: this.panel.ref(tokenizer), ids }, signal);
  }

  async search(tokenizer: string, query: string, signal: CancelSignal): Promise<Uint32Array> {
    const ref = this.panel.ref(tokenizer);
    return (await this.#session.core.searchTokens({ tokenizer: ref, query }, signal)).found;
  }
}
