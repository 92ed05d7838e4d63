// What the FIM Healing view and its host say to each other.
import type { Notice } from "./token-panel.ts";

/// Ways to treat the edges of a completion, in the order of the columns.
export const ARMS = ["none", "token", "exact", "ranked"] as const;
export type Arm = (typeof ARMS)[number];

export type HealingAction =
  | "refresh"
  | "select-model"
  | "select-grammar"
  | "show-log"
  | "restart"
  | "focus-editor";
export type HealingNotice = Notice<HealingAction>;

/// Where the cursor is.
export interface HealingPlace {
  /// Changes with whatever completions depend on. Those of another revision are not applied.
  readonly revision: number;
  readonly document: string;
  /// From 1 on.
  readonly line: number;
  readonly column: number;
  /// The ends of the text around the cursor, as far as shown.
  readonly before: string;
  readonly after: string;
  /// Label of the grammar, if there is one.
  readonly grammar?: string;
}

export interface ShownToken {
  readonly id: number;
  readonly bytes: Uint8Array;
}

export interface ShownCover {
  readonly tokens: readonly ShownToken[];
  /// Share of all covers' mass.
  readonly weight: number;
  /// Bytes of the last token beyond the cursor.
  readonly beyond: number;
}

export interface ShownEdges {
  readonly before: readonly ShownToken[];
  readonly after: readonly ShownToken[];
  /// r, and the characters of f.
  readonly takenBack: Uint8Array;
  readonly remainder: string;
  readonly joinsWith: string;
  readonly joinEnds: boolean;
  readonly covers: readonly ShownCover[];
  readonly otherCovers: number;
  readonly coverEvaluations: number;
  /// What the model was asked, in words.
  readonly asked: string;
  /// Why there are no covers, in words.
  readonly problem?: string;
}

export interface ShownCompletion {
  readonly arm: Arm;
  readonly text: string;
  /// log2 1/P of the completion, absent if the model cannot read it, and of all that it joins with.
  readonly bits?: number;
  readonly joinBits?: number;
  readonly bytes: number;
  readonly tokens: number;
  readonly evaluations: number;
  readonly millis: number;
  /// Until the first token that adds to the text.
  readonly firstMillis: number;
  readonly firstEvaluations: number;
  readonly healedBytes: number;
  /// Of the mass of covers that were not looked at, at most; 0 for none.
  readonly dropped: number;
  /// Middles compared, if it was chosen among several.
  readonly candidates?: number;
}

/// How an application went.
export type Applied =
  | { readonly kind: "applied" }
  /// In words: the document has changed, or may not be written.
  | { readonly kind: "refused"; readonly reason: string };

/// Fixed words of the view.
export interface HealingLabels {
  readonly title: string;
  readonly follow: string;
  readonly following: string;
  readonly refresh: string;
  readonly cancel: string;
  readonly working: string;
  readonly grammar: string;
  readonly place: string;
  readonly cursor: string;
  readonly around: string;
  readonly aroundHelp: string;
  readonly tokensBefore: string;
  readonly tokensAfter: string;
  readonly takenBack: string;
  readonly nothingTakenBack: string;
  readonly remainder: string;
  readonly nothingRemains: string;
  readonly joins: string;
  readonly joinsEnd: string;
  readonly covers: string;
  readonly coversHelp: string;
  readonly cover: string;
  readonly weight: string;
  readonly otherCovers: string;
  readonly evaluations: string;
  readonly completions: string;
  readonly armNames: Readonly<Record<Arm, string>>;
  readonly armHelp: Readonly<Record<Arm, string>>;
  readonly apply: string;
  readonly applied: string;
  readonly nothingToAdd: string;
  readonly bits: string;
  readonly bitsHelp: string;
  readonly bitsOf: string;
  readonly joinBits: string;
  readonly joinBitsOf: string;
  readonly joinBitsHelp: string;
  readonly best: string;
  readonly firstToken: string;
  readonly whole: string;
  readonly cost: string;
  readonly costOfOne: string;
  readonly compared: string;
  readonly dropped: string;
  readonly sameAs: string;
  readonly waiting: string;
  readonly stale: string;
  readonly announce: string;
  readonly unreadable: string;
}

/// What the view keeps over its lives.
export interface SavedHealing {
  readonly follow?: boolean;
}

export type ToHost = {
  readonly requests: {
    /// The view is ready; place, edges and completions follow.
    readonly hello: { readonly params: SavedHealing; readonly result: null };
    readonly apply: {
      readonly params: { readonly revision: number; readonly arm: Arm };
      readonly result: Applied;
    };
  };
  readonly notifications: {
    readonly follow: boolean;
    readonly cancel: null;
    readonly act: HealingAction;
  };
};

export type ToView = {
  readonly requests: Record<never, never>;
  readonly notifications: {
    /// `null`: there is no text to complete. What was told of another place is out of date.
    readonly place: HealingPlace | null;
    readonly edges: ShownEdges;
    readonly completion: ShownCompletion;
    /// Completions are being computed.
    readonly busy: boolean;
    /// The text or cursor is another, and nobody has looked at it (any more).
    readonly stale: boolean;
    readonly notice: HealingNotice | null;
  };
};
