import type { ReplayClock } from "../clock.ts";
import type { Step } from "../run/run-replay.ts";
import { describeCounts, duration, type Output } from "./output.ts";

const BAR_LENGTH = 24;
/** Interval of redrawing the line on a terminal, and of new lines elsewhere. */
const DRAW_EVERY_MS = 200;
const TELL_EVERY_MS = 10_000;

/** Tells how far a replay is: a bar with the time left on a terminal, a line now and then elsewhere. */
export function createProgress(output: Output, clock: ReplayClock): (step: Step) => void {
  const startMs = clock.now();
  let firstDone: number | undefined;
  let toldMs = startMs;
  return ({ counts, done }) => {
    firstDone ??= done;
    const now = clock.now();
    if (now - toldMs < (output.line === undefined ? TELL_EVERY_MS : DRAW_EVERY_MS)) return;
    toldMs = now;
    const gained = done - firstDone;
    const left = gained > 0 ? (((now - startMs) / gained) * (1 - done)) / 1_000 : Number.NaN;
    const percent = `${(done * 100).toFixed(1)} %`;
    const text = `${percent}  ${describeCounts(counts)}  ${duration(left)} left`;
    if (output.line === undefined) output.err(text);
    else output.line(`[${"#".repeat(Math.round(done * BAR_LENGTH)).padEnd(BAR_LENGTH, ".")}] ${text}`);
  };
}
