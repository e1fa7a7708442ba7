/** Base of every error of a replay; the message tells the fault and the remedy. */
export abstract class ReplayError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The command line cannot be understood. */
export class ReplayUsageError extends ReplayError {
  readonly code = "USAGE";
}

/** Another replay, or another run of the same one, is at work on events of the range. */
export class ReplayRefusedError extends ReplayError {
  readonly code = "REFUSED";
}

/** Another run has taken the replay over: this one may write no more. */
export class LeaseLostError extends ReplayError {
  readonly code = "LEASE_LOST";
}

/** Events could not be written; the ledger has everything before them. */
export class ReplayStoppedError extends ReplayError {
  readonly code = "STOPPED";
}
