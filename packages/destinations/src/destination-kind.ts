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
  /** CloudWatch's count of the events that one gets, by its name; absent where the service counts none. */
  readonly arrivals?: { readonly namespace: string; readonly metricName: string; readonly dimension: string };
  /**
   * Dollars for a million messages, each 64 KiB of one begun counted as one; absent where size and hours are paid. List
   * price of us-east-1; reading comes on top.
   */
  readonly dollarsPerMillion?: number;
  /** Tells of one what an erasure does not reach in it; absent where it reaches all. */
  readonly afterErasure?: (name: string) => string;
  /** Terraform's type of its resource. */
  readonly resourceType: string;
  /** The service in the variable of its endpoint: `SQS` in `AWS_ENDPOINT_URL_SQS`. */
  readonly endpointVariable: string;
}
