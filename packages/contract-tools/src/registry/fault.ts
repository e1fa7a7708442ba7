/** Something wrong in a schema file: where, by which rule, and what to do. */
export interface Fault {
  /** Path below `schemas/`. */
  file: string;
  /** JSON Pointer into the file, `""` for the whole. */
  pointer: string;
  /** Kebab-case name of the rule, documented in the README. */
  rule: string;
  message: string;
  /** The remedy. */
  fix: string;
}

/** `events/search/click/1-0-0.json#/properties/rank  number-bounds  …` */
export function formatFault(fault: Fault): string {
  return `${fault.file}#${fault.pointer}\n  ${fault.rule}: ${fault.message}\n  → ${fault.fix}`;
}
