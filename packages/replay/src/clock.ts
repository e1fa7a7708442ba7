/** Time, which tests bring their own. */
export interface ReplayClock {
  now(): number;
  wait(ms: number): Promise<void>;
}

export const systemClock: ReplayClock = {
  now: () => Date.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
