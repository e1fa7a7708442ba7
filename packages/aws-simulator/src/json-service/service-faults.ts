import { checkNumber } from "../options.ts";
import { createRandom, type Random, randomInteger } from "../random.ts";

/** Shares (0–1) of calls, or of the entries of a call. All default to never. */
export interface ServiceFaultRates {
  /** Calls refused with a throttling error. Nothing was stored. */
  readonly throttle?: number;
  /** Calls answered with 500 before anything was stored. */
  readonly serverErrorBefore?: number;
  /** Calls answered with 500 after everything was stored. */
  readonly serverErrorAfter?: number;
  /** Connections that break before the service has the request. */
  readonly resetBefore?: number;
  /** Connections that break after the request was carried out: the answer is lost. */
  readonly resetAfter?: number;
  /** Calls that take `slowMs` longer. */
  readonly slow?: number;
  /** How much longer; default 100 to 5,000. */
  readonly slowMs?: { readonly min: number; readonly max: number };
  /** Entries refused with a throttling error. */
  readonly entryThrottle?: number;
  /** Entries answered with an internal failure and not stored. */
  readonly entryFailure?: number;
  /** Entries answered with an internal failure, yet stored. */
  readonly entryFailureStored?: number;
}

export type ServiceCallFault =
  | "throttle"
  | "serverErrorBefore"
  | "serverErrorAfter"
  | "resetBefore"
  | "resetAfter"
  | undefined;
export type EntryFault = "throttle" | "failure" | "failure-stored" | undefined;

const callFaults = ["throttle", "serverErrorBefore", "serverErrorAfter", "resetBefore", "resetAfter"] as const;
const shares = [...callFaults, "slow", "entryThrottle", "entryFailure", "entryFailureStored"] as const;
type Share = (typeof shares)[number];

/**
 * Decides what goes wrong in a service with JSON operations. Every kind draws from a generator of its own.
 *
 * @example
 * ```ts
 * const queues = new SqsQueues({ faults: new ServiceFaults({ seed: 7, rates: { entryThrottle: 0.1 } }) });
 * ```
 */
export class ServiceFaults {
  readonly #seed: string;
  readonly #rates: ServiceFaultRates;
  readonly #randoms = new Map<Share | "slowMs", Random>();
  readonly #broken = new Set<string>();
  #isOn = true;
  #total = 0;

  /** @throws OptionError */
  constructor({ seed, rates }: { readonly seed: number | string; readonly rates: ServiceFaultRates }) {
    for (const share of shares) {
      const rate = rates[share];
      if (rate !== undefined) checkNumber(share, rate, 0, 1);
    }
    this.#seed = String(seed);
    this.#rates = rates;
  }

  /** Faults so far. */
  get total(): number {
    return this.#total;
  }

  /** Lets a queue or bus refuse every entry until `stop`. */
  breakDestination(name: string): void {
    this.#broken.add(name);
    this.#total += 1;
  }

  /** Ends all faults for good. */
  stop(): void {
    this.#isOn = false;
    this.#broken.clear();
  }

  /** The fault, if any, that one call meets, and how much longer it takes. */
  call(): { readonly fault: ServiceCallFault; readonly delayMs: number } {
    const fault = callFaults.filter((kind) => this.#hits(kind))[0];
    const isSlow = this.#hits("slow");
    const { min, max } = this.#rates.slowMs ?? { min: 100, max: 5_000 };
    return { fault, delayMs: isSlow ? randomInteger(this.#random("slowMs"), min, max) : 0 };
  }

  /** The fault, if any, that one entry for a queue or bus meets. */
  entry(name: string): EntryFault {
    const [isThrottled, isFailed, isStored] = [
      this.#hits("entryThrottle"),
      this.#hits("entryFailure"),
      this.#hits("entryFailureStored"),
    ];
    if (this.#broken.has(name) || isThrottled) return "throttle";
    return isFailed ? "failure" : isStored ? "failure-stored" : undefined;
  }

  #hits(share: Share): boolean {
    const rate = this.#rates[share] ?? 0;
    if (!this.#isOn || rate === 0 || this.#random(share)() >= rate) return false;
    this.#total += 1;
    return true;
  }

  #random(concern: Share | "slowMs"): Random {
    const random = this.#randoms.get(concern) ?? createRandom(`${this.#seed}/${concern}`);
    this.#randoms.set(concern, random);
    return random;
  }
}
