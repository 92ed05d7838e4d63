import * as vscode from "vscode";
import type { Session } from "../session.ts";
import { HeatMap, type HeatMapState } from "./heat-map.ts";

export type { HeatMapState } from "./heat-map.ts";

/// The command that turns the heat map on and off.
export class HeatMapSwitch implements vscode.Disposable {
  readonly #command: vscode.Disposable;
  #heatMap: HeatMap | undefined;

  constructor(session: Session) {
    this.#command = vscode.commands.registerCommand("tokensieve.toggleHeatMap", () => {
      if (this.#heatMap !== undefined) this.#turnOff();
      else {
        this.#heatMap = new HeatMap(session);
        if (session.editors.current === undefined) {
          void vscode.window.showInformationMessage(
            vscode.l10n.t("The surprise heat map is on: open a text or code to see it."),
          );
        }
      }
      return this.#heatMap !== undefined;
    });
  }

  /// `undefined` while it is off.
  get state(): HeatMapState | undefined {
    return this.#heatMap?.state;
  }

  dispose(): void {
    this.#command.dispose();
    this.#turnOff();
  }

  #turnOff(): void {
    this.#heatMap?.dispose();
    this.#heatMap = undefined;
  }
}
