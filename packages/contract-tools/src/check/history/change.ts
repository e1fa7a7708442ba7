/** How much of the contract a change touches; `SchemaVersion` explains the three. */
export type ChangeClass = "addition" | "revision" | "model";

/** One difference between two versions of a contract. */
export interface Change {
  class: ChangeClass;
  /** JSON Pointer into the new document; into the old one for what is gone. */
  pointer: string;
  /** Property names from the root of `data`. */
  path: string[];
  message: string;
}

const order: Record<ChangeClass, number> = { addition: 0, revision: 1, model: 2 };

export function isAbove(a: ChangeClass, b: ChangeClass): boolean {
  return order[a] > order[b];
}
