/** Base of every error this package throws; `code` is stable, the message is for people. */
export abstract class EventContractsError extends Error {
  abstract readonly code: string;
}

/** A record needs at least one event. */
export class EmptyRecordError extends EventContractsError {
  override readonly name = "EmptyRecordError";
  readonly code = "MILLRACE_EMPTY_RECORD";
  constructor() {
    super("Expected `events` to hold at least one event, got an empty array. Do not put a record without events.");
  }
}

/** JSON cannot express the event: a cycle, a BigInt, or nesting beyond the stack. */
export class UnencodableEventError extends EventContractsError {
  override readonly name = "UnencodableEventError";
  readonly code = "MILLRACE_UNENCODABLE_EVENT";
  readonly index: number;
  constructor(index: number, cause: unknown) {
    super(`Event ${index} of the record cannot be written as JSON. Remove cycles, BigInt values and extreme nesting.`, {
      cause,
    });
    this.index = index;
  }
}

/** `data` breaks the contract it was checked against. */
export class InvalidEventError extends EventContractsError {
  override readonly name = "InvalidEventError";
  readonly code = "MILLRACE_INVALID_EVENT";
  readonly errors: readonly { instancePath: string; keyword: string; message?: string }[];
  constructor(type: string, faults: { errors: InvalidEventError["errors"]; count: number }) {
    const list = faults.errors.map(({ instancePath, message }) => `/data${instancePath} ${message ?? "is wrong"}`);
    super(
      `The data of a "${type}" breaks its contract in ${faults.count} place(s): ${list.join("; ")}. Correct the data.`,
    );
    this.errors = faults.errors;
  }
}
