import { type Clock, systemClock } from "@millrace/put-records";

/** A clock that a test moves on by hand, without timers. */
export function createManualClock(): Clock & { advance(ms: number): void } {
  let nowMs = 1_000_000;
  return {
    ...systemClock,
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
}
