/** A sum that forgets: what was added counts less by half every `halfLifeMs`. */
export class DecayingSum {
  readonly #halfLifeMs: number;
  #value = 0;
  #updatedMs = 0;

  constructor(halfLifeMs: number) {
    this.#halfLifeMs = halfLifeMs;
  }

  at(nowMs: number): number {
    const elapsedMs = Math.max(0, nowMs - this.#updatedMs);
    return this.#value * 0.5 ** (elapsedMs / this.#halfLifeMs);
  }

  add(amount: number, nowMs: number): void {
    this.#value = this.at(nowMs) + amount;
    this.#updatedMs = nowMs;
  }
}
