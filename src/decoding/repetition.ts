/// A line shorter than this may well come twice in a row.
export const TELLING_LINE = 8;

/// Lines that a passage has at most whose repetition is looked for.
const LONGEST_PASSAGE = 4;

/// Where a completion of `before` starts to say again what the lines just before said: a line, or a few, that
/// come twice in a row and say something. `undefined` if it does not.
///
/// `ended`: no more comes, so that the last line, too, is as whole as it will be: one that the text was cut off in
/// repeats the line that it is a beginning of.
///
/// `startOfRepetition("import a from 'a'", ";\nimport a from 'a';\n", false)` is 1: after the semicolon.
export function startOfRepetition(before: string, completion: string, ended: boolean): number | undefined {
  const lines = lastLines(before, 2 * LONGEST_PASSAGE);
  const first = lines.length - 1;
  const starts: number[] = [];
  let at = 0;
  for (const [i, line] of completion.split("\n").entries()) {
    if (i === 0) lines[first] += line;
    else lines.push(line);
    starts.push(at);
    at += line.length + 1;
  }
  for (let last = first; last < lines.length; last++) {
    const isWhole = last < lines.length - 1;
    if (!isWhole && !ended) return undefined;
    for (let length = 1; length <= LONGEST_PASSAGE; length++) {
      const start = last - length + 1;
      if (start - length < 0) break;
      if (!isRepeated(lines, start, length, isWhole)) continue;
      // A passage that began before the cursor was not the completion's to begin.
      return start < first ? 0 : Math.max(0, starts[start - first]! - (start > first ? 1 : 0));
    }
  }
  return undefined;
}

function isRepeated(lines: readonly string[], start: number, length: number, isWhole: boolean): boolean {
  let tells = false;
  for (let i = start; i < start + length; i++) {
    const line = lines[i]!.trim();
    const former = lines[i - length]!.trim();
    const isCutOff = !isWhole && i === start + length - 1;
    if (isCutOff ? !former.startsWith(line) || line === "" : former !== line) return false;
    tells ||= line.length >= TELLING_LINE && /\p{L}{2}/u.test(line);
  }
  return tells;
}

/// The last of a text's lines that say something, in order, and the one that the text ends in.
function lastLines(text: string, count: number): string[] {
  const lines = text.slice(-8192).split("\n");
  const current = lines.pop()!;
  const telling = lines.filter((line) => line.trim() !== "").slice(-count);
  return [...telling, current];
}
