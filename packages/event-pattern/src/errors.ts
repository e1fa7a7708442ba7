/** Where in a pattern's JSON text a fault lies; lines and columns start at 1. */
export interface TextPosition {
  line: number;
  column: number;
}

/** Base of every error this package throws; `code` is stable, `message` is for people. */
export abstract class EventPatternError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A pattern that means nothing to the engine: what is wrong and where (JSON pointer; line and column for text). */
export class InvalidPatternError extends EventPatternError {
  readonly code = "INVALID_PATTERN";
  readonly pointer: string;
  readonly position: TextPosition | undefined;
  readonly reason: string;

  constructor(reason: string, pointer: string, position?: TextPosition) {
    const where = position ? ` (line ${position.line}, column ${position.column})` : "";
    super(`${reason} at ${pointer === "" ? "the top of the pattern" : pointer}${where}`);
    this.reason = reason;
    this.pointer = pointer;
    this.position = position;
  }
}

/** A pattern above one of the limits: which measure, its value, and the limit. */
export class PatternTooCostlyError extends EventPatternError {
  readonly code = "PATTERN_TOO_COSTLY";
  readonly measure: string;
  readonly value: number;
  readonly limit: number;
  readonly pointer: string;

  constructor(measure: string, value: number, limit: number, pointer: string) {
    super(`The pattern has ${value} ${measure}; at most ${limit} are allowed. Split it into several patterns.`);
    this.measure = measure;
    this.value = value;
    this.limit = limit;
    this.pointer = pointer;
  }
}

/** An event that is no JSON object, no JSON at all, or nested too deeply. */
export class InvalidEventError extends EventPatternError {
  readonly code = "INVALID_EVENT";
}

/** Matching was stopped: an event whose arrays can be combined in more ways than the step budget allows. */
export class EventTooComplexError extends EventPatternError {
  readonly code = "EVENT_TOO_COMPLEX";
}

/** A compiled form that this version of the package did not write. */
export class InvalidCompiledFormError extends EventPatternError {
  readonly code = "INVALID_COMPILED_FORM";
}
