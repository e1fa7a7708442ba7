import type { EnvironmentPlace } from "@millrace/routes";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { PrivacyKey } from "@millrace/privacy-keys";
import type { Destinations } from "./erase/notices.ts";
import type { ObjectClient } from "./objects/object-client.ts";
import { badRowLines, deadLetter, type Format, maskedLines, undeliveredLines } from "./objects/formats.ts";

/** Stores of objects, in the order in which they are erased. */
export type ObjectStoreName = "lake" | "undelivered" | "bad rows" | "dead letters";

/** Objects below a prefix, and how they are read. */
export interface ObjectPlace {
  readonly store: ObjectStoreName;
  readonly bucket: string;
  readonly prefix: string;
  readonly format: Format;
}

/** Runs a statement and gives its rows. */
export interface WarehouseClient {
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** An environment with what it takes to look into it. */
export interface Environment {
  readonly place: EnvironmentPlace;
  readonly objects: ObjectClient;
  readonly kinesis: KinesisClient;
  readonly keys: readonly PrivacyKey[];
  /** Absent without a driver: statements are printed then. */
  readonly warehouse?: WarehouseClient | undefined;
  /** Told to forget the events of erased persons; absent where nothing runs that could take notices. */
  readonly destinations?: Destinations | undefined;
  readonly now: () => number;
}

/** Every prefix that holds events. */
export function objectPlaces({ lakeBucket, deadLetterBucket }: EnvironmentPlace): readonly ObjectPlace[] {
  return [
    { store: "lake", bucket: lakeBucket, prefix: "enriched/", format: maskedLines },
    { store: "undelivered", bucket: lakeBucket, prefix: "undelivered/", format: undeliveredLines },
    { store: "bad rows", bucket: lakeBucket, prefix: "bad-rows/", format: badRowLines },
    { store: "dead letters", bucket: deadLetterBucket, prefix: "aws/lambda/", format: deadLetter },
  ];
}
