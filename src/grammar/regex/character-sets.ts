import type { AST } from "@eslint-community/regexpp";
import { ALL_CHARACTERS, invertRanges, normalizeRanges, subtractRanges } from "../code-points.ts";
import type { CodePointRange } from "../ir.ts";
import { closeUnderCase } from "./case-folding.ts";
import {
  DIGITS,
  LINE_FEED,
  LINE_TERMINATORS,
  unicodeProperty,
  unicodeWordCharacters,
  WHITE_SPACE,
  WORD_CHARACTERS,
} from "./unicode-sets.ts";

/// The flags that change what a character matches, at one place of a pattern.
export interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly multiline: boolean;
  /// `\d`, `\w`, `\s` and `.` as in Rust and Python: Unicode's digits, letters and spaces; only a line
  /// feed ends a line.
  readonly unicodeClasses: boolean;
}

/// The characters that one atom of a pattern matches.
export function characterSet(
  node: AST.Character | AST.CharacterSet | AST.ClassRangesCharacterClass,
  flags: Flags,
): CodePointRange[] {
  switch (node.type) {
    case "Character":
      return cased([[node.value, node.value]], flags);
    case "CharacterClass": {
      const parts = node.elements.flatMap((element): CodePointRange[] =>
        element.type === "CharacterClassRange"
          ? [[element.min.value, element.max.value]]
          : element.type === "Character"
            ? [[element.value, element.value]]
            : namedSet(element, flags),
      );
      const set = cased(normalizeRanges(parts), flags);
      return node.negate ? invertRanges(set) : set;
    }
    case "CharacterSet":
      return namedSet(node, flags);
    default:
      return node satisfies never;
  }
}

function namedSet(node: AST.CharacterSet, flags: Flags): CodePointRange[] {
  switch (node.kind) {
    case "any":
      return flags.dotAll ? [...ALL_CHARACTERS] : subtractRanges(ALL_CHARACTERS, lineTerminators(flags));
    case "digit":
      return signed(flags.unicodeClasses ? unicodeProperty("Nd") : DIGITS, node.negate);
    case "space":
      return signed(flags.unicodeClasses ? unicodeProperty("White_Space") : WHITE_SPACE, node.negate);
    case "word":
      return signed(wordCharacters(flags), node.negate);
    case "property": {
      const name = node.value === null ? node.key : `${node.key}=${node.value}`;
      return signed(cased(unicodeProperty(name), flags), node.negate);
    }
    default:
      return node satisfies never;
  }
}

/// What `\w` and `\b` count as a word's characters.
export function wordCharacters(flags: Flags): CodePointRange[] {
  return cased(flags.unicodeClasses ? unicodeWordCharacters() : WORD_CHARACTERS, flags);
}

/// What ends a line for `.`, and for `^` and `$` with the flag m.
export function lineTerminators(flags: Flags): readonly CodePointRange[] {
  return flags.unicodeClasses ? LINE_FEED : LINE_TERMINATORS;
}

function signed(set: readonly CodePointRange[], negate: boolean): CodePointRange[] {
  return negate ? invertRanges(set) : [...set];
}

function cased(set: readonly CodePointRange[], flags: Flags): CodePointRange[] {
  return flags.ignoreCase ? closeUnderCase(set) : normalizeRanges(set);
}
