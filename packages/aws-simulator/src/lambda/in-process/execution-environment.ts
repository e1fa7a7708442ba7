import { type Clock, skewClock } from "../../clock.ts";
import type { Random } from "../../random.ts";

/** A client of the kind of the AWS SDK's: takes a command, answers with a promise. */
export interface SendingClient {
  send(...parameters: never[]): Promise<unknown>;
}

/**
 * The environment of a handler: it models one process of a function. It is frozen between invocations, as Lambda
 * freezes processes. After its end nothing in it happens: no timer fires, no answer arrives, no request leaves.
 */
export interface ExecutionEnvironment {
  /** 1 for the first environment of a function, 2 for the second. */
  readonly id: number;
  /** The time as this environment sees it. Timers that fall due while it is frozen fire when it goes on. */
  readonly clock: Clock;
  readonly random: Random;
  /** The same client as seen from inside: through it a crash can come in the middle of a call. */
  connect<Client extends SendingClient>(client: Client): Pick<Client, "send">;
}

/** The fate planned for one call of an invocation. */
export interface CallInterruption {
  /** 1 for the first call the handler makes. */
  readonly atCall: number;
  /** Before the request leaves, or after it left and before its answer arrives. */
  readonly isSent: boolean;
  readonly run: () => void;
}

type State = "running" | "frozen" | "ended";

/** The environment of the in-process function, with the handles its owner needs. */
export class InProcessEnvironment implements ExecutionEnvironment {
  readonly id: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly #clock: Clock;
  #state: State = "running";
  /** Callbacks that became due while it was frozen, in order. */
  #due: (() => void)[] = [];
  #calls = 0;
  #interruption: CallInterruption | undefined;

  constructor(options: {
    readonly id: number;
    readonly clock: Clock;
    readonly random: Random;
    readonly skewMs: number;
  }) {
    this.id = options.id;
    this.random = options.random;
    this.#clock = options.clock;
    this.clock = skewClock(
      {
        now: () => this.#clock.now(),
        setTimeout: (callback, delayMs) => this.#setTimeout(callback, delayMs),
        clearTimeout: (handle) => {
          (handle as { cancel?: () => void } | undefined)?.cancel?.();
        },
      },
      options.skewMs,
    );
  }

  get hasEnded(): boolean {
    return this.#state === "ended";
  }

  connect<Client extends SendingClient>(client: Client): Pick<Client, "send"> {
    const send = (...parameters: never[]) => this.#send(() => client.send(...parameters));
    return { send };
  }

  /** An invocation begins: what was due while the environment was frozen happens first. */
  thaw(interruption: CallInterruption | undefined): void {
    this.#calls = 0;
    this.#interruption = interruption;
    if (this.#state !== "frozen") return;
    this.#state = "running";
    const due = this.#due;
    this.#due = [];
    for (const run of due) run();
  }

  /** Nothing happens until `thaw`. */
  freeze(): void {
    if (this.#state === "running") this.#state = "frozen";
  }

  end(): void {
    this.#state = "ended";
    this.#due = [];
  }

  /** Now, on thawing, or never. */
  #whenRunning(run: () => void): void {
    if (this.#state === "running") run();
    else if (this.#state === "frozen") this.#due.push(run);
  }

  #setTimeout(callback: () => void, delayMs: number): { cancel: () => void } {
    let isCancelled = false;
    const handle = this.#clock.setTimeout(() => {
      this.#whenRunning(() => {
        if (!isCancelled) callback();
      });
    }, delayMs);
    return {
      cancel: () => {
        isCancelled = true;
        this.#clock.clearTimeout(handle);
      },
    };
  }

  #send(request: () => Promise<unknown>): Promise<unknown> {
    return new Promise((resolve) => {
      if (this.#state === "ended") return;
      this.#calls += 1;
      const interruption = this.#calls === this.#interruption?.atCall ? this.#interruption : undefined;
      if (interruption?.isSent === false) interruption.run();
      this.#whenRunning(() => {
        const answer = request();
        const pass = () => {
          this.#whenRunning(() => {
            resolve(answer);
          });
        };
        answer.then(pass, pass);
        if (interruption?.isSent === true) interruption.run();
      });
    });
  }
}
