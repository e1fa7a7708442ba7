/** A part of a text that must not stay: UTF-16 indices, end exclusive. */
export interface Finding {
  readonly start: number;
  readonly end: number;
}

/** What a detector says of nearly every text; it finds that out before it looks closer. */
export const noFindings: readonly Finding[] = [];
