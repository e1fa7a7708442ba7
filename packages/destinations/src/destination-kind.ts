/** A kind of destination, as everything but its writer knows it: documents, ARNs, tools, models and stacks. */
export interface DestinationKind<Kind extends string = string, Property extends string = string> {
  /** Also the name of its folder. */
  readonly kind: Kind;
  /** Property of a document's destination that names one of this kind; also the word for it in messages. */
  readonly property: Property;
  /** The kind in words, with its service. */
  readonly noun: string;
  /** Name of the service in ARNs. */
  readonly service: string;
  /** Before the name, in the last part of an ARN. */
  readonly resource: string;
  /** A physical name. */
  readonly physicalName: RegExp;
  /** Longest name in a document: the prefix of the environment comes before it. */
  readonly maxNameLength: number;
  /** Names in a document that are the pipeline's own. */
  readonly reservedNames: readonly string[];
  /** Of the document's settings, those that mean something for the kind; `budgetMs` does for each. */
  readonly settings: ReadonlySet<"partitionKey" | "ordering" | "eventsPerRecord">;
  /** The service in the variable of its endpoint: `SQS` in `AWS_ENDPOINT_URL_SQS`. */
  readonly endpointVariable: string;
}
