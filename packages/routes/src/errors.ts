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
