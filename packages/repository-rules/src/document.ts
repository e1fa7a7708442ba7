/** A text file of the repository. `path` is relative to its root, with `/`. */
export interface Document {
  readonly path: string;
  readonly text: string;
}

/** A rule that a document breaks. `line` is counted from one. */
export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly message: string;
}
