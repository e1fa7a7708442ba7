/**
 * Bounds the bytes of bodies held in memory at once. A request reserves what it says it will send, or what it has sent
 * so far; when there is no room it is turned away at once, instead of making everybody slow.
 */
export class InFlightBytes {
  readonly max: number;
  #used = 0;

  constructor(max: number) {
    this.max = max;
  }

  get used(): number {
    return this.#used;
  }

  /** Reserves `bytes`; false, and nothing reserved, when they do not fit. */
  tryReserve(bytes: number): boolean {
    if (this.#used + bytes > this.max) return false;
    this.#used += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#used -= bytes;
  }
}
