import type { KinesisStreamEvent } from "@millrace/aws-simulator";

/** Which environments of a function were given which source records. */
export class Invocations {
  readonly #environments = new Map<string, Set<number>>();

  record(event: KinesisStreamEvent, environmentId: number): void {
    for (const { eventID } of event.Records) {
      const known = this.#environments.get(eventID);
      if (known === undefined) this.#environments.set(eventID, new Set([environmentId]));
      else known.add(environmentId);
    }
  }

  /**
   * Number of environments that had the record. Each may write its outputs once, because it knows nothing of the
   * others.
   */
  environmentsOf(shardId: string, sequenceNumber: string): number {
    return this.#environments.get(`${shardId}:${sequenceNumber}`)?.size ?? 0;
  }
}
