import type { PendingRequest } from "./call-with-timeout.ts";
import type { Entry } from "../intake/entry.ts";
import type { Linked } from "../queues/linked-set.ts";

/** One request on the wire. */
export class Flight implements Linked<Flight> {
  readonly entries: readonly Entry[];
  readonly bytes: number;
  readonly startedAt: number;
  readonly request: PendingRequest;
  previous: Flight | undefined = undefined;
  following: Flight | undefined = undefined;

  constructor(entries: readonly Entry[], bytes: number, startedAt: number, request: PendingRequest) {
    this.entries = entries;
    this.bytes = bytes;
    this.startedAt = startedAt;
    this.request = request;
  }
}
