/** A defect that can be planted into the product, and that some invariant has to notice. */
export interface Mutant {
  readonly name: string;
  /** The first seed whose schedule noticed it, where that is none of the first: the hunt begins there. */
  readonly seed?: number;
  /** The fault. */
  readonly defect: string;
  /** Path from the root of the repository. */
  readonly file: string;
  /** Text that stands in the file exactly once, and what stands there in the mutant. */
  readonly find: string;
  readonly replace: string;
}
