/** Where the rules come from. Sentences are ours; the link is where to read the original. */
const RULER = "https://github.com/aws/event-ruler";
export const SOURCES = {
  readme: (section: string): string => `${RULER}#${section}`,
  engine: (file: string, what: string): string =>
    `${RULER}/blob/main/src/main/software/amazon/event/ruler/${file}.java (${what})`,
  guide: (page: string): string => `https://docs.aws.amazon.com/eventbridge/latest/userguide/${page}.html`,
};

/** Events without the field. */
export const NOTHING = Symbol("the field is not there");

/** A rule about one field: values of it that match its alternatives, and values that do not. */
export interface ValueCases {
  readonly rule: string;
  readonly source: string;
  readonly alternatives: readonly unknown[];
  readonly yes: readonly unknown[];
  readonly no: readonly unknown[];
}

/** A rule about whole events; pattern and events may be given as JSON text. */
export interface EventCases {
  readonly rule: string;
  readonly source: string;
  readonly pattern: object | string;
  readonly yes: readonly (object | string)[];
  readonly no: readonly (object | string)[];
}

/** A pattern that is refused: for which reason, and where. */
export interface RefusedCase {
  readonly rule: string;
  readonly source: string;
  readonly pattern: unknown;
  readonly pointer: string;
  readonly reason: RegExp;
}
