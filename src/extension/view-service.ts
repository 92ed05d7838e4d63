import type { Disposable, PanelServiceState } from "./token-panel/core.ts";
import type { SessionTokenPanelCore } from "./token-panel-core.ts";

/// What every view asks besides its own questions: how the service does, and the log. As the Tokens view does.
export abstract class ViewService {
  protected readonly panel: SessionTokenPanelCore;

  constructor(panel: SessionTokenPanelCore) {
    this.panel = panel;
  }

  get serviceState(): PanelServiceState {
    return this.panel.serviceState;
  }

  onDidChangeServiceState(listener: () => void): Disposable {
    return this.panel.onDidChangeServiceState(listener);
  }

  restartService(): void {
    this.panel.restartService();
  }

  showLog(): void {
    this.panel.showLog();
  }

  log(message: string): void {
    this.panel.log(message);
  }
}
