/// Sorts `count` unsigned 64-bit numbers at `at`, in place.
export function sortU64(at: u32, count: u32): void {
  if (count <= 24) {
    for (let k: u32 = 1; k < count; k++) {
      const v = load<u64>(at + k * 8);
      let i = k;
      for (; i > 0 && load<u64>(at + (i - 1) * 8) > v; i--) {
        store<u64>(at + i * 8, load<u64>(at + (i - 1) * 8));
      }
      store<u64>(at + i * 8, v);
    }
    return;
  }
  for (let k = count >>> 1; k > 0; k--) sift(at, k - 1, count);
  for (let end = count - 1; end > 0; end--) {
    const v = load<u64>(at);
    store<u64>(at, load<u64>(at + end * 8));
    store<u64>(at + end * 8, v);
    sift(at, 0, end);
  }
}

function sift(at: u32, start: u32, end: u32): void {
  let root = start;
  const v = load<u64>(at + root * 8);
  for (;;) {
    let child = root * 2 + 1;
    if (child >= end) break;
    if (child + 1 < end && load<u64>(at + child * 8) < load<u64>(at + (child + 1) * 8)) child++;
    const c = load<u64>(at + child * 8);
    if (v >= c) break;
    store<u64>(at + root * 8, c);
    root = child;
  }
  store<u64>(at + root * 8, v);
}
