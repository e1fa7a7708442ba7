import type { InvokeOptions, ProcessFunction, ProcessFunctionStats } from "@millrace/aws-simulator";

/** A function of which another version can take over between two invocations, as behind an alias. */
export class LiveFunction {
  readonly functionArn: string;
  #current: ProcessFunction;
  /** Processes that earlier versions lost under an invocation. */
  #exitsBefore = 0;

  constructor(version: ProcessFunction) {
    this.functionArn = version.functionArn;
    this.#current = version;
  }

  invoke(event: unknown, options?: InvokeOptions): Promise<unknown> {
    return this.#current.invoke(event, options);
  }

  pids(): readonly number[] {
    return this.#current.pids();
  }

  stats(): ProcessFunctionStats {
    const stats = this.#current.stats();
    return { ...stats, exits: this.#exitsBefore + stats.exits };
  }

  /** Every batch from now on goes to `next`. Resolves when the old version has finished its own and is gone. */
  async replace(next: ProcessFunction): Promise<void> {
    const old = this.#current;
    this.#current = next;
    await old.retire();
    this.#exitsBefore += old.stats().exits;
  }

  stop(): Promise<void> {
    return this.#current.stop();
  }
}
