/** A part of a text that must not stay: UTF-16 indices, end exclusive. */
export interface Finding {
  readonly start: number;
  readonly end: number;
}

/** The result of a detector for nearly every text. It is decided before the text is searched closely. */
export const noFindings: readonly Finding[] = [];
