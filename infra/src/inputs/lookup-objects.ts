import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type EnrichmentOptions, type LookupOptions, resolveOptions } from "@millrace/enrichments";

/** An object of S3 that a lookup of enrichment reads. */
export interface LookupObject {
  /** ARN of the object. */
  readonly arn: string;
  /** ARN of the key of KMS that it is encrypted with, where the options name one. */
  readonly kmsKeyArn: string | undefined;
}

/** The lookups of an environment. */
export interface EnvironmentLookups {
  readonly count: number;
  readonly objects: readonly LookupObject[];
}

/** Finds the lookups of an environment. */
export type FindLookups = (environment: string) => EnvironmentLookups;

/** Reads the lookups that enrichment's options list; the build of enrichment has checked them. */
export function lookupsOf(root: string): FindLookups {
  const path = join(root, "apps/enrichment/options/enrichments.json");
  const document = JSON.parse(readFileSync(path, "utf8")) as EnrichmentOptions;
  return (environment) => findLookups(document, environment);
}

/** The lookups that run in an environment, each object once. */
export function findLookups(document: EnrichmentOptions, environment: string): EnvironmentLookups {
  const lookups = resolveOptions(document, environment)
    .filter(({ kind }) => kind === "lookup")
    .map(({ options }) => options as unknown as LookupOptions);
  const objects = lookups
    .filter(({ source }) => source.startsWith("s3://"))
    .map(({ source, kmsKeyArn }) => ({ arn: source.replace("s3://", "arn:aws:s3:::"), kmsKeyArn }));
  return { count: lookups.length, objects: [...new Map(objects.map((object) => [object.arn, object])).values()] };
}
