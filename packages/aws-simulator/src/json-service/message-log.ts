/** One message or event, in the order in which it came. */
export interface LoggedMessage {
  /** 1, 2, 3 … in each queue or bus. */
  readonly number: number;
  readonly text: string;
  /** Epoch ms. */
  readonly arrivalMs: number;
}

/** Everything that came, as far as it fits: for those who look at a queue or bus without taking anything from it. */
export class MessageLog {
  readonly #maxBytes: number;
  readonly #messages: LoggedMessage[] = [];
  #first = 0;
  #bytes = 0;
  #count = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** How many came in all. */
  get count(): number {
    return this.#count;
  }

  add(text: string, arrivalMs: number): void {
    this.#count += 1;
    this.#messages.push({ number: this.#count, text, arrivalMs });
    this.#bytes += text.length;
    while (this.#bytes > this.#maxBytes && this.#first < this.#messages.length - 1) {
      this.#bytes -= this.#messages[this.#first]?.text.length ?? 0;
      this.#first += 1;
    }
    // Rarely, so that each message is moved a constant number of times.
    if (this.#first > 1_024 && this.#first * 2 > this.#messages.length) {
      this.#messages.splice(0, this.#first);
      this.#first = 0;
    }
  }

  /** Those after a number that are still there. */
  after(number: number): readonly LoggedMessage[] {
    const oldest = this.#messages[this.#first]?.number ?? this.#count + 1;
    return this.#messages.slice(this.#first + Math.max(0, number + 1 - oldest));
  }
}
