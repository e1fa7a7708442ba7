/** Base of what a command tells its caller in one line. */
export class ConsumersError extends Error {
  readonly code: string = "CONSUMERS";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A command was called in a way that makes no sense; the message tells the accepted arguments. */
export class UsageError extends ConsumersError {
  override readonly code = "USAGE";
}

/** No route writes to the stream; the message lists those that are written to. */
export class UnknownStreamError extends ConsumersError {
  override readonly code = "UNKNOWN_STREAM";
}

/** The sample of a stream cannot be read or recorded, or holds too little for a test. */
export class FixtureError extends ConsumersError {
  override readonly code = "FIXTURE";
}

/** The folder of a new consumer holds something already. */
export class FolderInUseError extends ConsumersError {
  override readonly code = "FOLDER_IN_USE";
}
