import { type Fault, formatFault } from "./document/fault.ts";

/** Base of every error this package throws. */
export abstract class RoutesError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Route documents with errors; `faults` has them all. */
export class RouteDocumentsError extends RoutesError {
  readonly code = "ROUTE_DOCUMENTS";
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(`The route documents have ${faults.length} error(s).\n${faults.map(formatFault).join("\n")}`);
    this.faults = faults;
  }
}

/** A command was called in a way that makes no sense; the message says what it takes. */
export class UsageError extends RoutesError {
  readonly code = "USAGE";
}

/** A file, folder or bucket cannot be read or written; the message says which, and what the system or S3 answered. */
export class LocationError extends RoutesError {
  readonly code = "LOCATION";

  /** A fault of ours that came through the reader stays what it is. */
  static from(location: string, error: unknown): RoutesError {
    if (error instanceof RoutesError) return error;
    const { name = "Error", message = String(error) } = error as Partial<Error>;
    return new LocationError(`${location}: ${name}: ${message}`, { cause: error });
  }
}
