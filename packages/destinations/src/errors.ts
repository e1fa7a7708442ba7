import type { FaultConcern } from "@millrace/put-records";

/** Base of the errors of this package's own writers. `cause` is what the service or the network said. */
export abstract class DestinationError extends Error {
  abstract readonly code: string;
  /** The part of the world that has to change before the event is taken; breakers decide by it. */
  abstract readonly concerns: FaultConcern;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The event is larger than the kind of destination takes. */
export class OversizedEventError extends DestinationError {
  readonly code = "DESTINATION_OVERSIZED";
  readonly concerns = "record";
}

/** The service refused this event, and not those beside it. */
export class EventRefusedError extends DestinationError {
  readonly code = "DESTINATION_EVENT_REFUSED";
  readonly concerns = "record";
}

/** Time ran out while the service was throttling. Surely not stored. */
export class DestinationThrottledError extends DestinationError {
  readonly code = "DESTINATION_THROTTLED";
  readonly concerns = "moment";
}

/** The last request with the event ended without a usable answer: it may be stored. */
export class DestinationOutcomeUnknownError extends DestinationError {
  readonly code = "DESTINATION_OUTCOME_UNKNOWN";
  readonly concerns = "moment";
}

/** The service was not reached. Surely not stored. */
export class DestinationUnavailableError extends DestinationError {
  readonly code = "DESTINATION_UNAVAILABLE";
  readonly concerns = "moment";
}

/** The time was up before the event was sent. */
export class DestinationExpiredError extends DestinationError {
  readonly code = "DESTINATION_EXPIRED";
  readonly concerns = "moment";
}

/** There is no such queue or bus, or its key cannot be used. */
export class DestinationMissingError extends DestinationError {
  readonly code = "DESTINATION_MISSING";
  readonly concerns = "stream";
}

/** This process may not write there, or writes wrongly, whatever the event. */
export class DestinationDeniedError extends DestinationError {
  readonly code = "DESTINATION_DENIED";
  readonly concerns = "caller";
}

/** S3 refused a request in a way that asking again does not cure; the message has its status and the object. */
export class ObjectRefusedError extends Error {
  readonly code = "ROUTER_OBJECT_REFUSED";

  constructor(message: string) {
    super(message);
    this.name = "ObjectRefusedError";
  }
}
