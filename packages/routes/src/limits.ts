/** Ceilings of a route document. */
export const LIMITS = {
  /** Longest application or route name; both become part of metric keys and of bad rows. */
  maxNameLength: 64,
  /** Routes of one document. */
  maxRoutesPerDocument: 500,
  /**
   * Smallest share a route may sample: one event in a million. Events are told apart by 32 bits, so far less is none.
   */
  minSample: 0.000_001,
  /** Fields one projection may name. */
  maxProjectedFields: 256,
  /** Fields one route may rename, objects it may flatten, and constants it may add, of each. */
  maxReshapedFields: 64,
  /** Characters of a constant. */
  maxConstantLength: 256,
} as const;
