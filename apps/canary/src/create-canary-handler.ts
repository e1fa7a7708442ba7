import type { Clock } from "@millrace/put-records";
import type { Logger, Telemetry } from "@millrace/telemetry";

/** The answer of the event service. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface CanaryDependencies {
  /** Canary events without `id` and `time`, which the event service gives each. */
  readonly events: readonly object[];
  /** The write key; `undefined` when it cannot be read. */
  readonly writeKey: () => Promise<string | undefined>;
  /** Posts a batch to the event service. Rejects when there is no answer in time. */
  readonly post: (writeKey: string, body: string) => Promise<Answer>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
}

/**
 * Creates the function that a schedule invokes every minute: one request with all canary events, and what became of it
 * as metrics. It never throws: Lambda would only try again what the next minute does anyway.
 */
export function createCanaryHandler(dependencies: CanaryDependencies): () => Promise<void> {
  const { events, writeKey, post, clock, telemetry, logger } = dependencies;
  const body = JSON.stringify(events);

  async function send(): Promise<number> {
    const key = await writeKey();
    if (key === undefined) {
      logger.error("The write key of the canaries cannot be read");
      return 0;
    }
    const startedAtMs = clock.now();
    try {
      const answer = await post(key, body);
      const accepted = countAccepted(answer);
      // How long a refusal takes is no promise.
      if (accepted === events.length) telemetry.observe("canaryAnswerMs", clock.now() - startedAtMs);
      else {
        logger.error("The event service did not take every canary", {
          reason: `status ${answer.status}`,
          count: events.length - accepted,
        });
      }
      return accepted;
    } catch (error) {
      logger.error("The event service did not answer", { error });
      return 0;
    }
  }

  return async () => {
    const accepted = await send();
    telemetry.count("canariesAccepted", accepted);
    telemetry.count("canariesRefused", events.length - accepted);
    telemetry.flush();
  };
}

function countAccepted({ status, body }: Answer): number {
  if (status < 200 || status > 299) return 0;
  try {
    const { accepted } = JSON.parse(body) as { readonly accepted?: unknown };
    return typeof accepted === "number" ? accepted : 0;
  } catch {
    return 0;
  }
}
