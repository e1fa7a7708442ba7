import { RoutesError } from "@millrace/routes";

/** A command was called in a way that makes no sense; the message tells the accepted arguments. */
export class UsageError extends RoutesError {
  readonly code = "USAGE";
}

/** A file, folder or bucket cannot be read or written; the message names it, with the answer of the system or of S3. */
export class LocationError extends RoutesError {
  readonly code = "LOCATION";

  /** A fault of ours that came through the reader stays what it is. */
  static from(location: string, error: unknown): RoutesError {
    if (error instanceof RoutesError) return error;
    const { name = "Error", message = String(error) } = error as Partial<Error>;
    return new LocationError(`${location}: ${name}: ${message}`, { cause: error });
  }
}
