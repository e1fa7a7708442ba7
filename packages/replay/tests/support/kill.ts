/** A process that ends in the middle of a call: nothing that it awaits ever settles. */
export interface Kill {
  /** Calls to AWS that are answered. */
  readonly afterCalls: number;
  /** True if the last call was carried out. */
  readonly isCarriedOut: boolean;
}

/** Counts calls; from the fatal one on, nothing is answered. */
export function createKill(kill: Kill | undefined) {
  let calls = 0;
  let tellDead: () => void = () => undefined;
  const died = new Promise<void>((resolve) => (tellDead = resolve));
  const never = new Promise<never>(() => undefined);
  const guard =
    <Input extends unknown[], Result>(call: (...input: Input) => Promise<Result>) =>
    async (...input: Input): Promise<Result> => {
      calls += 1;
      if (kill === undefined || calls < kill.afterCalls) return call(...input);
      if (calls === kill.afterCalls && kill.isCarriedOut) await call(...input);
      tellDead();
      return never;
    };
  return { guard, died };
}
