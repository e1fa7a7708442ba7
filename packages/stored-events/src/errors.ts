/** Base of every error of this package; the message tells the place and the remedy. */
export abstract class StoredEventsError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A stream or an object cannot be read to its end. */
export class PlaceUnreadableError extends StoredEventsError {
  readonly code = "PLACE_UNREADABLE";

  /** A fault of ours that came through a reader stays as it is. */
  static from(place: string, error: unknown): StoredEventsError {
    if (error instanceof StoredEventsError) return error;
    const { name = "Error", message = String(error) } = error as Partial<Error>;
    return new PlaceUnreadableError(`${place} cannot be read: ${name}: ${message}${adviceOn(name)}`, { cause: error });
  }
}

function adviceOn(name: string): string {
  if (/AccessDenied|Credentials|Unauthorized|ExpiredToken/.test(name)) {
    return " Log in with a role that may read it, then run the command again.";
  }
  if (/NoSuchBucket|ResourceNotFound/.test(name)) return " Is this the right environment and account?";
  return " Run the command again.";
}
