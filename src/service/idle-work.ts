/// Work for when no request is under way, a slice at a time. Requests come first: one that arrives waits for
/// a slice at most.
export class IdleWork {
  readonly #queue: (() => boolean)[] = [];
  #requests = 0;
  #timer: NodeJS.Timeout | undefined;

  /// A request begins.
  begin(): void {
    this.#requests++;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /// A request has ended.
  end(): void {
    this.#requests--;
    this.#plan();
  }

  /// `slice` is called until it returns true: there is nothing left to do then.
  add(slice: () => boolean): void {
    this.#queue.push(slice);
    this.#plan();
  }

  #plan(): void {
    if (this.#requests > 0 || this.#queue.length === 0 || this.#timer !== undefined) return;
    // By a timer, so that messages that have arrived are read first. It keeps no process alive.
    this.#timer = setTimeout(() => this.#run(), 1).unref();
  }

  #run(): void {
    this.#timer = undefined;
    const slice = this.#queue[0]!;
    if (slice()) this.#queue.splice(this.#queue.indexOf(slice), 1);
    this.#plan();
  }
}
