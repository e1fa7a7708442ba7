/** A process that ends in the middle of a call: nothing that it awaits ever settles. */
export interface ProcessKill {
  /** Calls that are answered before. */
  readonly afterCalls: number;
  /** True if the last call was carried out. */
  readonly isCarriedOut: boolean;
}

/** Calls of one process, and its end. */
export interface KillableProcess {
  /** The same call, of this process. */
  readonly guard: <Input extends unknown[], Result>(
    call: (...input: Input) => Promise<Result>,
  ) => (...input: Input) => Promise<Result>;
  /** Resolves when the process was killed. */
  readonly died: Promise<void>;
}

export function createProcess(kill: ProcessKill | undefined): KillableProcess {
  let calls = 0;
  let tellDead: () => void = () => undefined;
  const died = new Promise<void>((resolve) => (tellDead = resolve));
  const never = new Promise<never>(() => undefined);
  return {
    died,
    guard:
      (call) =>
      async (...input) => {
        calls += 1;
        if (kill === undefined || calls < kill.afterCalls) return call(...input);
        // A call that it had begun goes on outside of it.
        if (calls === kill.afterCalls && kill.isCarriedOut) await call(...input).catch(() => undefined);
        tellDead();
        return never;
      },
  };
}
