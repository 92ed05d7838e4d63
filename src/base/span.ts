/// A half-open range of UTF-16 code units in a source text.
export interface Span {
  readonly from: number;
  readonly to: number;
}

/// A position as people read it: both numbers start at 1; `column` counts UTF-16 code units.
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/// The line and column of a UTF-16 offset. CR, LF and CRLF each end a line.
///
/// `lineColumnAt("ab\ncd", 4)` is `{ line: 2, column: 2 }`.
export function lineColumnAt(text: string, offset: number): LineColumn {
  const end = Math.max(0, Math.min(offset, text.length));
  let line = 1;
  let start = 0;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 13 && text.charCodeAt(i + 1) === 10 && i + 1 < end) continue;
    if (code === 10 || code === 13) {
      line++;
      start = i + 1;
    }
  }
  return { line, column: end - start + 1 };
}
