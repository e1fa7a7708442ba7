import type { EnrichedEvent } from "@millrace/event-contracts";
import type { EventCopy } from "@millrace/routes/runtime";
import type { Telemetry } from "@millrace/telemetry";

/** True if the event measures the pipeline: it counts in no statistics, and few destinations take it. */
export const isCanary = ({ event }: EnrichedEvent): boolean => event.canary === true;

interface PassedCanary {
  readonly receivedAtMs: number;
  /** Routes by the destination that has to confirm the copy; `undefined` where a match is all. */
  readonly routes: readonly { readonly id: string; readonly destination: string | undefined }[];
}

/** The canary events of a batch, with the routes that each passed. */
export class Canaries {
  #passed: PassedCanary[] = [];
  readonly #failed = new Set<string>();

  /** @param copies those that are written */
  add({ event }: EnrichedEvent, matched: readonly string[], copies: readonly EventCopy[]): void {
    const routes = matched.map((id) => ({
      id,
      destination: copies.find(({ routes: ids }) => ids.includes(id))?.destination.name,
    }));
    this.#passed.push({ receivedAtMs: Date.parse(event.receivedat), routes });
  }

  /** The destination did not take a copy. */
  fail(destination: string): void {
    this.#failed.add(destination);
  }

  /**
   * Writes the ages at the end of a batch, when every copy is confirmed or failed.
   * @param isWhole false for a batch that comes again: its canaries are measured then
   */
  measure(telemetry: Telemetry, nowMs: number, isWhole: boolean): void {
    if (this.#passed.length === 0) return;
    for (const { receivedAtMs, routes } of isWhole ? this.#passed : []) {
      const ageMs = nowMs - receivedAtMs;
      telemetry.observe("canaryAgeMs", ageMs);
      for (const { id, destination } of routes) {
        if (destination === undefined || !this.#failed.has(destination)) telemetry.observeRoute(id, ageMs);
      }
    }
    this.#passed = [];
    this.#failed.clear();
  }
}
