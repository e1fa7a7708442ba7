/** The kinds of destinations. `packages/destinations` has a writer for each, under the same name. */
export type KindName = "kinesis" | "sqs" | "eventbridge";

/** A destination as it is in one environment. */
export interface PhysicalDestination {
  readonly kind: KindName;
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly name: string;
}

/** One kind of destination, as route documents and their resolution know it. */
export interface DestinationKind {
  readonly kind: KindName;
  /** Property of a document's destination that names one of this kind; also the word for it in messages. */
  readonly property: "stream" | "queue" | "bus";
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
  /** Of the document's settings, those that mean something for the kind; `budgetMs` does for each. */
  readonly settings: ReadonlySet<"partitionKey" | "ordering" | "eventsPerRecord">;
}
