/// Tells on stderr how far a long work is, on one line that goes when it is done. Says nothing where nobody
/// watches: to a file or a pipe.
export class ProgressLine {
  readonly #bytes: number;
  readonly #began = performance.now();
  #shown = false;

  /// `bytes`: of the whole work.
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  show(done: number): void {
    if (!process.stderr.isTTY) return;
    const seconds = (performance.now() - this.#began) / 1000;
    const share = Math.floor((100 * done) / this.#bytes);
    const speed = seconds > 0 ? `, ${Math.round(done / seconds)} bytes/s` : "";
    process.stderr.write(`\r\x1b[K${share} % of ${this.#bytes} bytes${speed}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) process.stderr.write("\r\x1b[K");
  }
}
