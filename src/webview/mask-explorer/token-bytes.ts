import type { BytesOfTokens } from "../../protocol/mask-explorer.ts";

/// Tokens whose bytes are kept; those that came first go first.
const CAPACITY = 20_000;

export type FetchBytes = (ids: Uint32Array) => Promise<BytesOfTokens>;

/// Bytes of the tokens that were in sight.
export class TokenBytes {
  readonly #fetch: FetchBytes;
  readonly #onBytes: () => void;
  readonly #bytes = new Map<number, Uint8Array>();
  readonly #asked = new Set<number>();
  /// Bytes of another vocabulary may be on their way.
  #life = 0;

  /// `onBytes` is called when bytes that were asked for have come.
  constructor(fetch: FetchBytes, onBytes: () => void) {
    this.#fetch = fetch;
    this.#onBytes = onBytes;
  }

  get(id: number): Uint8Array | undefined {
    return this.#bytes.get(id);
  }

  ask(ids: readonly number[]): void {
    const missing = ids.filter((id) => !this.#bytes.has(id) && !this.#asked.has(id));
    if (missing.length === 0) return;
    for (const id of missing) this.#asked.add(id);
    const life = this.#life;
    this.#fetch(Uint32Array.from(missing))
      .then(({ bytes, starts }) => {
        if (life !== this.#life) return;
        missing.forEach((id, i) => {
          this.#bytes.set(id, bytes.subarray(starts[i], starts[i + 1]));
        });
        for (const oldest of this.#bytes.keys()) {
          if (this.#bytes.size <= CAPACITY) break;
          this.#bytes.delete(oldest);
        }
        this.#onBytes();
      })
      // They will be asked for again; a closed channel is the host's to tell.
      .catch(() => undefined)
      .finally(() => {
        if (life === this.#life) for (const id of missing) this.#asked.delete(id);
      });
  }

  /// Another vocabulary's tokens follow.
  clear(): void {
    this.#life++;
    this.#bytes.clear();
    this.#asked.clear();
  }
}
