import type { Logger } from "pino";
import { digestOfId } from "@millrace/telemetry/id-digest";
import type { Clock } from "@millrace/put-records";
import type { RefusedEvent } from "./event-service.ts";
import { MAX_REFUSAL_LINES_PER_MINUTE } from "./limits.ts";

const MINUTE_MS = 60_000;

/**
 * Leaves a trace of refused events for `pnpm explain`: code, attribute, key and a digest of the id, never a value. A
 * sender whose every event is wrong cannot fill the log: a minute has at most 60 lines, and the first line of the next
 * minute has the number of those left out.
 */
export function createRefusalLog(logger: Logger, clock: Clock): (refusal: RefusedEvent) => void {
  let minute = Number.NEGATIVE_INFINITY;
  let lines = 0;
  let suppressed = 0;
  return ({ id, code, attribute, keyName }) => {
    const now = Math.floor(clock.now() / MINUTE_MS);
    if (now !== minute) {
      minute = now;
      lines = 0;
    }
    if (lines === MAX_REFUSAL_LINES_PER_MINUTE) {
      suppressed += 1;
      return;
    }
    lines += 1;
    logger.info({ idDigest: digestOfId(id), code, attribute, keyName, suppressed }, "event refused");
    suppressed = 0;
  };
}
