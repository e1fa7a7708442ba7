/** One sender's part of a {@link SharedBudget}. */
export interface Holding {
  held: number;
}

/** Why a budget has nothing to give: the holder has its share, or all of it is in use. */
export type BudgetRefusal = "share" | "full";

/**
 * A holder may have this many times what is free. One busy holder so gets two thirds, two get two fifths each, and
 * there is always something free for one who comes new, without anybody having to be counted.
 * @see https://doi.org/10.1109/90.664262 Choudhury and Hahne, Dynamic queue length thresholds for shared-memory
 * switches
 */
const SHARE_OF_FREE = 2;

/** A limited good that many holders share so that none of them can take all of it. */
export class SharedBudget {
  readonly max: number;
  #used = 0;

  constructor(max: number) {
    this.max = max;
  }

  get used(): number {
    return this.#used;
  }

  /** Says why the holder may not take `amount`; `undefined` when it may. */
  refusalOf(holding: Holding, amount: number): BudgetRefusal | undefined {
    const free = this.max - this.#used - amount;
    if (free < 0) return "full";
    return holding.held + amount > SHARE_OF_FREE * free ? "share" : undefined;
  }

  /** Takes `amount` for the holder. Or returns the reason of a refusal, and takes nothing. */
  tryTake(holding: Holding, amount: number): BudgetRefusal | undefined {
    const refusal = this.refusalOf(holding, amount);
    if (refusal !== undefined) return refusal;
    holding.held += amount;
    this.#used += amount;
    return undefined;
  }

  give(holding: Holding, amount: number): void {
    holding.held -= amount;
    this.#used -= amount;
  }
}
