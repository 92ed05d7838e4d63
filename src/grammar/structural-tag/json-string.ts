/// Where each UTF-16 unit of a JSON string's value stands in the text, and where its end does:
/// `length + 1` offsets. `from` is the place of the opening quote of a well-formed string.
///
/// Of `"a\n€"` at 0 these are 1, 2, 4, 5.
export function unitOffsets(text: string, from: number, length: number): Int32Array {
  const offsets = new Int32Array(length + 1);
  let at = from + 1;
  for (let unit = 0; unit < length; unit++) {
    offsets[unit] = at;
    if (text[at] !== "\\") at++;
    else at += text[at + 1] === "u" ? 6 : 2;
  }
  offsets[length] = at;
  return offsets;
}
