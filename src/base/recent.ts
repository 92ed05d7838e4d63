/// Values by key, made when asked for: those that were asked for last.
export class Recent<K, V> {
  readonly #most: number;
  /// The last asked for comes last.
  readonly #values = new Map<K, V>();

  /// `most`: values that are kept.
  constructor(most: number) {
    this.#most = most;
  }

  get(key: K, make: () => V): V {
    let value = this.#values.get(key);
    if (value === undefined) {
      value = make();
      if (this.#values.size >= this.#most) this.#values.delete(this.#values.keys().next().value!);
    } else this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  clear(): void {
    this.#values.clear();
  }
}
