/** Something wrong, or worth knowing, in a route document: where, by which rule, and what to do. */
export interface Fault {
  readonly severity: "error" | "warning";
  /** The file as it was named to the reader. */
  readonly file: string;
  /** JSON pointer into the file, `""` for the whole. */
  readonly pointer: string;
  /** Kebab-case name of the rule; the README lists them all. */
  readonly rule: string;
  readonly message: string;
  /** The remedy. */
  readonly fix: string;
}

/** A parsed document, or why there is none. All faults come at once. */
export interface Parsed<T> {
  readonly value: T | undefined;
  readonly warnings: readonly Fault[];
  readonly errors: readonly Fault[];
}

/** The fault as text: place, rule, message, remedy. */
export function formatFault(fault: Fault): string {
  return `${fault.file}#${fault.pointer}\n  ${fault.severity} ${fault.rule}: ${fault.message}\n  → ${fault.fix}`;
}
