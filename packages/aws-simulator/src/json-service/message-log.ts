/** One message or event, in the order in which it came. */
export interface LoggedMessage {
  /** 1, 2, 3 … in each queue or bus. */
  readonly number: number;
  /** The message's body; of a bus, the event as a rule sees it. */
  readonly text: string;
  /** Epoch ms. */
  readonly arrivalMs: number;
}

/** Characters that a log keeps of a queue or bus. */
const MAX_LOG_LENGTH = 32 * 1024 * 1024;

/** The latest of what came: for those who look at a queue or bus without taking anything from it. */
export class MessageLog {
  readonly #maxLength: number;
  /** Those before `#first` are gone. */
  readonly #messages: (LoggedMessage | undefined)[] = [];
  #first = 0;
  #length = 0;
  #count = 0;

  /** @param maxLength characters; default 32 Mi */
  constructor(maxLength = MAX_LOG_LENGTH) {
    this.#maxLength = maxLength;
  }

  /** How many came in all. */
  get count(): number {
    return this.#count;
  }

  add(text: string, arrivalMs: number): void {
    this.#count += 1;
    this.#messages.push({ number: this.#count, text, arrivalMs });
    this.#length += text.length;
    while (this.#length > this.#maxLength && this.#first < this.#messages.length - 1) {
      this.#length -= this.#messages[this.#first]?.text.length ?? 0;
      this.#messages[this.#first] = undefined;
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
    const from = this.#first + Math.max(0, number + 1 - oldest);
    return this.#messages.slice(from).filter((message) => message !== undefined);
  }
}
